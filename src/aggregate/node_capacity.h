/* What nodes, and the whole cluster, could have given in a day.
 *
 * Rule: every hourly pod row repeats the capacity of its node for its interval. So per interval and
 * node the greatest value counts, and a node's day is the sum over its intervals. The cluster's day
 * is the sum over all its nodes, the empty and the null node name included. A node without hourly
 * rows has no capacity (null, not zero).
 *
 * Example: node n1 reports 14,400 core-seconds (4 cores) in each of 24 intervals, on 30 rows each:
 * 24 × 14,400 / 3600 = 96 core-hours, not 30 times that.
 *
 * Always from the hourly report, also where a daily one exists. Matches cte_node_capacity and
 * cte_cluster_capacity of the reference query. */
#ifndef COSTAGG_AGGREGATE_NODE_CAPACITY_H
#define COSTAGG_AGGREGATE_NODE_CAPACITY_H

#include "base/calendar.h"
#include "base/exact_sum.h"
#include "base/key_map.h"

struct pod_usage_batch;

/* A day's capacity in hours; nulls as NaN. */
struct capacity_hours {
    double cpu_core_hours;
    double memory_gigabyte_hours;
};

/* The greatest capacity of one node in one interval; null while none was seen. */
struct interval_capacity {
    double cpu_core_seconds;
    double memory_byte_seconds;
};

struct node_capacity {
    struct key_map intervals;       /* start in ms, two words → row of the grid */
    struct key_map nodes;           /* text id → column of the grid */
    struct interval_capacity *grid; /* intervals × node_room */
    uint32_t interval_room;
    uint32_t node_room;
    uint32_t *column_of_text; /* node text id → column + 1; 0: not seen */
    uint32_t text_room;
    struct capacity_hours *hours; /* by column, of the day chosen last */
    uint32_t hour_room;
    struct capacity_hours cluster_hours;
};

void node_capacity_init(struct node_capacity *capacity);
void node_capacity_close(struct node_capacity *capacity);
void node_capacity_clear(struct node_capacity *capacity);

/* Folds hourly rows of the period; others are skipped. Returns how many it took. `text_count` is
 * the number of texts in the pool the batch's ids belong to. Needs interval_start, node and the two
 * capacity columns. */
size_t node_capacity_add(struct node_capacity *capacity, const struct pod_usage_batch *batch,
                         struct period period, uint32_t text_count);

/* Sums a day up. The capacities below are those of the day chosen last. */
void node_capacity_choose_day(struct node_capacity *capacity, int32_t day);

/* The capacity of a node; nulls where it has no hourly row. */
struct capacity_hours node_capacity_of_node(const struct node_capacity *capacity, uint32_t node);

/* The capacity of all nodes together. */
struct capacity_hours node_capacity_of_cluster(const struct node_capacity *capacity);

#endif
