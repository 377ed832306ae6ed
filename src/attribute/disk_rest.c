/* Rule b: the rest of a disk.
 *
 * What of a disk's capacity no volume claims goes to Storage unattributed. Claimed is the sum of
 * the volumes' capacities: per volume and cluster the greatest claim capacity on all days of the
 * period on which the disk is billed, over all clusters. The rest of the cost is split evenly
 * between the clusters that have claimed something; a cluster gets its part on days on which it has
 * a row for the disk.
 *
 * Worked example: a disk of 100 GB costs 10 USD a day. Cluster east claims 40 GB, west 25 GB. The
 * rest is 35/100 × 10 = 3.50; east and west get a row of 1.75 each.
 *
 * Surprising:
 * - A volume that was there on the first only is claimed on all days: its part of the cost on the
 *   other days is in no row.
 * - Claims above the disk's size give a negative rest, which is kept.
 * - Where claims and capacity are equal there is no row, not one of 0.
 * - The row has no usage amount, tags, categories and node, but the greatest claim, volume and
 *   storage class of the cluster's rows, '' staying ''.
 *
 * The query it must match: the unattributed storage insert with
 * (max(capacity) - sum(volume totals)) / max(capacity) × cost / count(distinct cluster). */
#include "attribute/disk_rest.h"

#include "attribute/number_list.h"
#include "attribute/resource_match.h"
#include "base/measure.h"
#include "base/table.h"

#include <stdlib.h>
#include <string.h>

enum { CLAIM_CLUSTER, CLAIM_HANDLE, CLAIM_VOLUME, CLAIM_CAPACITY, CLAIM_WORDS = 5 };

void disk_rest_facts_init(struct disk_rest_facts *facts)
{
    *facts = (struct disk_rest_facts){0};
    text_pool_init(&facts->volumes);
    key_map_init(&facts->claims, CLAIM_WORDS);
    row_list_init(&facts->by_handle, 1);
    text_pool_init(&facts->resources);
}

void disk_rest_facts_close(struct disk_rest_facts *facts)
{
    text_pool_close(&facts->volumes);
    key_map_close(&facts->claims);
    number_list_close(&facts->days);
    row_list_close(&facts->by_handle);
    text_pool_close(&facts->resources);
    number_list_close(&facts->resource_days);
    free(facts->disks);
}

void disk_rest_add_claim(struct disk_rest_facts *facts, uint32_t cluster, uint32_t handle,
                         struct text volume, double capacity_gib, int day)
{
    uint32_t key[CLAIM_WORDS] = {cluster, handle,
                                 text_pool_intern(&facts->volumes, volume.bytes, volume.length)};
    if (measure_is_null(capacity_gib))
        capacity_gib = MEASURE_NULL; /* one null, whatever its bits were */
    memcpy(&key[CLAIM_CAPACITY], &capacity_gib, sizeof capacity_gib);
    bool added;
    uint32_t claim = key_map_add(&facts->claims, key, &added);
    if (added) {
        row_list_add(&facts->by_handle, &handle, claim);
        number_list_add(&facts->days, 0);
    }
    facts->days.items[claim] |= (uint32_t)1 << day;
}

void disk_rest_add_resource(struct disk_rest_facts *facts, struct text resource, uint32_t days)
{
    uint32_t id = text_pool_intern(&facts->resources, resource.bytes, resource.length);
    number_list_cover(&facts->resource_days, id + 1);
    facts->resource_days.items[id] |= days;
}

/* Volumes of a disk under way: cluster and volume, with the greatest capacity. */
struct volumes {
    struct key_map keys;
    struct key_map clusters;
    double *capacity_gib;
    uint32_t room;
};

static void add_volume(struct volumes *volumes, const uint32_t *claim)
{
    uint32_t key[2] = {claim[CLAIM_CLUSTER], claim[CLAIM_VOLUME]};
    double capacity;
    memcpy(&capacity, &claim[CLAIM_CAPACITY], sizeof capacity);
    bool added;
    uint32_t at = key_map_add(&volumes->keys, key, &added);
    if (at == volumes->room) {
        volumes->room = volumes->room * 2 + 16;
        volumes->capacity_gib =
            memory_grow(volumes->capacity_gib, volumes->room * sizeof *volumes->capacity_gib);
    }
    volumes->capacity_gib[at] = added ? capacity : measure_max(volumes->capacity_gib[at], capacity);
    key_map_add(&volumes->clusters, &claim[CLAIM_CLUSTER], NULL);
}

