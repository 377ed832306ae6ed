/* Rule a: storage on disks with known capacity.
 *
 * A bill line of a disk whose capacity is known (disk_capacity.c) is charged to the claims on it:
 * each gets the part of the cost that its own capacity is of the disk's. Claims are found as the
 * summary rows of the day whose CSI handle the line's resource id contains; they count per
 * namespace, pod labels and volume labels, with the greatest claim capacity of each group.
 *
 * Worked example: a disk of 100 GB costs 10 USD a day. Claim data of namespace shop has 40 GB,
 * claim logs of namespace ops 25 GB: shop gets 40/100 × 10 = 4.00, ops 2.50. The other 3.50 are
 * rule b's (disk_rest.c).
 *
 * Surprising:
 * - Each group carries the whole usage amount of the line, not its part.
 * - One claim under two label sets in a day makes two groups, each with the full claim capacity.
 * - A group whose claim name is '' goes to Storage unattributed, without usage amount, tags and
 *   categories.
 * - The line's resource id must *contain* the handle: vol-1 is also met by a line of vol-12, if
 *   that line belongs to the cluster at all.
 *
 * The query it must match: storage with a CSI handle, joined on day and
 * strpos(aws.resource_id, csi_volume_handle) != 0 with the disk capacities, grouped by line,
 * namespace, pod_labels and volume_labels, max(persistentvolumeclaim_capacity_gigabyte) /
 * max(capacity) × cost. */
#include "attribute/cost_by_volume.h"

#include "base/measure.h"
#include "base/table.h"

#include <math.h>
#include <stdlib.h>

struct group {
    uint32_t claim;
    uint32_t volume;
    uint32_t storageclass;
    uint32_t node;
    int32_t cost_category_id;
    double claim_capacity_gib;
};

static void fold(const struct usage_index *usage, struct group *group,
                 const struct usage_line *line)
{
    group->claim = usage_index_max_text(usage, group->claim, line->claim);
    group->volume = usage_index_max_text(usage, group->volume, line->volume);
    group->storageclass = usage_index_max_text(usage, group->storageclass, line->storageclass);
    group->node = usage_index_max_text(usage, group->node, line->node);
    if (line->cost_category_id > group->cost_category_id)
        group->cost_category_id = line->cost_category_id;
    group->claim_capacity_gib = measure_max(group->claim_capacity_gib, line->claim_capacity_gib);
}

/* Groups the rows on the disk; keys are namespace, pod labels, volume labels. */
static struct group *build_groups(const struct usage_index *usage, uint32_t cluster,
                                  const uint32_t *ids, uint32_t id_count, struct key_map *keys)
{
    struct group *groups = NULL;
    for (uint32_t i = 0; i < id_count; i++) {
        uint32_t key[2] = {cluster, ids[i]};
        for (uint32_t row = row_list_first(&usage->by_handle, key); row != ROW_LIST_END;
             row = row_list_next(&usage->by_handle, row)) {
            const struct usage_line *line = &usage->lines[row];
            if (line->volume == TEXT_NULL || line->namespace_name == usage->storage_unattributed)
                continue;
            uint32_t group_key[3] = {line->namespace_name, line->pod_labels, line->volume_labels};
            bool added;
            uint32_t at = key_map_add(keys, group_key, &added);
            if (added) {
                groups = memory_grow(groups, keys->count * sizeof *groups);
                groups[at] = (struct group){.cost_category_id = INTEGER_NULL,
                                            .claim_capacity_gib = MEASURE_NULL};
            }
            fold(usage, &groups[at], line);
        }
    }
    return groups;
}

static void add_share(const struct usage_index *usage, uint32_t cluster, const uint32_t *key,
                      const struct group *group, double fraction, struct cost_targets *targets,
                      struct cost_shares *shares)
{
    bool claimed = group->claim != TEXT_EMPTY;
    uint32_t words[TARGET_WORDS] = {
        [TARGET_CLUSTER] = cluster,
        [TARGET_DATA_SOURCE] = DATA_SOURCE_STORAGE,
        [TARGET_NAMESPACE] = claimed ? key[0] : usage->storage_unattributed,
        [TARGET_NODE] = group->node,
        [TARGET_CLAIM] = group->claim,
        [TARGET_VOLUME] = group->volume,
        [TARGET_STORAGECLASS] = group->storageclass,
        [TARGET_COST_CATEGORY] = (uint32_t)(claimed ? group->cost_category_id : INTEGER_NULL),
    };
    cost_shares_add(shares, (struct cost_share){
                                .target = cost_targets_add(targets, words),
                                .labels = key[1] != TEXT_NULL ? key[1] : key[2],
                                .multiplier = fraction,
                                .divisor = 1,
                                .usage_divisor = claimed ? 1 : MEASURE_NULL,
                                .tags = claimed ? SHARE_TAGS_MERGED : SHARE_TAGS_NULL,
                                .keeps_category = claimed,
                                .keeps_direction = true,
                                .rule = 'a',
                            });
}

double cost_by_volume(const struct usage_index *usage, uint32_t cluster, const uint32_t *ids,
                      uint32_t id_count, double capacity_gb, struct cost_targets *targets,
                      struct cost_shares *shares)
{
    struct key_map keys;
    key_map_init(&keys, 3);
    struct group *groups = build_groups(usage, cluster, ids, id_count, &keys);
    struct exact_sum sum = EXACT_SUM_NULL;
    for (uint32_t i = 0; i < keys.count; i++) {
        double fraction = groups[i].claim_capacity_gib / capacity_gb;
        exact_sum_add(&sum, fraction, EXACT_SUM_FINE);
        add_share(usage, cluster, key_map_key(&keys, i), &groups[i], fraction, targets, shares);
    }
    free(groups);
    key_map_close(&keys);
    return measure_coalesce(exact_sum_value(sum, EXACT_SUM_FINE), 0);
}
