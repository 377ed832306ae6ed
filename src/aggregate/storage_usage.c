#include "aggregate/storage_usage.h"

#include "base/arena.h"

#include <stdlib.h>

void storage_rows_close(struct storage_rows *rows)
{
    free(rows->rows);
    *rows = (struct storage_rows){0};
}

void storage_rows_add(struct storage_rows *rows, const struct storage_row *row)
{
    if (rows->count == rows->room) {
        rows->room = rows->room ? rows->room * 2 : 256;
        rows->rows = memory_grow(rows->rows, rows->room * sizeof *rows->rows);
    }
    rows->rows[rows->count++] = *row;
}

struct storage_hour_total {
    struct storage_row first; /* its texts; measures are in the total */
    struct storage_total total;
};

enum { STORAGE_KEY_WORDS = 11 };

void storage_day_init(struct storage_day *storage)
{
    *storage = (struct storage_day){0};
    key_map_init(&storage->groups, STORAGE_KEY_WORDS);
}

void storage_day_close(struct storage_day *storage)
{
    key_map_close(&storage->groups);
    free(storage->totals);
}

void storage_day_clear(struct storage_day *storage)
{
    key_map_clear(&storage->groups);
}

void storage_day_add(struct storage_day *storage, const struct storage_row *row,
                     const struct storage_day_key *key)
{
    const uint32_t words[STORAGE_KEY_WORDS] = {(uint32_t)row->day,
                                               row->namespace,
                                               key->node,
                                               row->pod,
                                               row->claim,
                                               row->volume,
                                               row->storageclass,
                                               key->csi_driver,
                                               row->csi_volume_handle,
                                               key->volume_label_text,
                                               key->claim_label_text};
    bool added;
    uint32_t index = key_map_add(&storage->groups, words, &added);
    if (added) {
        if (storage->groups.count > storage->total_room) {
            storage->total_room = storage->groups.capacity;
            storage->totals =
                memory_grow(storage->totals, storage->total_room * sizeof *storage->totals);
        }
        storage->totals[index] = (struct storage_hour_total){*row, storage_total_empty()};
    }
    storage_total_add(&storage->totals[index].total, row, 1, 0);
}

void storage_day_finish(const struct storage_day *storage, struct storage_rows *rows)
{
    for (uint32_t i = 0; i < storage->groups.count; i++) {
        const struct storage_total *total = &storage->totals[i].total;
        struct storage_row row = storage->totals[i].first;
        row.capacity_bytes = total->capacity_bytes;
        row.capacity_byte_seconds = exact_sum_value(total->capacity, EXACT_SUM_COARSE);
        row.request_byte_seconds = exact_sum_value(total->request, EXACT_SUM_COARSE);
        row.usage_byte_seconds = exact_sum_value(total->usage, EXACT_SUM_COARSE);
        storage_rows_add(rows, &row);
    }
}

struct storage_total storage_total_empty(void)
{
    return (struct storage_total){MEASURE_NULL, EXACT_SUM_NULL, EXACT_SUM_NULL, EXACT_SUM_NULL, 0};
}

void storage_total_add(struct storage_total *total, const struct storage_row *row, uint32_t times,
                       uint32_t node_count)
{
    total->capacity_bytes = measure_max(total->capacity_bytes, row->capacity_bytes);
    for (; times > 0; times--) {
        exact_sum_add(&total->capacity, row->capacity_byte_seconds, EXACT_SUM_COARSE);
        exact_sum_add(&total->request, row->request_byte_seconds, EXACT_SUM_COARSE);
        exact_sum_add(&total->usage, row->usage_byte_seconds, EXACT_SUM_COARSE);
    }
    if (node_count > total->node_count)
        total->node_count = node_count;
}