static struct disk_claims sum_claims(const struct disk_rest_facts *facts,
                                     const struct number_list *handles, uint32_t days,
                                     struct volumes *volumes)
{
    key_map_clear(&volumes->keys);
    key_map_clear(&volumes->clusters);
    for (uint32_t i = 0; i < handles->count; i++) {
        uint32_t claim = row_list_first(&facts->by_handle, &handles->items[i]);
        for (; claim != ROW_LIST_END; claim = row_list_next(&facts->by_handle, claim))
            if ((facts->days.items[claim] & days) != 0)
                add_volume(volumes, key_map_key(&facts->claims, claim));
    }
    struct exact_sum total = EXACT_SUM_NULL;
    for (uint32_t i = 0; i < volumes->keys.count; i++)
        exact_sum_add(&total, volumes->capacity_gib[i], EXACT_SUM_FINE);
    return (struct disk_claims){exact_sum_value(total, EXACT_SUM_FINE), volumes->clusters.count};
}

void disk_rest_build(struct disk_rest_facts *facts, const struct resource_match *match)
{
    struct number_list handles = {0};
    struct volumes volumes = {.room = 0};
    key_map_init(&volumes.keys, 2);
    key_map_init(&volumes.clusters, 1);
    facts->disks = memory_grow(NULL, facts->resources.count * sizeof *facts->disks);
    number_list_cover(&facts->resource_days, facts->resources.count);
    for (uint32_t id = 0; id < facts->resources.count; id++) {
        handles.count = 0;
        resource_match_contained(match, text_pool_borrow(&facts->resources, id), &handles);
        facts->disks[id] = sum_claims(facts, &handles, facts->resource_days.items[id], &volumes);
    }
    key_map_close(&volumes.keys);
    key_map_close(&volumes.clusters);
    free(volumes.capacity_gib);
    number_list_close(&handles);
}

struct disk_claims disk_rest_find(const struct disk_rest_facts *facts, struct text resource)
{
    uint32_t id = text_pool_find(&facts->resources, resource.bytes, resource.length);
    return id == UINT32_MAX ? (struct disk_claims){MEASURE_NULL, 0} : facts->disks[id];
}

size_t disk_rest_size(const struct disk_rest_facts *facts)
{
    return key_map_size(&facts->claims) + arena_size(&facts->volumes.arena) +
           arena_size(&facts->resources.arena) +
           (facts->days.capacity + facts->resource_days.capacity) * sizeof(uint32_t);
}

double disk_rest(const struct usage_index *usage, uint32_t cluster, const uint32_t *ids,
                 uint32_t id_count, double capacity_gb, struct disk_claims claims,
                 struct cost_targets *targets, struct cost_shares *shares)
{
    uint32_t words[TARGET_WORDS] = {
        [TARGET_CLUSTER] = cluster,
        [TARGET_DATA_SOURCE] = DATA_SOURCE_STORAGE,
        [TARGET_NAMESPACE] = usage->storage_unattributed,
        [TARGET_COST_CATEGORY] = (uint32_t)INTEGER_NULL,
    };
    if (measure_is_null(claims.total_gib) || claims.total_gib == capacity_gb)
        return 0;
    for (uint32_t i = 0; i < id_count; i++) {
        uint32_t key[2] = {cluster, ids[i]};
        for (uint32_t row = row_list_first(&usage->by_handle, key); row != ROW_LIST_END;
             row = row_list_next(&usage->by_handle, row)) {
            const struct usage_line *line = &usage->lines[row];
            words[TARGET_CLAIM] = usage_index_max_text(usage, words[TARGET_CLAIM], line->claim);
            words[TARGET_VOLUME] = usage_index_max_text(usage, words[TARGET_VOLUME], line->volume);
            words[TARGET_STORAGECLASS] =
                usage_index_max_text(usage, words[TARGET_STORAGECLASS], line->storageclass);
        }
    }
    double rest = (capacity_gb - claims.total_gib) / capacity_gb;
    cost_shares_add(shares, (struct cost_share){
                                .target = cost_targets_add(targets, words),
                                .multiplier = rest,
                                .divisor = claims.clusters,
                                .usage_divisor = MEASURE_NULL,
                                .tags = SHARE_TAGS_NULL,
                                .keeps_direction = true,
                                .rule = 'b',
                            });
    return rest / claims.clusters;
}
