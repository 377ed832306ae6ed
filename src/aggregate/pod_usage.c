#include "aggregate/pod_usage.h"

#include "base/arena.h"

#include <stdlib.h>

void pod_usage_init(struct pod_usage *usage, const struct text_pool *texts)
{
    *usage = (struct pod_usage){.texts = texts};
    key_map_init(&usage->groups, 4);
    key_map_init(&usage->resource_ids, 2);
}

void pod_usage_close(struct pod_usage *usage)
{
    key_map_close(&usage->groups);
    key_map_close(&usage->resource_ids);
    free(usage->totals);
}

void pod_usage_clear(struct pod_usage *usage)
{
    key_map_clear(&usage->groups);
    key_map_clear(&usage->resource_ids);
    usage->last_resource_id = TEXT_NULL;
}

uint32_t text_greatest(const struct text_pool *texts, uint32_t a, uint32_t b)
{
    if (a == b || b == TEXT_NULL)
        return a;
    return text_compare(text_pool_borrow(texts, a), text_pool_borrow(texts, b)) < 0 ? b : a;
}

struct pod_total pod_total_empty(void)
{
    return (struct pod_total){EXACT_SUM_NULL, EXACT_SUM_NULL, EXACT_SUM_NULL, EXACT_SUM_NULL,
                              EXACT_SUM_NULL, EXACT_SUM_NULL, EXACT_SUM_NULL, EXACT_SUM_NULL,
                              MEASURE_NULL,   MEASURE_NULL,   TEXT_NULL};
}

void pod_total_add(struct pod_total *to, const struct pod_total *from, uint32_t times,
                   const struct text_pool *texts)
{
    for (; times > 0; times--) {
        exact_sum_merge(&to->usage_cpu, from->usage_cpu);
        exact_sum_merge(&to->request_cpu, from->request_cpu);
        exact_sum_merge(&to->limit_cpu, from->limit_cpu);
        exact_sum_merge(&to->effective_cpu, from->effective_cpu);
        exact_sum_merge(&to->usage_memory, from->usage_memory);
        exact_sum_merge(&to->request_memory, from->request_memory);
        exact_sum_merge(&to->limit_memory, from->limit_memory);
        exact_sum_merge(&to->effective_memory, from->effective_memory);
    }
    to->node_cpu_cores = measure_max(to->node_cpu_cores, from->node_cpu_cores);
    to->node_memory_bytes = measure_max(to->node_memory_bytes, from->node_memory_bytes);
    to->resource_id = text_greatest(texts, to->resource_id, from->resource_id);
}

static struct pod_total *find_total(struct pod_usage *usage, const struct pod_row *row)
{
    const uint32_t key[] = {(uint32_t)row->day, row->namespace, row->node, row->labels};
    bool added;
    uint32_t index = key_map_add(&usage->groups, key, &added);
    if (!added)
        return &usage->totals[index];
    if (usage->groups.count > usage->total_room) {
        usage->total_room = usage->groups.capacity;
        usage->totals = memory_grow(usage->totals, usage->total_room * sizeof *usage->totals);
    }
    usage->totals[index] = pod_total_empty();
    return &usage->totals[index];
}

static double effective(double own, double used, double requested)
{
    return measure_coalesce(own, measure_greatest(used, requested));
}

static void note_resource_id(struct pod_usage *usage, const struct pod_row *row)
{
    usage->last_resource_id = row->resource_id;
    usage->last_day = row->day;
    if (row->resource_id != TEXT_NULL)
        key_map_add(&usage->resource_ids, (uint32_t[]){(uint32_t)row->day, row->resource_id}, NULL);
}

void pod_usage_add(struct pod_usage *usage, const struct pod_row *row)
{
    struct pod_total *total = find_total(usage, row);
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
        total->resource_id = text_greatest(usage->texts, total->resource_id, row->resource_id);
    if (row->resource_id != usage->last_resource_id || row->day != usage->last_day)
        note_resource_id(usage, row);
}
