#include "aggregate/node_capacity.h"

#include "aggregate/day_window.h"
#include "base/arena.h"
#include "base/unit.h"
#include "decode/report.h"

#include <stdlib.h>
#include <string.h>

void node_capacity_init(struct node_capacity *capacity)
{
    *capacity = (struct node_capacity){0};
    key_map_init(&capacity->intervals, 2);
    key_map_init(&capacity->nodes, 1);
}

void node_capacity_close(struct node_capacity *capacity)
{
    key_map_close(&capacity->intervals);
    key_map_close(&capacity->nodes);
    free(capacity->grid);
    free(capacity->column_of_text);
    free(capacity->hours);
}

void node_capacity_clear(struct node_capacity *capacity)
{
    for (uint32_t i = 0; i < capacity->nodes.count; i++)
        capacity->column_of_text[*key_map_key(&capacity->nodes, i)] = 0;
    key_map_clear(&capacity->intervals);
    key_map_clear(&capacity->nodes);
}

static void blank_cells(struct interval_capacity *cells, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cells[i] = (struct interval_capacity){MEASURE_NULL, MEASURE_NULL};
}

/* Makes room for another interval or node; cells of the grid move when it gets wider. */
static void widen_grid(struct node_capacity *capacity, uint32_t intervals, uint32_t nodes)
{
    uint32_t interval_room = capacity->interval_room ? capacity->interval_room : 32;
    uint32_t node_room = capacity->node_room ? capacity->node_room : 64;
    while (interval_room < intervals)
        interval_room *= 2;
    while (node_room < nodes)
        node_room *= 2;
    if (interval_room == capacity->interval_room && node_room == capacity->node_room)
        return;
    struct interval_capacity *grid =
        memory_grow(NULL, sizeof *grid * (size_t)interval_room * node_room);
    blank_cells(grid, (size_t)interval_room * node_room);
    for (uint32_t i = 0; i < capacity->interval_room; i++)
        memcpy(grid + (size_t)i * node_room, capacity->grid + (size_t)i * capacity->node_room,
               sizeof *grid * capacity->node_room);
    free(capacity->grid);
    capacity->grid = grid;
    capacity->interval_room = interval_room;
    capacity->node_room = node_room;
}

static uint32_t add_interval(struct node_capacity *capacity, int64_t start)
{
    bool added;
    uint32_t row =
        key_map_add(&capacity->intervals,
                    (uint32_t[]){(uint32_t)start, (uint32_t)((uint64_t)start >> 32)}, &added);
    if (added) {
        widen_grid(capacity, capacity->intervals.count, capacity->nodes.count);
        blank_cells(capacity->grid + (size_t)row * capacity->node_room, capacity->node_room);
    }
    return row;
}

static uint32_t add_node(struct node_capacity *capacity, uint32_t node)
{
    bool added;
    uint32_t column = key_map_add(&capacity->nodes, &node, &added);
    if (added)
        widen_grid(capacity, capacity->intervals.count, capacity->nodes.count);
    capacity->column_of_text[node] = column + 1;
    return column;
}

static void cover_texts(struct node_capacity *capacity, uint32_t text_count)
{
    if (text_count <= capacity->text_room)
        return;
    uint32_t room = text_count * 2;
    capacity->column_of_text = memory_grow(capacity->column_of_text, room * sizeof(uint32_t));
    memset(capacity->column_of_text + capacity->text_room, 0,
           (room - capacity->text_room) * sizeof(uint32_t));
    capacity->text_room = room;
}

/* Nearly every row repeats what its cell holds. */
static inline void raise_cell(struct interval_capacity *cell, double cpu_core_seconds,
                              double memory_byte_seconds)
{
    if (cell->cpu_core_seconds >= cpu_core_seconds &&
        cell->memory_byte_seconds >= memory_byte_seconds)
        return;
    cell->cpu_core_seconds = measure_max(cell->cpu_core_seconds, cpu_core_seconds);
    cell->memory_byte_seconds = measure_max(cell->memory_byte_seconds, memory_byte_seconds);
}

