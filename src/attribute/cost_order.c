#include "attribute/cost_order.h"

#include "base/arena.h"
#include "base/radix_sort.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void cost_order_init(struct cost_order *order, const struct text_pool *texts)
{
    *order = (struct cost_order){0};
    text_rank_init(&order->texts, texts);
}

void cost_order_close(struct cost_order *order)
{
    text_rank_close(&order->texts);
    ranking_close(&order->targets);
    ranking_close(&order->receivers);
}

void cost_order_clear(struct cost_order *order)
{
    text_rank_reset(&order->texts);
    ranking_clear(&order->targets);
    ranking_clear(&order->receivers);
}

/* An order in front of the names it is to rank. */
struct ordering {
    struct cost_order *order;
    const struct cost_group_names *names;
    struct number_list fresh; /* scratch: what is not ranked yet */
};

/* ---- texts ---- */

static uint32_t resource_text(const struct cost_group_names *names, const uint32_t *part)
{
    return names->resources[part[PART_RESOURCE]].text;
}

static void rank_texts_of_parts(struct ordering *ordering)
{
    const struct cost_group_names *names = ordering->names;
    struct text_rank *texts = &ordering->order->texts;
    for (uint32_t i = 0; i < names->parts->count; i++) {
        const uint32_t *part = key_map_key(names->parts, i);
        text_rank_ask(texts, resource_text(names, part));
        for (int word = PART_PRODUCT_CODE; word < PART_WORDS; word++)
            text_rank_ask(texts, part[word]);
    }
    text_rank_update(texts);
}

/* Targets and receivers that are ranked have texts that are. */
static void rank_texts_of_receivers(struct ordering *ordering)
{
    struct cost_order *order = ordering->order;
    const struct key_map *targets = &ordering->names->targets->map;
    const struct key_map *receivers = &ordering->names->receivers->map;
    for (uint32_t i = order->targets.order.count; i < targets->count; i++)
        for (int word = TARGET_NAMESPACE; word <= TARGET_STORAGECLASS; word++)
            text_rank_ask(&order->texts, key_map_key(targets, i)[word]);
    for (uint32_t i = order->receivers.order.count; i < receivers->count; i++) {
        text_rank_ask(&order->texts, key_map_key(receivers, i)[RECEIVER_TAGS]);
        text_rank_ask(&order->texts, key_map_key(receivers, i)[RECEIVER_COST_CATEGORY]);
    }
    text_rank_update(&order->texts);
}

/* ---- line parts and targets: sorted by the ranks of their texts ---- */

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

static struct packed pack_part(const struct ordering *ordering, uint32_t number)
{
    const struct text_rank *texts = &ordering->order->texts;
    const uint32_t *part = key_map_key(ordering->names->parts, number);
    struct packed packed = {.number = number};
    packed.ranks[0] = text_rank_of(texts, resource_text(ordering->names, part));
    for (int word = PART_PRODUCT_CODE; word < PART_WORDS; word++)
        packed.ranks[word] = text_rank_of(texts, part[word]);
    packed.head = (uint64_t)packed.ranks[0] << 32 | packed.ranks[1];
    return packed;
}

static struct packed pack_target(const struct ordering *ordering, uint32_t number)
{
    const struct text_rank *texts = &ordering->order->texts;
    const uint32_t *target = key_map_key(&ordering->names->targets->map, number);
    struct packed packed = {.number = number};
    packed.ranks[0] = target[TARGET_CLUSTER] << 1 | target[TARGET_DATA_SOURCE];
    for (int word = TARGET_NAMESPACE; word <= TARGET_STORAGECLASS; word++)
        packed.ranks[word - 1] = text_rank_of(texts, target[word]);
    /* Signed, the smallest being null. */
    packed.ranks[TARGET_COST_CATEGORY - 1] = target[TARGET_COST_CATEGORY] ^ 0x80000000u;
    packed.head = (uint64_t)packed.ranks[0] << 32 | packed.ranks[1];
    return packed;
}

