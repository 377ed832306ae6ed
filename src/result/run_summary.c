#include "result/run_summary.h"

#include "aggregate/usage_row.h"
#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

static void close_summary(void *resource)
{
    struct run_summary *summary = resource;
    text_pool_close(&summary->texts);
    key_map_close(&summary->namespaces);
    key_map_close(&summary->malformed_labels);
    free(summary->by_namespace);
    free(summary->units);
    free(summary->explanation);
}

void run_summary_open(struct run_summary *summary, struct arena *arena)
{
    *summary = (struct run_summary){.arena = arena};
    text_pool_init(&summary->texts);
    key_map_init(&summary->namespaces, 1);
    key_map_init(&summary->malformed_labels, 2);
    arena_on_close(arena, close_summary, summary);
}

void run_summary_add_unit(struct run_summary *summary, const struct unit_summary *unit)
{
    summary->units =
        memory_grow(summary->units, (summary->unit_count + 1) * sizeof *summary->units);
    summary->units[summary->unit_count++] = *unit;
    if (strcmp(unit->stage, "rollup") == 0)
        return; /* made of rows that are counted already */
    summary->rows_in += unit->rows_in;
    bool is_usage = strcmp(unit->stage, "usage") == 0;
    *(is_usage ? &summary->usage_rows_out : &summary->cost_rows_out) += unit->rows_out;
    *(is_usage ? &summary->usage_seconds : &summary->cost_seconds) += unit->seconds;
}

static struct namespace_summary *find_namespace(struct run_summary *summary, struct text name)
{
    uint32_t id = text_pool_intern(&summary->texts, name.bytes, name.length);
    bool added;
    uint32_t index = key_map_add(&summary->namespaces, &id, &added);
    if (!added)
        return &summary->by_namespace[index];
    if (summary->namespaces.count > summary->namespace_room) {
        summary->namespace_room = summary->namespaces.capacity;
        summary->by_namespace = memory_grow(
            summary->by_namespace, summary->namespace_room * sizeof *summary->by_namespace);
    }
    summary->by_namespace[index] =
        (struct namespace_summary){EXACT_SUM_NULL, EXACT_SUM_NULL, EXACT_SUM_NULL, EXACT_SUM_NULL};
    return &summary->by_namespace[index];
}

void run_summary_add_usage(struct run_summary *summary, const struct usage_row *rows, size_t count,
                           const struct text_pool *texts)
{
    summary->days_with_rows += count > 0;
    struct namespace_summary *namespace = NULL;
    for (size_t i = 0; i < count; i++) { /* rows are sorted, so namespaces come in runs */
        if (i == 0 || rows[i].namespace != rows[i - 1].namespace)
        namespace = find_namespace(summary, text_pool_borrow(texts, rows[i].namespace));
        exact_sum_add(&namespace->usage_cpu_core_hours, rows[i].pod_usage_cpu_core_hours,
                      EXACT_SUM_FINE);
        exact_sum_add(&namespace->request_cpu_core_hours, rows[i].pod_request_cpu_core_hours,
                      EXACT_SUM_FINE);
        exact_sum_add(&namespace->usage_memory_gigabyte_hours,
                      rows[i].pod_usage_memory_gigabyte_hours, EXACT_SUM_FINE);
        exact_sum_add(&namespace->request_memory_gigabyte_hours,
                      rows[i].pod_request_memory_gigabyte_hours, EXACT_SUM_FINE);
    }
}

void run_summary_add_malformed(struct run_summary *summary, const struct key_map *hashes,
                               const char *first)
{
    if (hashes->count > 0 && summary->first_malformed == NULL)
        summary->first_malformed = arena_printf(summary->arena, "%s", first);
    for (uint32_t i = 0; i < hashes->count; i++)
        key_map_add(&summary->malformed_labels, key_map_key(hashes, i), NULL);
}

void run_summary_add_explanation(struct run_summary *summary, const char *text)
{
    size_t length = strlen(text);
    if (length == 0)
        return;
    summary->explanation =
        memory_grow(summary->explanation, summary->explanation_length + length + 1);
    memcpy(summary->explanation + summary->explanation_length, text, length + 1);
    summary->explanation_length += length;
}
