/* Volumes without a CSI handle: `cost.non_csi_storage: namespace`.
 *
 * A line can belong to a cluster because its resource id ends with the name of a volume, while no
 * CSI handle and no node id meets it. The reference then has no rule that gives it to anybody, and
 * by default (`trino`) neither have we: the cost is in no row, and the reconciliation says so. With
 * `namespace` such a line goes in full to the namespaces of the storage rows that have this volume
 * that day, over all clusters that own the line and have no other rule for it, in proportion to
 * claim capacity; in equal parts where no capacity is known.
 *
 * Groups and columns are those of rule a: namespace and both label texts; greatest claim, volume,
 * storage class and node; data source Storage. The usage amount is split like the cost.
 *
 * Worked example: the line vol-77 of 9 USD, volume vol-77 claimed by shop with 20 GB and, in
 * another cluster, by ops with 10 GB: shop gets 6.00, ops 3.00. */
#include "attribute/non_csi_storage.h"

#include "attribute/cluster_names.h"
#include "base/exact_sum.h"
#include "base/table.h"

#include <stdlib.h>

struct group {
    uint32_t words[TARGET_WORDS];
    uint32_t labels;
    double claim_capacity_gib;
};

struct grouping {
    const struct usage_index *usage;
    struct key_map keys; /* cluster, namespace, pod labels, volume labels */
    struct group *groups;
    uint32_t capacity;
};

static void fold_text(const struct usage_index *usage, uint32_t *max, uint32_t text)
{
    *max = usage_index_max_text(usage, *max, text);
}

static void add_row(struct grouping *grouping, const struct usage_line *line)
{
    uint32_t key[4] = {line->cluster, line->namespace_name, line->pod_labels, line->volume_labels};
    bool added;
    uint32_t at = key_map_add(&grouping->keys, key, &added);
    if (at == grouping->capacity) {
        grouping->capacity = grouping->capacity * 2 + 8;
        grouping->groups =
            memory_grow(grouping->groups, grouping->capacity * sizeof *grouping->groups);
    }
    struct group *group = &grouping->groups[at];
    if (added)
        *group = (struct group){.words = {[TARGET_CLUSTER] = line->cluster,
                                          [TARGET_DATA_SOURCE] = DATA_SOURCE_STORAGE,
                                          [TARGET_NAMESPACE] = line->namespace_name,
                                          [TARGET_COST_CATEGORY] = (uint32_t)INTEGER_NULL},
                                .labels = line->pod_labels != TEXT_NULL ? line->pod_labels
                                                                        : line->volume_labels,
                                .claim_capacity_gib = MEASURE_NULL};
    fold_text(grouping->usage, &group->words[TARGET_NODE], line->node);
    fold_text(grouping->usage, &group->words[TARGET_CLAIM], line->claim);
    fold_text(grouping->usage, &group->words[TARGET_VOLUME], line->volume);
    fold_text(grouping->usage, &group->words[TARGET_STORAGECLASS], line->storageclass);
    if (line->cost_category_id > (int32_t)group->words[TARGET_COST_CATEGORY])
        group->words[TARGET_COST_CATEGORY] = (uint32_t)line->cost_category_id;
    group->claim_capacity_gib = measure_max(group->claim_capacity_gib, line->claim_capacity_gib);
}

static void add_volume(struct grouping *grouping, uint32_t cluster, struct text name)
{
    const struct usage_index *usage = grouping->usage;
    uint32_t key[2] = {cluster, text_pool_find(usage->texts, name.bytes, name.length)};
    if (key[1] == UINT32_MAX)
        return;
    for (uint32_t row = row_list_first(&usage->by_volume, key); row != ROW_LIST_END;
         row = row_list_next(&usage->by_volume, row))
        add_row(grouping, &usage->lines[row]);
}

static void add_shares(const struct grouping *grouping, struct cost_targets *targets,
                       struct cost_shares *shares)
{
    struct exact_sum sum = EXACT_SUM_NULL;
    for (uint32_t i = 0; i < grouping->keys.count; i++)
        exact_sum_add(&sum, grouping->groups[i].claim_capacity_gib, EXACT_SUM_FINE);
    double total = exact_sum_value(sum, EXACT_SUM_FINE);
    bool known = total > 0;
    for (uint32_t i = 0; i < grouping->keys.count; i++) {
        const struct group *group = &grouping->groups[i];
        double part = known ? measure_coalesce(group->claim_capacity_gib, 0) : 1;
        double whole = known ? total : grouping->keys.count;
        cost_shares_add(shares, (struct cost_share){
                                    .target = cost_targets_add(targets, group->words),
                                    .labels = group->labels,
                                    .multiplier = part / whole,
                                    .divisor = 1,
                                    .usage_divisor = whole / part,
                                    .tags = SHARE_TAGS_MERGED,
                                    .keeps_category = true,
                                    .keeps_direction = true,
                                    .rule = 'n',
                                });
    }
}

bool non_csi_storage(const struct usage_index *usage, uint32_t cluster_count, const uint32_t *set,
                     struct text resource, struct cost_targets *targets, struct cost_shares *shares)
{
    struct grouping grouping = {.usage = usage};
    key_map_init(&grouping.keys, 4);
    for (uint32_t i = 0; i < usage->volume_lengths.count; i++) {
        uint32_t length = usage->volume_lengths.items[i];
        if (length > resource.length)
            break;
        struct text tail = {resource.bytes + (resource.length - length), length};
        for (uint32_t cluster = 0; cluster < cluster_count; cluster++)
            if (cluster_set_has(set, cluster))
                add_volume(&grouping, cluster, tail);
    }
    bool found = grouping.keys.count > 0;
    if (found) {
        add_shares(&grouping, targets, shares);
        cost_shares_claim(shares);
    }
    key_map_close(&grouping.keys);
    free(grouping.groups);
    return found;
}
