/* Names, each with the set of clusters it belongs to.
 *
 * Ids of nodes, volumes and tags are gathered for all clusters of a bill at once: a name that
 * several clusters use is matched once. A cluster set is `words` 32-bit words, a bit a cluster. */
#ifndef COSTAGG_ATTRIBUTE_CLUSTER_NAMES_H
#define COSTAGG_ATTRIBUTE_CLUSTER_NAMES_H

#include "attribute/number_list.h"
#include "base/text_pool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cluster_names {
    struct text_pool texts;
    struct number_list sets; /* `words` numbers a text id */
    uint32_t words;
};

/* Words of a set of that many clusters, at least 1. */
static inline uint32_t cluster_set_words(size_t clusters)
{
    return clusters <= 32 ? 1 : (uint32_t)((clusters + 31) / 32);
}

static inline bool cluster_set_has(const uint32_t *set, size_t cluster)
{
    return (set[cluster / 32] >> (cluster % 32) & 1) != 0;
}

static inline void cluster_set_add(uint32_t *set, size_t cluster)
{
    set[cluster / 32] |= (uint32_t)1 << (cluster % 32);
}

static inline void cluster_set_unite(uint32_t *set, const uint32_t *other, uint32_t words)
{
    for (uint32_t i = 0; i < words; i++)
        set[i] |= other[i];
}

static inline bool cluster_set_is_empty(const uint32_t *set, uint32_t words)
{
    for (uint32_t i = 0; i < words; i++)
        if (set[i] != 0)
            return false;
    return true;
}

void cluster_names_init(struct cluster_names *names, uint32_t words);
void cluster_names_close(struct cluster_names *names);

/* Adds a name (not null) to a cluster; returns its text id. */
uint32_t cluster_names_add(struct cluster_names *names, size_t cluster, struct text name);

/* Adds a name to all clusters of a set. */
void cluster_names_add_set(struct cluster_names *names, const uint32_t *set, struct text name);

/* The clusters of a name, or NULL when no cluster has it. Valid until the next add. */
const uint32_t *cluster_names_find(const struct cluster_names *names, struct text name);

/* The clusters of a text id of names->texts. */
static inline const uint32_t *cluster_names_set(const struct cluster_names *names, uint32_t id)
{
    return names->sets.items + (size_t)id * names->words;
}

size_t cluster_names_size(const struct cluster_names *names);

#endif
