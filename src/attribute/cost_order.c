#include "attribute/cost_order.h"

#include "base/arena.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- ranks of texts ---- */

/* Texts to be ranked: each once. */
struct ranking {
    const struct cost_group_names *names;
    struct number_list ranks; /* by text id, null 0; while collecting 1: is in `ids` */
    uint32_t *ids;
    uint32_t count;
    uint32_t capacity;
};

static void collect(struct ranking *ranking, uint32_t id)
{
    if (id == TEXT_NULL || ranking->ranks.items[id] != 0)
        return;
    ranking->ranks.items[id] = 1;
    if (ranking->count == ranking->capacity) {
        ranking->capacity = ranking->capacity * 2 + 4096;
        ranking->ids = memory_grow(ranking->ids, ranking->capacity * sizeof *ranking->ids);
    }
    ranking->ids[ranking->count++] = id;
}

static uint32_t resource_text(const struct cost_group_names *names, const uint32_t *part)
{
    return names->resources[part[PART_RESOURCE]].text;
}

static void rank_texts(struct ranking *ranking, const struct key_map *groups)
{
    const struct cost_group_names *names = ranking->names;
    number_list_reset(&ranking->ranks, names->texts->count);
    for (uint32_t i = 0; i < names->parts->count; i++) {
        const uint32_t *part = key_map_key(names->parts, i);
        collect(ranking, resource_text(names, part));
        for (int word = PART_PRODUCT_CODE; word < PART_WORDS; word++)
            collect(ranking, part[word]);
    }
    for (uint32_t i = 0; i < names->targets->map.count; i++)
        for (int word = TARGET_NAMESPACE; word <= TARGET_STORAGECLASS; word++)
            collect(ranking, key_map_key(&names->targets->map, i)[word]);
    for (uint32_t i = 0; i < groups->count; i++) {
        collect(ranking, key_map_key(groups, i)[GROUP_TAGS]);
        collect(ranking, key_map_key(groups, i)[GROUP_COST_CATEGORY]);
    }
    text_pool_rank(names->texts, ranking->ids, ranking->count, ranking->ranks.items);
}

/* ---- ranks of line parts and targets: sorted by the ranks of their texts ---- */

enum { PACKED_WORDS = PART_WORDS };
static_assert((int)PACKED_WORDS >= (int)TARGET_WORDS, "both kinds of keys fit");

struct packed {
    uint64_t head; /* the first two ranks: decides most comparisons */
    uint32_t ranks[PACKED_WORDS];
    uint32_t number;
};

static int compare_packed(const void *left, const void *right)
{
    const struct packed *a = left, *b = right;
    if (a->head != b->head)
        return a->head < b->head ? -1 : 1;
    int i = 0;
    while (i < PACKED_WORDS - 1 && a->ranks[i] == b->ranks[i])
        i++;
    return (a->ranks[i] > b->ranks[i]) - (a->ranks[i] < b->ranks[i]);
}

/* places[number] = position; frees `packed`. */
static void place(struct packed *packed, uint32_t count, struct number_list *places)
{
    for (uint32_t i = 0; i < count; i++)
        packed[i].head = (uint64_t)packed[i].ranks[0] << 32 | packed[i].ranks[1];
    qsort(packed, count, sizeof *packed, compare_packed);
    number_list_reset(places, count);
    for (uint32_t i = 0; i < count; i++)
        places->items[packed[i].number] = i;
    free(packed);
}

static void place_parts(const struct ranking *ranking, struct number_list *places)
{
    const struct cost_group_names *names = ranking->names;
    struct packed *packed = memory_grow(NULL, (names->parts->count + 1) * sizeof *packed);
    for (uint32_t i = 0; i < names->parts->count; i++) {
        const uint32_t *part = key_map_key(names->parts, i);
        packed[i] = (struct packed){.number = i};
        packed[i].ranks[0] = ranking->ranks.items[resource_text(names, part)];
        for (int word = PART_PRODUCT_CODE; word < PART_WORDS; word++)
            packed[i].ranks[word] = ranking->ranks.items[part[word]];
    }
    place(packed, names->parts->count, places);
}

