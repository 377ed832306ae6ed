#include "aggregate/pod_day.h"

#include "base/arena.h"
#include "decode/report.h"

#include <stdlib.h>

enum { SLOT, NAMESPACE, NODE, POD, LABEL_TEXT, KEY_WORDS };

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

void pod_day_reset(struct pod_day *pods)
{
    key_map_clear(&pods->pods);
}

void pod_day_begin(struct pod_day *pods, int32_t first_day)
{
    if (pod_usage_is_mostly_unused(&pods->pods, pods->used))
        pod_day_reset(pods);
    pods->first_day = first_day;
    pods->span++;
    pods->used = 0;
}

static struct pod_total *find_total(struct pod_day *pods, const struct pod_usage_batch *batch,
                                    size_t row, int32_t day)
{
    const uint32_t key[KEY_WORDS] = {(uint32_t)(day - pods->first_day), batch->namespace[row],
                                     batch -> node[row], batch -> pod[row],
                                     batch -> pod_labels[row]};
    bool added;
    /* Files hold hour after hour, each with the pods of the hour before. */
    uint32_t index = key_map_add_after(&pods->pods, pods->last, key, &added);
    pods->last = index;
    if (pods->pods.count > pods->total_room) {
        pods->total_room = pods->pods.capacity;
        pods->totals = memory_grow(pods->totals, pods->total_room * sizeof *pods->totals);
    }
    struct pod_total *total = &pods->totals[index];
    if (added || total->span != pods->span) {
        *total = pod_total_empty(pods->span);
        pods->used++;
    }
    return total;
}

/* What is used, what is requested, and the greater of both. */
static inline void add_usage(struct exact_sum *used_sum, struct exact_sum *requested_sum,
                             struct exact_sum *effective_sum, double used, double requested,
                             enum exact_sum_unit unit)
{
    exact_int used_units, requested_units;
    if (exact_units_usual(used, unit, &used_units) &&
        exact_units_usual(requested, unit, &requested_units)) {
        exact_sum_add_usual(used_sum, used_units);
        exact_sum_add_usual(requested_sum, requested_units);
        /* Which one is the greater cannot be predicted, so there is no branch. */
        exact_unsigned is_used = -(exact_unsigned)(used > requested);
        exact_unsigned differing = (exact_unsigned)(used_units ^ requested_units);
        exact_sum_add_usual(effective_sum, requested_units ^ (exact_int)(differing & is_used));
        return;
    }
    exact_sum_add(used_sum, used, unit);
    exact_sum_add(requested_sum, requested, unit);
    exact_sum_add(effective_sum, measure_greatest(used, requested), unit);
}

void pod_day_add(struct pod_day *pods, const struct pod_usage_batch *batch, size_t row, int32_t day)
{
    struct pod_total *total = find_total(pods, batch, row, day);
    add_usage(&total->usage_cpu, &total->request_cpu, &total->effective_cpu,
              batch->pod_usage_cpu_core_seconds[row], batch->pod_request_cpu_core_seconds[row],
              EXACT_SUM_FINE);
    exact_sum_add(&total->limit_cpu, batch->pod_limit_cpu_core_seconds[row], EXACT_SUM_FINE);
    add_usage(&total->usage_memory, &total->request_memory, &total->effective_memory,
              batch->pod_usage_memory_byte_seconds[row],
              batch->pod_request_memory_byte_seconds[row], EXACT_SUM_COARSE);
    exact_sum_add(&total->limit_memory, batch->pod_limit_memory_byte_seconds[row],
                  EXACT_SUM_COARSE);
    total->node_cpu_cores = measure_max(total->node_cpu_cores, batch->node_capacity_cpu_cores[row]);
    total->node_memory_bytes =
        measure_max(total->node_memory_bytes, batch->node_capacity_memory_bytes[row]);
    if (batch->resource_id[row] != total->resource_id)
        total->resource_id =
            text_greatest(pods->texts, total->resource_id, batch->resource_id[row]);
}

bool pod_day_row(const struct pod_day *pods, uint32_t index, struct pod_row *row)
{
    const uint32_t *key = key_map_key(&pods->pods, index);
    const struct pod_total *total = &pods->totals[index];
    if (total->span != pods->span)
        return false;
    *row = (struct pod_row){
        .day = pods->first_day + (int32_t)key[SLOT],
        .namespace = key[NAMESPACE],
        .node = key[NODE],
        .pod = key[POD],
        .labels = key[LABEL_TEXT],
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
    return true;
}
