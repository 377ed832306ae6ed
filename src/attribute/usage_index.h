/* A day's summary rows of all clusters, as far as attribution needs them, found by what bill lines
 * are matched with: ids, handles, namespaces, nodes, labels.
 *
 * Text ids are of the pool given at open. "Real" rows are those that rule d may give cost to: with
 * a namespace that is none of the four synthetic ones. */
#ifndef COSTAGG_ATTRIBUTE_USAGE_INDEX_H
#define COSTAGG_ATTRIBUTE_USAGE_INDEX_H

#include "attribute/row_list.h"
#include "base/text_pool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct resource_match;
struct usage_row;

enum data_source { DATA_SOURCE_POD, DATA_SOURCE_STORAGE };

struct usage_line {
    uint32_t cluster;
    uint32_t data_source; /* enum data_source */
    uint32_t namespace_name;
    uint32_t node;
    uint32_t pod_labels;
    uint32_t volume_labels;
    uint32_t claim;
    uint32_t volume;
    uint32_t storageclass;
    int32_t cost_category_id;
    double effective_cpu_core_hours;
    double effective_memory_gib_hours;
    double capacity_cpu_core_hours;
    double capacity_memory_gib_hours;
    double claim_capacity_gib;
};

struct usage_index {
    struct text_pool *texts;
    const struct resource_match *match;
    struct usage_line *lines;
    uint32_t count;
    uint32_t capacity;
    struct row_list by_resource;       /* cluster, id of match->ids: rows that carry a node's id */
    struct row_list by_handle;         /* cluster, id of match->ids: rows that carry a CSI handle */
    struct row_list by_volume;         /* cluster, volume: rows with a volume, which is not '' */
    struct row_list real;              /* cluster: all real rows */
    struct row_list by_namespace;      /* cluster, namespace: real rows, as the following */
    struct row_list by_node;           /* cluster, node */
    struct row_list by_pod_labels;     /* cluster, label text */
    struct row_list by_volume_labels;  /* cluster, label text */
    struct number_list volume_lengths; /* of volume names, in bytes, each once */
    struct number_list match_ids;      /* by text id: id of match->ids + 1, 0: not looked up */
    uint32_t pod;                      /* text ids of constants */
    uint32_t storage;
    uint32_t storage_unattributed;
    uint32_t network_unattributed;
    uint32_t synthetic[4];
};

void usage_index_init(struct usage_index *index);
void usage_index_close(struct usage_index *index);

/* Forgets the day before. */
void usage_index_open(struct usage_index *index, const struct resource_match *match,
                      struct text_pool *texts);

/* Rows of other days than `date` are skipped. */
void usage_index_add(struct usage_index *index, uint32_t cluster, int32_t date,
                     const struct usage_row *rows, size_t count);

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
