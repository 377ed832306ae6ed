/* Pod rows of the daily summary.
 *
 * Rule: daily pod rows with a node (not null, not empty) are grouped by day, namespace, node and
 * the merged labels (node's, then namespace's, then the pod's own, later wins). Core-hours and
 * GiB-hours are the sums of the seconds / 3600 (× 2^-30); resource id, cores and memory of the node
 * are maxima. Effective usage of a daily row is its own column, or else the greater of usage and
 * request, null when either is null. A row joins every label set its node and its namespace had
 * that day, and every category pattern its namespace matches, and counts once for each.
 *
 * Example: one pod row, 7,200 core-seconds used, on a node with label sets {"app":"a"} and
 * {"app":"b"} that day, own labels {}: two groups of 2 core-hours each. If the pod itself has
 * {"app":"c"} the merges are equal: one group of 4 core-hours.
 *
 * A row whose own labels are null has null merged labels, whatever its node carries.
 * Matches the Pod half of the reference query. */
#ifndef COSTAGG_AGGREGATE_POD_USAGE_H
#define COSTAGG_AGGREGATE_POD_USAGE_H

#include "base/exact_sum.h"
#include "base/key_map.h"
#include "base/text_pool.h"

/* A daily pod row, read or derived. Texts are ids of the worker's pool. */
struct pod_row {
    int32_t day;
    uint32_t namespace;
    uint32_t node;
    uint32_t pod;
    uint32_t labels; /* own labels, filtered */
    uint32_t resource_id;
    double usage_cpu_core_seconds;
    double request_cpu_core_seconds;
    double limit_cpu_core_seconds;
    double effective_cpu_core_seconds; /* null: usage and request decide */
    double usage_memory_byte_seconds;
    double request_memory_byte_seconds;
    double limit_memory_byte_seconds;
    double effective_memory_byte_seconds;
    double node_capacity_cpu_cores;
    double node_capacity_memory_bytes;
};

/* What is summed up of pod rows: first by their own labels, later by merged ones. */
struct pod_total {
    struct exact_sum usage_cpu, request_cpu, limit_cpu, effective_cpu;             /* core-s */
    struct exact_sum usage_memory, request_memory, limit_memory, effective_memory; /* byte-s */
    double node_cpu_cores;
    double node_memory_bytes;
    uint32_t resource_id; /* the greatest */
};

struct pod_usage {
    const struct text_pool *texts;
    struct key_map groups; /* (day, namespace, node, own labels) → totals; every node, null too */
    struct pod_total *totals;
    uint32_t total_room;
    struct key_map resource_ids; /* (day, resource id) seen */
    uint32_t last_resource_id;   /* noted last, with its day: they come in runs */
    int32_t last_day;
};

void pod_usage_init(struct pod_usage *usage, const struct text_pool *texts);
void pod_usage_close(struct pod_usage *usage);
void pod_usage_clear(struct pod_usage *usage);

/* Folds one daily row in. */
void pod_usage_add(struct pod_usage *usage, const struct pod_row *row);

/* An empty total, and `times` × one total added to another. */
struct pod_total pod_total_empty(void);
void pod_total_add(struct pod_total *to, const struct pod_total *from, uint32_t times,
                   const struct text_pool *texts);

/* The greater of two texts by bytes, nulls ignored: SQL max(). */
uint32_t text_greatest(const struct text_pool *texts, uint32_t a, uint32_t b);

#endif