static bool target_precedes(const void *context, uint32_t a, uint32_t b)
{
    struct packed left = pack_target(context, a), right = pack_target(context, b);
    return compare_packed(&left, &right) < 0;
}

/* The numbers from `first` to `count`, sorted, in `fresh`. */
static void sort_packed(struct ordering *ordering, uint32_t first, uint32_t count,
                        struct packed (*pack)(const struct ordering *ordering, uint32_t number))
{
    struct packed *packed = memory_grow(NULL, (count - first) * sizeof *packed);
    for (uint32_t i = first; i < count; i++)
        packed[i - first] = pack(ordering, i);
    qsort(packed, count - first, sizeof *packed, compare_packed);
    ordering->fresh.count = 0;
    for (uint32_t i = first; i < count; i++)
        number_list_add(&ordering->fresh, packed[i - first].number);
    free(packed);
}

static void rank_targets(struct ordering *ordering)
{
    struct ranking *targets = &ordering->order->targets;
    sort_packed(ordering, targets->order.count, ordering->names->targets->map.count, pack_target);
    ranking_merge(targets, ordering->fresh.items, ordering->fresh.count, target_precedes, ordering);
}

/* Parts are of the day: their ranks are not kept. */
void cost_order_parts(struct cost_order *order, const struct cost_group_names *names,
                      struct number_list *numbers)
{
    struct ordering ordering = {.order = order, .names = names, .fresh = *numbers};
    rank_texts_of_parts(&ordering);
    sort_packed(&ordering, 0, names->parts->count, pack_part);
    *numbers = ordering.fresh;
}

/* ---- receivers: by target, direction, tags, cost category ---- */

static void receiver_words(const struct ordering *ordering, uint32_t number, uint32_t words[4])
{
    const struct cost_order *order = ordering->order;
    const uint32_t *receiver = key_map_key(&ordering->names->receivers->map, number);
    words[0] = ranking_of(&order->targets, receiver[RECEIVER_TARGET]);
    words[1] = receiver[RECEIVER_DIRECTION];
    words[2] = text_rank_of(&order->texts, receiver[RECEIVER_TAGS]);
    words[3] = text_rank_of(&order->texts, receiver[RECEIVER_COST_CATEGORY]);
}

static bool receiver_precedes(const void *context, uint32_t a, uint32_t b)
{
    uint32_t left[4], right[4];
    receiver_words(context, a, left);
    receiver_words(context, b, right);
    int i = 0;
    while (i < 3 && left[i] == right[i])
        i++;
    return left[i] < right[i];
}

static void rank_receivers(struct ordering *ordering)
{
    struct ranking *receivers = &ordering->order->receivers;
    uint32_t first = receivers->order.count;
    uint32_t count = ordering->names->receivers->map.count - first;
    struct radix_item *items = memory_grow(NULL, count * sizeof *items);
    struct radix_item *scratch = memory_grow(NULL, count * sizeof *scratch);
    /* The last words first, for sorting is stable. */
    for (int pair = 2; pair >= 0; pair -= 2) {
        for (uint32_t i = 0; i < count; i++) {
            uint32_t words[4];
            uint32_t number = pair == 2 ? first + i : items[i].number;
            receiver_words(ordering, number, words);
            items[i] = (struct radix_item){(uint64_t)words[pair] << 32 | words[pair + 1], number};
        }
        radix_sort(items, scratch, count);
    }
    ordering->fresh.count = 0;
    for (uint32_t i = 0; i < count; i++)
        number_list_add(&ordering->fresh, items[i].number);
    ranking_merge(receivers, ordering->fresh.items, count, receiver_precedes, ordering);
    free(items);
    free(scratch);
}

/* ---- rows ---- */