static void place_targets(const struct ranking *ranking, struct number_list *places)
{
    const struct key_map *targets = &ranking->names->targets->map;
    struct packed *packed = memory_grow(NULL, (targets->count + 1) * sizeof *packed);
    for (uint32_t i = 0; i < targets->count; i++) {
        const uint32_t *target = key_map_key(targets, i);
        packed[i] = (struct packed){.number = i};
        packed[i].ranks[0] = target[TARGET_CLUSTER] << 1 | target[TARGET_DATA_SOURCE];
        for (int word = TARGET_NAMESPACE; word <= TARGET_STORAGECLASS; word++)
            packed[i].ranks[word - 1] = ranking->ranks.items[target[word]];
        /* Signed, the smallest being null. */
        packed[i].ranks[TARGET_COST_CATEGORY - 1] = target[TARGET_COST_CATEGORY] ^ 0x80000000u;
    }
    place(packed, targets->count, places);
}

/* ---- rows ---- */

struct ordered {
    uint32_t target; /* places */
    uint32_t part;
    uint32_t tags; /* ranks */
    uint32_t category;
    uint32_t direction;
    uint32_t number;
};

static int compare_rest(const void *left, const void *right)
{
    const struct ordered *a = left, *b = right;
    uint32_t left_rest[] = {a->direction, a->tags, a->category};
    uint32_t right_rest[] = {b->direction, b->tags, b->category};
    int i = 0;
    while (i < 2 && left_rest[i] == right_rest[i])
        i++;
    return (left_rest[i] > right_rest[i]) - (left_rest[i] < right_rest[i]);
}

/* Deals rows out by a place below `places`, keeping the order of equal ones. */
static void deal(const struct ordered *from, struct ordered *to, uint32_t count, uint32_t places,
                 size_t offset)
{
    uint32_t *starts = memory_grow(NULL, ((size_t)places + 1) * sizeof *starts);
    memset(starts, 0, ((size_t)places + 1) * sizeof *starts);
    for (uint32_t i = 0; i < count; i++)
        starts[*(const uint32_t *)((const char *)&from[i] + offset) + 1]++;
    for (uint32_t i = 0; i < places; i++)
        starts[i + 1] += starts[i];
    for (uint32_t i = 0; i < count; i++)
        to[starts[*(const uint32_t *)((const char *)&from[i] + offset)]++] = from[i];
    free(starts);
}

/* Sorts the runs of one target and part by what is left. Most have one row or two. */
static void order_rest(struct ordered *rows, uint32_t count)
{
    for (uint32_t i = 0; i < count;) {
        uint32_t end = i + 1;
        while (end < count && rows[end].target == rows[i].target && rows[end].part == rows[i].part)
            end++;
        if (end - i > 1)
            qsort(rows + i, end - i, sizeof *rows, compare_rest);
        i = end;
    }
}

void cost_order_build(const struct key_map *groups, const struct cost_group_names *names,
                      struct number_list *order)
{
    number_list_reset(order, groups->count);
    if (groups->count == 0)
        return;
    struct ranking ranking = {.names = names};
    struct number_list parts = {0}, targets = {0};
    rank_texts(&ranking, groups);
    place_parts(&ranking, &parts);
    place_targets(&ranking, &targets);
    uint32_t count = groups->count;
    struct ordered *rows = memory_grow(NULL, ((size_t)count + 1) * sizeof *rows);
    struct ordered *dealt = memory_grow(NULL, ((size_t)count + 1) * sizeof *dealt);
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t *key = key_map_key(groups, i);
        rows[i] = (struct ordered){targets.items[key[GROUP_TARGET]],
                                   parts.items[key[GROUP_PART]],
                                   ranking.ranks.items[key[GROUP_TAGS]],
                                   ranking.ranks.items[key[GROUP_COST_CATEGORY]],
                                   key[GROUP_DIRECTION],
                                   i};
    }
    deal(rows, dealt, count, parts.count, offsetof(struct ordered, part));
    deal(dealt, rows, count, targets.count, offsetof(struct ordered, target));
    order_rest(rows, count);
    for (uint32_t i = 0; i < count; i++)
        order->items[i] = rows[i].number;
    free(rows);
    free(dealt);
    free(ranking.ids);
    number_list_close(&ranking.ranks);
    number_list_close(&parts);
    number_list_close(&targets);
}
