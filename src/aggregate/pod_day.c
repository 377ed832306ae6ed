#include "aggregate/pod_day.h"

#include "base/arena.h"

#include <stdlib.h>

struct pod_hour_total {
    struct pod_total total;
    uint32_t labels;
};

enum { DAY, NAMESPACE, NODE, POD, LABEL_TEXT, KEY_WORDS };

void pod_day_init(struct pod_day *pods, const struct text_pool *texts)
{
    *pods = (struct pod_day){.texts = texts};
    key_map_init(&pods->pods, KEY_WORDS);
}

void pod_day_close(struct pod_day *pods)
{
    key_map_close(&pods->pods);
    free(pods->totals);
}

void pod_day_clear(struct pod_day *pods)
{
    key_map_clear(&pods->pods);
}

static struct pod_total *find_total(struct pod_day *pods, const struct pod_row *row,
                                    uint32_t label_text)
{
    const uint32_t key[KEY_WORDS] = {(uint32_t)row->day, row->namespace, row->node, row->pod,
                                     label_text};
    bool added;
    /* Files hold hour after hour, each with the pods of the hour before. */
    uint32_t index = key_map_add_after(&pods->pods, pods->last, key, &added);
    pods->last = index;
    if (!added)
        return &pods->totals[index].total;
    if (pods->pods.count > pods->total_room) {
        pods->total_room = pods->pods.capacity;
        pods->totals = memory_grow(pods->totals, pods->total_room * sizeof *pods->totals);
    }
    pods->totals[index] = (struct pod_hour_total){pod_total_empty(), row->labels};
    return &pods->totals[index].total;
}

void pod_day_add(struct pod_day *pods, const struct pod_row *row, uint32_t label_text)
{
    struct pod_total *total = find_total(pods, row, label_text);
    exact_sum_add(&total->usage_cpu, row->usage_cpu_core_seconds, EXACT_SUM_FINE);
    exact_sum_add(&total->request_cpu, row->request_cpu_core_seconds, EXACT_SUM_FINE);
    exact_sum_add(&total->limit_cpu, row->limit_cpu_core_seconds, EXACT_SUM_FINE);
    exact_sum_add(&total->effective_cpu,
                  measure_greatest(row->usage_cpu_core_seconds, row->request_cpu_core_seconds),
                  EXACT_SUM_FINE);
    exact_sum_add(&total->usage_memory, row->usage_memory_byte_seconds, EXACT_SUM_COARSE);
    exact_sum_add(&total->request_memory, row->request_memory_byte_seconds, EXACT_SUM_COARSE);
    exact_sum_add(&total->limit_memory, row->limit_memory_byte_seconds, EXACT_SUM_COARSE);
    exact_sum_add(
        &total->effective_memory,
        measure_greatest(row->usage_memory_byte_seconds, row->request_memory_byte_seconds),
        EXACT_SUM_COARSE);
    total->node_cpu_cores = measure_max(total->node_cpu_cores, row->node_capacity_cpu_cores);
    total->node_memory_bytes =
        measure_max(total->node_memory_bytes, row->node_capacity_memory_bytes);
    if (row->resource_id != total->resource_id)
        total->resource_id = text_greatest(pods->texts, total->resource_id, row->resource_id);
}

struct pod_row pod_day_row(const struct pod_day *pods, uint32_t index)
{
    const uint32_t *key = key_map_key(&pods->pods, index);
    const struct pod_total *total = &pods->totals[index].total;
    return (struct pod_row){
        .day = (int32_t)key[DAY],
        .namespace = key[NAMESPACE],
        .node = key[NODE],
        .pod = key[POD],
        .labels = pods->totals[index].labels,
        .resource_id = total->resource_id,
        .usage_cpu_core_seconds = exact_sum_value(total->usage_cpu, EXACT_SUM_FINE),
        .request_cpu_core_seconds = exact_sum_value(total->request_cpu, EXACT_SUM_FINE),
        .limit_cpu_core_seconds = exact_sum_value(total->limit_cpu, EXACT_SUM_FINE),
        .effective_cpu_core_seconds = exact_sum_value(total->effective_cpu, EXACT_SUM_FINE),
        .usage_memory_byte_seconds = exact_sum_value(total->usage_memory, EXACT_SUM_COARSE),
        .request_memory_byte_seconds = exact_sum_value(total->request_memory, EXACT_SUM_COARSE),
        .limit_memory_byte_seconds = exact_sum_value(total->limit_memory, EXACT_SUM_COARSE),
        .effective_memory_byte_seconds = exact_sum_value(total->effective_memory, EXACT_SUM_COARSE),
        .node_capacity_cpu_cores = total->node_cpu_cores,
        .node_capacity_memory_bytes = total->node_memory_bytes,
    };
}
