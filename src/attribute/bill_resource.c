#include "attribute/bill_resource.h"

#include "attribute/notices.h"
#include "attribute/resource_match.h"
#include "base/measure.h"

#include <stdlib.h>

void bill_resources_init(struct bill_resources *resources, const struct resource_match *match,
                         const struct usage_index *usage, uint32_t cluster_count)
{
    *resources =
        (struct bill_resources){.match = match, .usage = usage, .cluster_count = cluster_count};
    key_map_init(&resources->sets, cluster_set_words(cluster_count));
}

void bill_resources_close(struct bill_resources *resources)
{
    number_list_close(&resources->resource_of_text);
    number_list_close(&resources->ids);
    number_list_close(&resources->scratch);
    key_map_close(&resources->sets);
    free(resources->resources);
}

/* True when a row of the day carries one of the ids as its CSI handle. */
static bool has_handle(const struct bill_resources *resources, uint32_t first, uint32_t count)
{
    for (uint32_t i = first; i < first + count; i++)
        for (uint32_t cluster = 0; cluster < resources->cluster_count; cluster++)
            if (usage_index_has_handle(resources->usage, cluster, resources->ids.items[i]))
                return true;
    return false;
}

static uint32_t append(struct bill_resources *resources, uint32_t text_id)
{
    if (resources->count == resources->capacity) {
        resources->capacity = resources->capacity * 2 + 1024;
        resources->resources =
            memory_grow(resources->resources, resources->capacity * sizeof *resources->resources);
    }
    struct text text = text_pool_borrow(resources->usage->texts, text_id);
    number_list_reset(&resources->scratch, resources->sets.words);
    resource_match_clusters(resources->match, text, resources->scratch.items);
    uint32_t first = resources->ids.count;
    resource_match_contained(resources->match, text, &resources->ids);
    uint32_t id_count = resources->ids.count - first;
    resources->resources[resources->count] = (struct bill_resource){
        .text = text_id,
        .set = key_map_add(&resources->sets, resources->scratch.items, NULL),
        .first_id = first,
        .id_count = id_count,
        .has_handle = has_handle(resources, first, id_count),
        .charge = {MEASURE_NULL, MEASURE_NULL},
        .capacity_gb = MEASURE_NULL,
    };
    return resources->count++;
}

void bill_resources_open(struct bill_resources *resources)
{
    number_list_reset(&resources->resource_of_text, resources->usage->texts->count);
    resources->count = 0;
    resources->ids.count = 0;
    key_map_clear(&resources->sets);
    append(resources, TEXT_NULL);
    resources->resource_of_text.items[TEXT_NULL] = 1;
    resources->resource_of_text.items[TEXT_EMPTY] = 1;
}

uint32_t bill_resources_add(struct bill_resources *resources, uint32_t text)
{
    uint32_t number = append(resources, text);
    resources->resource_of_text.items[text] = number + 1;
    return number;
}

void bill_resources_measure(struct bill_resources *resources, int days_in_month,
                            struct attribution_notices *notices)
{
    for (uint32_t i = 0; i < resources->count; i++) {
        struct bill_resource *resource = &resources->resources[i];
        if (!resource->has_handle)
            continue;
        if (disk_capacity_of(resource->charge, days_in_month, &resource->capacity_gb) ==
            DISK_CAPACITY_INFINITE)
            attribution_notices_add(notices, NOTICE_infinite_capacity,
                                    text_pool_borrow(resources->usage->texts, resource->text));
    }
}
