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

struct category_memo;
struct fact_set;
struct label_filter;
struct label_side;
struct text_rank;

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

/* What is summed up of pod rows. */
struct pod_total {
    struct exact_sum usage_cpu, request_cpu, limit_cpu, effective_cpu;             /* core-s */
    struct exact_sum usage_memory, request_memory, limit_memory, effective_memory; /* byte-s */
    double node_cpu_cores;
    double node_memory_bytes;
    uint32_t resource_id; /* the greatest */
    uint32_t span;        /* whose sums these are; those of other spans are void */
};

/* The digest of a group's row (usage_order.h) under one resource id: days have it in common. */
struct pod_name {
    uint32_t resource_id; /* UINT32_MAX: none is known */
    unsigned char digest[16];
};

/* What a row is joined with; the label sides must be complete before the first row. */
struct pod_sides {
    struct label_filter *filter;
    const struct label_side *node_labels;
    const struct label_side *namespace_labels;
    struct category_memo *categories;
    struct fact_set *facts; /* gets the names of the rows, those without a node included */
};

enum { POD_SLOT, POD_NAMESPACE, POD_NODE, POD_LABELS, POD_KEY_WORDS };

/* Pods repeat from day to day, so groups and their order outlive the day: keys count days from the
 * first of the span, and totals say which span they are of. Groups that are seen no more are
 * forgotten once they outnumber the others. */
struct pod_usage {
    struct pod_sides sides;
    const struct text_pool *texts;
    struct key_map own;     /* (day of the span, namespace, node, own labels) */
    struct pod_join *joins; /* by own group: where its rows count */
    struct key_map groups;  /* (day of the span, namespace, node, merged labels) */
    struct pod_total *totals;
    struct pod_name *names; /* by group, for whoever writes its row */
    uint32_t join_room;
    uint32_t total_room;
    int32_t first_day;     /* of the span */
    uint32_t span;         /* its number, from 1 */
    uint32_t last;         /* own group found last */
    uint32_t used_own;     /* seen in this span */
    uint32_t used_groups;  /* seen in this span */
    uint32_t *order;       /* groups of one slot in the order of their rows */
    uint32_t order_count;  /* groups in it */
    uint32_t order_slot;   /* the slot; */
    uint32_t order_groups; /* number of all groups when it was made */
};

void pod_usage_init(struct pod_usage *usage, const struct pod_sides *sides,
                    const struct text_pool *texts);
void pod_usage_close(struct pod_usage *usage);

/* Starts a span: every sum is void. */
void pod_usage_begin(struct pod_usage *usage, int32_t first_day);

/* To be called when the pool has been reset. */
void pod_usage_reset(struct pod_usage *usage);

/* Folds one daily row in. */
void pod_usage_add(struct pod_usage *usage, const struct pod_row *row);

/* The groups of a day in the order of their rows; those whose total is of another span have none.
 * Borrowed until the next call. */
const uint32_t *pod_usage_order(struct pod_usage *usage, int32_t day, struct text_rank *rank,
                                uint32_t *count);

/* Whether a map that outlives the span holds many more keys than the `used` ones of the last. */
bool pod_usage_is_mostly_unused(const struct key_map *map, uint32_t used);

struct pod_total pod_total_empty(uint32_t span);

/* The greater of two texts by bytes, nulls ignored: SQL max(). */
uint32_t text_greatest(const struct text_pool *texts, uint32_t a, uint32_t b);

#endif
