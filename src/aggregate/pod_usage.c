#include "aggregate/pod_usage.h"

#include "aggregate/category_match.h"
#include "aggregate/fact_set.h"
#include "aggregate/label_filter.h"
#include "aggregate/label_side.h"
#include "base/arena.h"
#include "base/text_rank.h"

#include <stdlib.h>

/* Where the rows of a group of own labels count. It holds for the next day too, unless the labels
 * of the node or of the namespace have changed. */
struct pod_join {
    uint32_t span;       /* in which it was made, or found to hold */
    uint32_t node_set;   /* it was made of */
    uint32_t space_set;  /* it was made of */
    uint32_t group;      /* or one of the following */
    uint32_t categories; /* that the namespace matches, at least 1 */
};

enum { NO_GROUP = UINT32_MAX, MANY_GROUPS = UINT32_MAX - 1, FEW_GROUPS = 1024 };

void pod_usage_init(struct pod_usage *usage, const struct pod_sides *sides,
                    const struct text_pool *texts)
{
    *usage = (struct pod_usage){.sides = *sides, .texts = texts};
    key_map_init(&usage->own, POD_KEY_WORDS);
    key_map_init(&usage->groups, POD_KEY_WORDS);
}

void pod_usage_close(struct pod_usage *usage)
{
    key_map_close(&usage->own);
    key_map_close(&usage->groups);
    free(usage->joins);
    free(usage->totals);
    free(usage->names);
    free(usage->order);
}

void pod_usage_reset(struct pod_usage *usage)
{
    key_map_clear(&usage->own);
    key_map_clear(&usage->groups);
    usage->order_groups = 0;
}

bool pod_usage_is_mostly_unused(const struct key_map *map, uint32_t used)
{
    return map->count > 2 * used + FEW_GROUPS;
}

void pod_usage_begin(struct pod_usage *usage, int32_t first_day)
{
    if (pod_usage_is_mostly_unused(&usage->own, usage->used_own) ||
        pod_usage_is_mostly_unused(&usage->groups, usage->used_groups))
        pod_usage_reset(usage);
    usage->first_day = first_day;
    usage->span++;
    usage->used_own = usage->used_groups = 0;
}

uint32_t text_greatest(const struct text_pool *texts, uint32_t a, uint32_t b)
{
    if (a == b || b == TEXT_NULL)
        return a;
    return text_compare(text_pool_borrow(texts, a), text_pool_borrow(texts, b)) < 0 ? b : a;
}

struct pod_total pod_total_empty(uint32_t span)
{
    return (struct pod_total){EXACT_SUM_NULL, EXACT_SUM_NULL, EXACT_SUM_NULL, EXACT_SUM_NULL,
                              EXACT_SUM_NULL, EXACT_SUM_NULL, EXACT_SUM_NULL, EXACT_SUM_NULL,
                              MEASURE_NULL,   MEASURE_NULL,   TEXT_NULL,      span};
}

/* ---- which groups a row counts in ---- */

/* The group of a row that was joined with these sets. */
static uint32_t find_group(struct pod_usage *usage, const struct pod_row *row, uint32_t node_set,
                           uint32_t space_set)
{
    struct label_filter *filter = usage->sides.filter;
    uint32_t merged = row->labels;
    if (merged != TEXT_NULL)
        merged =
            label_filter_merge(filter, label_filter_merge(filter, node_set, space_set), merged);
    const uint32_t key[POD_KEY_WORDS] = {(uint32_t)(row->day - usage->first_day), row->namespace,
                                         row->node, merged};
    bool added;
    uint32_t group = key_map_add(&usage->groups, key, &added);
    if (usage->groups.count > usage->total_room) {
        usage->total_room = usage->groups.capacity;
        usage->totals = memory_grow(usage->totals, usage->total_room * sizeof *usage->totals);
        usage->names = memory_grow(usage->names, usage->total_room * sizeof *usage->names);
    }
    if (added) {
        usage->totals[group].span = 0;
        usage->names[group].resource_id = UINT32_MAX;
    }
    return group;
}

/* The total of a group, empty when it has none of this span yet. */
static struct pod_total *open_total(struct pod_usage *usage, uint32_t group)
{
    struct pod_total *total = &usage->totals[group];
    if (total->span != usage->span) {
        *total = pod_total_empty(usage->span);
        usage->used_groups++;
    }
    return total;
}

/* The set of a name that has but one, or none (TEXT_NULL). */
static bool find_only_set(const struct label_side *side, int32_t day, uint32_t name, uint32_t *set)
{
    uint32_t entry = label_side_first(side, day, name);
    *set = entry == 0 ? (uint32_t)TEXT_NULL : label_side_set(side, entry);
    return entry == 0 || label_side_next(side, entry) == 0;
}

/* The first row of its group that day: sees whether the join of another day still holds. */
static void renew_join(struct pod_usage *usage, struct pod_join *join, const struct pod_row *row)
{
    uint32_t node_set, space_set;
    bool one_node_set = find_only_set(usage->sides.node_labels, row->day, row->node, &node_set);
    bool one_space_set =
        find_only_set(usage->sides.namespace_labels, row->day, row->namespace, &space_set);
    fact_set_note(usage->sides.facts, row->day, FACT_NAMESPACE, row->namespace);
    fact_set_note(usage->sides.facts, row->day, FACT_NODE, row->node);
    bool has_node = row->node != TEXT_NULL && row->node != TEXT_EMPTY;
    bool holds =
        join->group < MANY_GROUPS && join->node_set == node_set && join->space_set == space_set;
    if (!has_node)
        join->group = NO_GROUP;
    else if (!one_node_set || !one_space_set)
        join->group = MANY_GROUPS;
    else if (!holds)
        join->group = find_group(usage, row, node_set, space_set);
    if (join->group < MANY_GROUPS)
        open_total(usage, join->group);
    join->node_set = node_set;
    join->space_set = space_set;
    join->span = usage->span;
    usage->used_own++;
}

