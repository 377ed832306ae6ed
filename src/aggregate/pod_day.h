/* Daily pod rows derived from hourly ones, where a source has no daily pod report.
 *
 * Rule: hourly rows are grouped by namespace, node, pod, label text and UTC day. Usage, request and
 * limit are sums; resource id, cores and memory of the node are maxima. Effective usage of an hour
 * is the greater of usage and request, null when either is null, and its sum is the daily row's.
 *
 * Example: 100 core-seconds used of 200 requested in one hour, 300 of 200 in the next: usage 400,
 * request 400, effective usage 200 + 300 = 500.
 *
 * The result is folded as if it had been read from a daily file. */
#ifndef COSTAGG_AGGREGATE_POD_DAY_H
#define COSTAGG_AGGREGATE_POD_DAY_H

#include "aggregate/pod_usage.h"

struct pod_usage_batch;

/* Pods are known on from span to span, as in pod_usage.h. */
struct pod_day {
    const struct text_pool *texts;
    struct key_map pods; /* (day of the span, namespace, node, pod, raw labels) */
    struct pod_total *totals;
    uint32_t total_room;
    uint32_t last;     /* index of the pod found last */
    uint32_t used;     /* pods seen in this span */
    uint32_t span;     /* its number, from 1 */
    int32_t first_day; /* of the span */
};

void pod_day_init(struct pod_day *pods, const struct text_pool *texts);
void pod_day_close(struct pod_day *pods);

/* Starts a span: every sum is void. */
void pod_day_begin(struct pod_day *pods, int32_t first_day);

/* To be called when the pool has been reset. */
void pod_day_reset(struct pod_day *pods);

/* Folds one hourly row, of a day of the span, in. */
void pod_day_add(struct pod_day *pods, const struct pod_usage_batch *batch, size_t row,
                 int32_t day);

/* The derived rows: 0 ≤ index < pods->pods.count. False where the pod was not seen in this span.
 * The row's labels are the raw text. */
bool pod_day_row(const struct pod_day *pods, uint32_t index, struct pod_row *row);

#endif
