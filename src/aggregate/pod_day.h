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

struct pod_hour_total;

struct pod_day {
    const struct text_pool *texts;
    struct key_map pods; /* (day, namespace, node, pod, raw labels) */
    struct pod_hour_total *totals;
    uint32_t total_room;
    uint32_t last; /* index of the pod found last */
};

void pod_day_init(struct pod_day *pods, const struct text_pool *texts);
void pod_day_close(struct pod_day *pods);
void pod_day_clear(struct pod_day *pods);

/* Folds one hourly row in; its effective usage is ignored. `label_text` is the raw label text the
 * row is grouped by, row->labels the filtered set that goes with it. */
void pod_day_add(struct pod_day *pods, const struct pod_row *row, uint32_t label_text);

/* The derived rows: 0 ≤ index < pods->pods.count. */
struct pod_row pod_day_row(const struct pod_day *pods, uint32_t index);

#endif