size_t node_capacity_add(struct node_capacity *capacity, const struct pod_usage_batch *batch,
                         struct period period, uint32_t text_count)
{
    cover_texts(capacity, text_count);
    struct day_window window = day_window_of(period);
    int64_t start = DECODE_TIME_NULL;
    uint32_t row = 0;
    size_t taken = 0;
    for (size_t i = 0; i < batch->rows; i++) {
        int64_t time = batch->interval_start[i];
        if (time != start) { /* intervals come in runs */
            if (!day_window_holds(window, time))
                continue;
            start = time;
            row = add_interval(capacity, time);
        }
        uint32_t node = batch->node[i];
        uint32_t column = capacity->column_of_text[node];
        column = column != 0 ? column - 1 : add_node(capacity, node);
        raise_cell(&capacity->grid[(size_t)row * capacity->node_room + column],
                   batch->node_capacity_cpu_core_seconds[i],
                   batch->node_capacity_memory_byte_seconds[i]);
        taken++;
    }
    return taken;
}

struct capacity_sum {
    struct exact_sum cpu, memory;
};

static void add_capacity(struct capacity_sum *sum, const struct interval_capacity *cell)
{
    exact_sum_add(&sum->cpu, cell->cpu_core_seconds, EXACT_SUM_FINE);
    exact_sum_add(&sum->memory, cell->memory_byte_seconds, EXACT_SUM_COARSE);
}

static struct capacity_hours hours_of(const struct capacity_sum *sum)
{
    return (struct capacity_hours){
        unit_hours_of_seconds(exact_sum_value(sum->cpu, EXACT_SUM_FINE)),
        unit_gib_hours_of_byte_seconds(exact_sum_value(sum->memory, EXACT_SUM_COARSE))};
}

/* Rows of the grid that are intervals of the day; returns how many. */
static uint32_t find_intervals(const struct node_capacity *capacity, int32_t day, uint32_t *rows)
{
    struct day_window window = day_window_of((struct period){day, day});
    uint32_t count = 0;
    for (uint32_t row = 0; row < capacity->intervals.count; row++) {
        const uint32_t *key = key_map_key(&capacity->intervals, row);
        if (day_window_holds(window, (int64_t)((uint64_t)key[1] << 32 | key[0])))
            rows[count++] = row;
    }
    return count;
}

void node_capacity_choose_day(struct node_capacity *capacity, int32_t day)
{
    const struct capacity_sum none = {EXACT_SUM_NULL, EXACT_SUM_NULL};
    struct capacity_sum cluster = none;
    uint32_t *rows = memory_grow(NULL, capacity->intervals.count * sizeof *rows);
    uint32_t row_count = find_intervals(capacity, day, rows);
    if (capacity->nodes.count > capacity->hour_room) {
        capacity->hour_room = capacity->nodes.count * 2;
        capacity->hours =
            memory_grow(capacity->hours, capacity->hour_room * sizeof *capacity->hours);
    }
    for (uint32_t column = 0; column < capacity->nodes.count; column++) {
        struct capacity_sum node = none;
        for (uint32_t i = 0; i < row_count; i++)
            add_capacity(&node, &capacity->grid[(size_t)rows[i] * capacity->node_room + column]);
        exact_sum_merge(&cluster.cpu, node.cpu);
        exact_sum_merge(&cluster.memory, node.memory);
        capacity->hours[column] = hours_of(&node);
    }
    capacity->cluster_hours = hours_of(&cluster);
    free(rows);
}

struct capacity_hours node_capacity_of_node(const struct node_capacity *capacity, uint32_t node)
{
    uint32_t column = node < capacity->text_room ? capacity->column_of_text[node] : 0;
    if (column == 0)
        return (struct capacity_hours){MEASURE_NULL, MEASURE_NULL};
    return capacity->hours[column - 1];
}

struct capacity_hours node_capacity_of_cluster(const struct node_capacity *capacity)
{
    return capacity->cluster_hours;
}