/* Fills `keys` by group: the rank of its target, then its part. */
static void make_keys(const struct ordering *ordering, const struct cost_groups *groups,
                      uint64_t *keys)
{
    const struct key_map *receivers = &ordering->names->receivers->map;
    for (uint32_t i = 0; i < groups->count; i++) {
        const struct cost_group *group = &groups->groups[i];
        uint32_t target = key_map_key(receivers, group->receiver)[RECEIVER_TARGET];
        keys[i] = (uint64_t)ranking_of(&ordering->order->targets, target) << 32 | group->part;
    }
}

/* Deals the groups out by the upper halves of their keys, keeping the order of equal ones. */
static void deal(const uint64_t *keys, uint32_t count, uint32_t ranks, struct number_list *numbers)
{
    uint32_t *starts = memory_grow(NULL, ((size_t)ranks + 2) * sizeof *starts);
    memset(starts, 0, ((size_t)ranks + 2) * sizeof *starts);
    for (uint32_t i = 0; i < count; i++)
        starts[(keys[i] >> 32) + 1]++;
    for (uint32_t i = 0; i < ranks; i++)
        starts[i + 1] += starts[i];
    number_list_reset(numbers, count);
    for (uint32_t i = 0; i < count; i++)
        numbers->items[starts[keys[i] >> 32]++] = i;
    free(starts);
}

static uint32_t receiver_rank(const struct ordering *ordering, const struct cost_groups *groups,
                              uint32_t number)
{
    return ranking_of(&ordering->order->receivers, groups->groups[number].receiver);
}

static void sort_many(const struct ordering *ordering, const struct cost_groups *groups,
                      uint32_t *numbers, uint32_t count)
{
    struct radix_item *items = memory_grow(NULL, count * sizeof *items);
    struct radix_item *scratch = memory_grow(NULL, count * sizeof *scratch);
    for (uint32_t i = 0; i < count; i++)
        items[i] = (struct radix_item){receiver_rank(ordering, groups, numbers[i]), numbers[i]};
    radix_sort(items, scratch, count);
    for (uint32_t i = 0; i < count; i++)
        numbers[i] = items[i].number;
    free(items);
    free(scratch);
}

static void sort_few(const struct ordering *ordering, const struct cost_groups *groups,
                     uint32_t *numbers, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        uint32_t number = numbers[i], rank = receiver_rank(ordering, groups, number), at = i;
        for (; at > 0 && receiver_rank(ordering, groups, numbers[at - 1]) > rank; at--)
            numbers[at] = numbers[at - 1];
        numbers[at] = number;
    }
}

/* Sorts a run of one target and part by receivers. */
static void sort_run(const struct ordering *ordering, const struct cost_groups *groups,
                     uint32_t *numbers, uint32_t count)
{
    enum { FEW = 24 };
    if (count <= FEW)
        sort_few(ordering, groups, numbers, count);
    else
        sort_many(ordering, groups, numbers, count);
}

void cost_order_groups(struct cost_order *order, const struct cost_groups *groups,
                       const struct cost_group_names *names, struct number_list *numbers)
{
    struct ordering ordering = {.order = order, .names = names};
    rank_texts_of_receivers(&ordering);
    rank_targets(&ordering);
    rank_receivers(&ordering);
    uint64_t *keys = memory_grow(NULL, groups->count * sizeof *keys);
    make_keys(&ordering, groups, keys);
    deal(keys, groups->count, order->targets.order.count, numbers);
    for (uint32_t i = 0; i < numbers->count;) {
        uint32_t end = i + 1;
        while (end < numbers->count && keys[numbers->items[end]] == keys[numbers->items[i]])
            end++;
        sort_run(&ordering, groups, numbers->items + i, end - i);
        i = end;
    }
    free(keys);
    number_list_close(&ordering.fresh);
}

size_t cost_order_size(const struct cost_order *order)
{
    return (size_t)order->texts.room * 2 * sizeof(uint32_t) + ranking_size(&order->targets) +
           ranking_size(&order->receivers);
}
