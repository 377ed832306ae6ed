#include "attribute/cluster_names.h"

void cluster_names_init(struct cluster_names *names, uint32_t words)
{
    text_pool_init(&names->texts);
    names->sets = (struct number_list){0};
    names->words = words;
    number_list_cover(&names->sets, names->texts.count * words);
}

void cluster_names_close(struct cluster_names *names)
{
    text_pool_close(&names->texts);
    number_list_close(&names->sets);
}

static uint32_t *make_set(struct cluster_names *names, struct text name, uint32_t *id)
{
    *id = text_pool_intern(&names->texts, name.bytes, name.length);
    number_list_cover(&names->sets, names->texts.count * names->words);
    return names->sets.items + (size_t)*id * names->words;
}

uint32_t cluster_names_add(struct cluster_names *names, size_t cluster, struct text name)
{
    uint32_t id;
    cluster_set_add(make_set(names, name, &id), cluster);
    return id;
}

void cluster_names_add_set(struct cluster_names *names, const uint32_t *set, struct text name)
{
    uint32_t id;
    cluster_set_unite(make_set(names, name, &id), set, names->words);
}

const uint32_t *cluster_names_find(const struct cluster_names *names, struct text name)
{
    uint32_t id = text_pool_find(&names->texts, name.bytes, name.length);
    if (id == UINT32_MAX)
        return NULL;
    const uint32_t *set = cluster_names_set(names, id);
    return cluster_set_is_empty(set, names->words) ? NULL : set;
}

size_t cluster_names_size(const struct cluster_names *names)
{
    return arena_size(&names->texts.arena) + names->sets.capacity * sizeof(uint32_t) +
           names->texts.capacity * (sizeof(struct text) + 2 * sizeof(uint64_t));
}
