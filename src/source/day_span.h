/* Cuts a source's input into spans of days that can be worked on apart.
 *
 * A span is a run of consecutive days of the period; no slice (row group) has rows in two spans, so
 * a span can be read, aggregated and forgotten without looking at any other. Spans are as short as
 * that allows: with one file a day there is one span a day. Days without any slice belong to no
 * span. A slice whose days are unknown may hold rows of any day and makes the period one span.
 *
 *   slices of days 1–1, 2–3, 3–4, 6–6   →   spans 1–1 (1 slice), 2–4 (2 slices), 6–6 (1 slice)
 *
 * Pure computing: opens nothing. Slices are borrowed from the inventory, regrouped in the arena. */
#ifndef COSTAGG_SOURCE_DAY_SPAN_H
#define COSTAGG_SOURCE_DAY_SPAN_H

#include "source/inventory.h"

struct day_span {
    struct period days;
    struct input_part parts[REPORT_COUNT][GRAIN_COUNT]; /* in the inventory's order */
    int64_t rows;
    int64_t bytes;
};

/* The spans of an inventory in ascending order of days, in the arena. */
void day_span_build(const struct inventory *inventory, struct period period, struct arena *arena,
                    struct day_span **spans, size_t *count);

/* Joins neighbours (days without input between them are no hindrance) until a span has at least
 * `least_rows` rows, so that many tiny days don't cost a task each. Works in place. */
void day_span_join(struct day_span *spans, size_t *count, int64_t least_rows, struct arena *arena);

#endif
