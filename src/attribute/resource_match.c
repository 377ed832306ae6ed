#include "attribute/resource_match.h"

#include "attribute/pattern_automaton.h"

void resource_match_init(struct resource_match *match, uint32_t words)
{
    cluster_names_init(&match->suffixes, words);
    match->lengths = (struct number_list){0};
    match->node_names = (struct number_list){0};
    text_pool_init(&match->ids);
    match->contains = NULL;
}

void resource_match_close(struct resource_match *match)
{
    cluster_names_close(&match->suffixes);
    number_list_close(&match->lengths);
    number_list_close(&match->node_names);
    text_pool_close(&match->ids);
}

void resource_match_add_suffix(struct resource_match *match, size_t cluster, struct text name,
                               bool is_node)
{
    if (name.length == 0)
        return;
    uint32_t id = cluster_names_add(&match->suffixes, cluster, name);
    number_list_cover(&match->node_names, id + 1);
    match->node_names.items[id] |= is_node;
}

void resource_match_add_id(struct resource_match *match, struct text id)
{
    if (id.length > 0)
        text_pool_intern(&match->ids, id.bytes, id.length);
}

void resource_match_build(struct resource_match *match, struct arena *arena)
{
    for (uint32_t id = RESOURCE_MATCH_FIRST_ID; id < match->suffixes.texts.count; id++)
        number_list_add(&match->lengths, match->suffixes.texts.texts[id].length);
    number_list_make_set(&match->lengths, 0);
    match->contains = pattern_automaton_build(match->ids.texts + RESOURCE_MATCH_FIRST_ID,
                                              match->ids.count - RESOURCE_MATCH_FIRST_ID, arena);
}

/* The last `length` bytes of the resource. */
static struct text tail_of(struct text resource, uint32_t length)
{
    return (struct text){resource.bytes + (resource.length - length), length};
}

void resource_match_clusters(const struct resource_match *match, struct text resource,
                             uint32_t *set)
{
    /* One hash look-up a length that occurs, not one comparison a name. */
    for (uint32_t i = 0; i < match->lengths.count; i++) {
        if (match->lengths.items[i] > resource.length)
            break;
        const uint32_t *clusters =
            cluster_names_find(&match->suffixes, tail_of(resource, match->lengths.items[i]));
        if (clusters != NULL)
            cluster_set_unite(set, clusters, match->suffixes.words);
    }
}

void resource_match_contained(const struct resource_match *match, struct text resource,
                              struct number_list *ids)
{
    uint32_t first = ids->count;
    pattern_automaton_find(match->contains, resource, ids);
    for (uint32_t i = first; i < ids->count; i++)
        ids->items[i] += RESOURCE_MATCH_FIRST_ID;
}

struct text resource_match_suffix(const struct resource_match *match, size_t cluster,
                                  struct text resource, bool *is_node)
{
    struct text longest = {NULL, 0};
    *is_node = false;
    for (uint32_t i = 0; i < match->lengths.count; i++) {
        if (match->lengths.items[i] > resource.length)
            break;
        struct text tail = tail_of(resource, match->lengths.items[i]);
        const uint32_t *clusters = cluster_names_find(&match->suffixes, tail);
        if (clusters == NULL || !cluster_set_has(clusters, cluster))
            continue;
        longest = tail;
        *is_node = match->node_names
                       .items[text_pool_find(&match->suffixes.texts, tail.bytes, tail.length)] != 0;
    }
    return longest;
}

size_t resource_match_size(const struct resource_match *match)
{
    size_t size = cluster_names_size(&match->suffixes) + arena_size(&match->ids.arena);
    if (match->contains != NULL)
        size += pattern_automaton_size(match->contains);
    return size;
}
