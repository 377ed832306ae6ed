/* A day's summary rows of all clusters, as far as attribution needs them, found by what bill lines
 * are matched with: ids, handles, volumes.
 *
 * Text ids are of the pool given at open. What tags speak of is found by tag_rows.h. */
#ifndef COSTAGG_ATTRIBUTE_USAGE_INDEX_H
#define COSTAGG_ATTRIBUTE_USAGE_INDEX_H

#include "attribute/row_list.h"
#include "attribute/usage_line.h"
#include "base/text_pool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct resource_match;

struct usage_index {
    struct text_pool *texts;
    const struct resource_match *match;
    struct usage_line *lines;
    uint32_t count;
    uint32_t capacity;
    struct row_list by_resource;       /* cluster, id of match->ids: rows that carry a node's id */
    struct row_list by_handle;         /* cluster, id of match->ids: rows that carry a CSI handle */
    struct row_list by_volume;         /* cluster, volume: rows with a volume, which is not '' */
    struct number_list volume_lengths; /* of volume names, in bytes, each once */
    struct number_list match_ids;      /* by text id: id of match->ids + 1, 0: not looked up */
    uint32_t storage_unattributed;     /* text ids of constants */
    uint32_t network_unattributed;
};

void usage_index_init(struct usage_index *index);
void usage_index_close(struct usage_index *index);

/* Forgets the day before. */
void usage_index_open(struct usage_index *index, const struct resource_match *match,
                      struct text_pool *texts);

/* Adds the day's rows of a cluster; copied. */
void usage_index_add(struct usage_index *index, uint32_t cluster, const struct usage_line *rows,
                     size_t count);

/* True when a row of the cluster carries the handle. */
static inline bool usage_index_has_handle(const struct usage_index *index, uint32_t cluster,
                                          uint32_t id)
{
    uint32_t key[2] = {cluster, id};
    return key_map_find(&index->by_handle.keys, key) != UINT32_MAX;
}

/* SQL max() of texts, by bytes. */
uint32_t usage_index_max_text(const struct usage_index *index, uint32_t a, uint32_t b);

size_t usage_index_size(const struct usage_index *index);

#endif