static struct pod_join *find_join(struct pod_usage *usage, const struct pod_row *row)
{
    const uint32_t key[POD_KEY_WORDS] = {(uint32_t)(row->day - usage->first_day), row->namespace,
                                         row->node, row->labels};
    bool added;
    uint32_t own = usage->last = key_map_add_after(&usage->own, usage->last, key, &added);
    if (usage->own.count > usage->join_room) {
        usage->join_room = usage->own.capacity;
        usage->joins = memory_grow(usage->joins, usage->join_room * sizeof *usage->joins);
    }
    struct pod_join *join = &usage->joins[own];
    if (added) {
        uint32_t matches = category_memo_find(usage->sides.categories, row->namespace).count;
        *join = (struct pod_join){.group = NO_GROUP, .categories = matches == 0 ? 1 : matches};
    }
    if (added || join->span != usage->span)
        renew_join(usage, join, row);
    return join;
}

/* ---- sums ---- */

static double effective(double own, double used, double requested)
{
    return measure_coalesce(own, measure_greatest(used, requested));
}

static void add_to_total(struct pod_total *total, const struct pod_row *row,
                         const struct text_pool *texts)
{
    exact_sum_add(&total->usage_cpu, row->usage_cpu_core_seconds, EXACT_SUM_FINE);
    exact_sum_add(&total->request_cpu, row->request_cpu_core_seconds, EXACT_SUM_FINE);
    exact_sum_add(&total->limit_cpu, row->limit_cpu_core_seconds, EXACT_SUM_FINE);
    exact_sum_add(&total->effective_cpu,
                  effective(row->effective_cpu_core_seconds, row->usage_cpu_core_seconds,
                            row->request_cpu_core_seconds),
                  EXACT_SUM_FINE);
    exact_sum_add(&total->usage_memory, row->usage_memory_byte_seconds, EXACT_SUM_COARSE);
    exact_sum_add(&total->request_memory, row->request_memory_byte_seconds, EXACT_SUM_COARSE);
    exact_sum_add(&total->limit_memory, row->limit_memory_byte_seconds, EXACT_SUM_COARSE);
    exact_sum_add(&total->effective_memory,
                  effective(row->effective_memory_byte_seconds, row->usage_memory_byte_seconds,
                            row->request_memory_byte_seconds),
                  EXACT_SUM_COARSE);
    total->node_cpu_cores = measure_max(total->node_cpu_cores, row->node_capacity_cpu_cores);
    total->node_memory_bytes =
        measure_max(total->node_memory_bytes, row->node_capacity_memory_bytes);
    if (row->resource_id != total->resource_id)
        total->resource_id = text_greatest(texts, total->resource_id, row->resource_id);
}

/* Once for every pair of a set of its node and a set of its namespace. */
static void add_to_many(struct pod_usage *usage, const struct pod_row *row, uint32_t categories)
{
    const struct label_side *nodes = usage->sides.node_labels;
    const struct label_side *spaces = usage->sides.namespace_labels;
    uint32_t node_entry = label_side_first(nodes, row->day, row->node);
    uint32_t first_space = label_side_first(spaces, row->day, row->namespace);
    do {
        uint32_t node_set = node_entry ? label_side_set(nodes, node_entry) : TEXT_NULL;
        uint32_t space = first_space;
        do {
            uint32_t space_set = space ? label_side_set(spaces, space) : TEXT_NULL;
            struct pod_total *total =
                open_total(usage, find_group(usage, row, node_set, space_set));
            for (uint32_t n = 0; n < categories; n++)
                add_to_total(total, row, usage->texts);
            space = space ? label_side_next(spaces, space) : 0;
        } while (space != 0);
        node_entry = node_entry ? label_side_next(nodes, node_entry) : 0;
    } while (node_entry != 0);
}

void pod_usage_add(struct pod_usage *usage, const struct pod_row *row)
{
    const struct pod_join *join = find_join(usage, row);
    fact_set_note(usage->sides.facts, row->day, FACT_RESOURCE_ID, row->resource_id);
    if (join->group == MANY_GROUPS)
        add_to_many(usage, row, join->categories);
    else if (join->group != NO_GROUP)
        for (uint32_t n = 0; n < join->categories; n++)
            add_to_total(&usage->totals[join->group], row, usage->texts);
}

/* ---- the order of the rows ---- */

const uint32_t *pod_usage_order(struct pod_usage *usage, int32_t day, struct text_rank *rank,
                                uint32_t *count)
{
    uint32_t slot = (uint32_t)(day - usage->first_day);
    if (usage->order_slot != slot || usage->order_groups != usage->groups.count) {
        usage->order = memory_grow(usage->order, usage->groups.count * sizeof *usage->order);
        usage->order_count = 0;
        for (uint32_t group = 0; group < usage->groups.count; group++)
            if (key_map_key(&usage->groups, group)[POD_SLOT] == slot)
                usage->order[usage->order_count++] = group;
        const struct text_keys keys = {usage->groups.keys + POD_NAMESPACE, POD_KEY_WORDS,
                                       POD_KEY_WORDS - POD_NAMESPACE};
        text_rank_sort(rank, &keys, usage->order, usage->order_count);
        usage->order_slot = slot;
        usage->order_groups = usage->groups.count;
    }
    *count = usage->order_count;
    return usage->order;
}
