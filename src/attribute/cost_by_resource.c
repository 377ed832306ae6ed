/* Rule c: instances, shared by effective usage.
 *
 * A line matched by resource id goes to the namespaces on the node it names: to each the part that
 * its effective usage (the greater of used and requested) is of what the node offered that day, by
 * CPU, by memory or by both weighted. Rows are grouped by namespace and pod labels. It applies
 * where no disk capacity is known for the resource that day, and to lines without a direction.
 *
 * Worked example, by CPU: node i-0a1 offered 48 core-hours and costs 12 USD. Namespace shop used
 * 24 of them under {"app":"web"} and 6 under {}, the unallocated row holds the other 18: shop gets
 * 6.00 and 1.50, Worker unallocated 4.50.
 *
 * Weighted, 0.73 to 0.27: shop's {"app":"web"} used 24/48 of the CPU and 10/40 of the memory:
 * 0.73 × 0.5 + 0.27 × 0.25 = 0.4325 of the cost. It is null where either ratio is.
 *
 * Surprising:
 * - Storage rows of pods on the node carry its id, too. They have no effective usage, so their cost
 *   is null, but they are rows: the usage amount is divided by the number of groups, theirs
 *   included, while the cost is not divided.
 * - Their tags, like the unallocated row's, are null, because this rule has no volume labels.
 * - Usage above the node's capacity hands out more than the line costs; the unallocated row is then
 *   negative and brings the sum back.
 * - A resource id that contains two node ids is shared by the rows of both nodes, the greater
 *   capacity of the two being the whole.
 *
 * The query it must match: pods and storage joined on day and
 * strpos(aws.resource_id, ocp.resource_id) != 0, grouped by line, namespace and pod_labels,
 * sum(effective usage hours) / max(node capacity hours) × cost, usage amount / the line's rows. */
#include "attribute/cost_by_resource.h"

#include "base/measure.h"
#include "base/settings.h"
#include "base/table.h"

#include <math.h>
#include <stdlib.h>

struct group {
    struct exact_sum effective_cpu;
    struct exact_sum effective_memory;
    double capacity_cpu;
    double capacity_memory;
    uint32_t node;
    int32_t cost_category_id;
};

static void fold(const struct usage_index *usage, struct group *group,
                 const struct usage_line *line)
{
    exact_sum_add(&group->effective_cpu, line->effective_cpu_core_hours, EXACT_SUM_FINE);
    exact_sum_add(&group->effective_memory, line->effective_memory_gib_hours, EXACT_SUM_FINE);
    group->capacity_cpu = measure_max(group->capacity_cpu, line->capacity_cpu_core_hours);
    group->capacity_memory = measure_max(group->capacity_memory, line->capacity_memory_gib_hours);
    group->node = usage_index_max_text(usage, group->node, line->node);
    if (line->cost_category_id > group->cost_category_id)
        group->cost_category_id = line->cost_category_id;
}

/* Groups the rows that carry one of the ids; keys are namespace and pod labels. */
static struct group *build_groups(const struct usage_index *usage, uint32_t cluster,
                                  const uint32_t *ids, uint32_t id_count, struct key_map *keys)
{
    struct group *groups = NULL;
    uint32_t capacity = 0;
    for (uint32_t i = 0; i < id_count; i++) {
        uint32_t key[2] = {cluster, ids[i]};
        for (uint32_t row = row_list_first(&usage->by_resource, key); row != ROW_LIST_END;
             row = row_list_next(&usage->by_resource, row)) {
            const struct usage_line *line = &usage->lines[row];
            uint32_t group_key[2] = {line->namespace_name, line->pod_labels};
            bool added;
            uint32_t at = key_map_add(keys, group_key, &added);
            if (added && at == capacity) {
                capacity = capacity * 2 + 32;
                groups = memory_grow(groups, capacity * sizeof *groups);
            }
            if (added)
                groups[at] = (struct group){EXACT_SUM_NULL, EXACT_SUM_NULL, MEASURE_NULL,
                                            MEASURE_NULL,   TEXT_NULL,      INTEGER_NULL};
            fold(usage, &groups[at], line);
        }
    }
    return groups;
}

/* Null where nothing was used or nothing was offered. */
static double ratio_of(struct exact_sum effective, double capacity)
{
    if (measure_is_null(capacity) || capacity == 0)
        return MEASURE_NULL;
    return exact_sum_value(effective, EXACT_SUM_FINE) / capacity;
}

static double fraction_of(const struct group *group, const struct cost_rules *rules)
{
    if (rules->distribution == DISTRIBUTION_CPU)
        return ratio_of(group->effective_cpu, group->capacity_cpu);
    double memory = ratio_of(group->effective_memory, group->capacity_memory);
    if (rules->distribution == DISTRIBUTION_MEMORY)
        return memory;
    return rules->cpu_weight * ratio_of(group->effective_cpu, group->capacity_cpu) +
           rules->memory_weight * memory;
}

static void add_share(uint32_t cluster, const uint32_t *key, const struct group *group,
                      double fraction, uint32_t rows, struct cost_targets *targets,
                      struct cost_shares *shares)
{
    uint32_t words[TARGET_WORDS] = {
        [TARGET_CLUSTER] = cluster,
        [TARGET_DATA_SOURCE] = DATA_SOURCE_POD,
        [TARGET_NAMESPACE] = key[0],
        [TARGET_NODE] = group->node,
        [TARGET_COST_CATEGORY] = (uint32_t)group->cost_category_id,
    };
    cost_shares_add(shares, (struct cost_share){
                                .target = cost_targets_add(targets, words),
                                .labels = key[1],
                                .multiplier = fraction,
                                .divisor = 1,
                                .usage_divisor = rows,
                                .tags = SHARE_TAGS_MERGED,
                                .keeps_category = true,
                                .keeps_direction = true,
                                .rule = 'c',
                            });
}

enum by_resource cost_by_resource(const struct usage_index *usage, uint32_t cluster,
                                  const uint32_t *ids, uint32_t id_count,
                                  const struct cost_rules *rules, struct cost_targets *targets,
                                  struct cost_shares *shares)
{
    struct key_map keys;
    key_map_init(&keys, 2);
    struct group *groups = build_groups(usage, cluster, ids, id_count, &keys);
    struct exact_sum sum = EXACT_SUM_NULL;
    for (uint32_t i = 0; i < keys.count; i++) {
        double fraction = fraction_of(&groups[i], rules);
        exact_sum_add(&sum, fraction, EXACT_SUM_FINE);
        add_share(cluster, key_map_key(&keys, i), &groups[i], fraction, keys.count, targets,
                  shares);
    }
    enum by_resource result = keys.count == 0 ? BY_RESOURCE_NO_ROWS : BY_RESOURCE_NULL;
    double shared = exact_sum_value(sum, EXACT_SUM_FINE);
    if (!measure_is_null(shared)) {
        result = BY_RESOURCE_SHARED;
        cost_shares_claim(shares);
        cost_shares_add_gap(shares, 1 - shared, RECONCILE_idle_node, RECONCILE_overused_node);
    }
    free(groups);
    key_map_close(&keys);
    return result;
}
