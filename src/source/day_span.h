/* Cuts a source's input into spans of days that can be worked on apart.
 *
 * A span is a run of consecutive days of the period that can be read, aggregated and forgotten
 * without looking at any other. Spans are as short as possible: with one file a day there is one
 * span a day. Days without any slice belong to no span. A slice (row group) of several days either
 * keeps them together in one span, or, where the slices of such a run are short (a file sorted by
 * time, whose row groups each touch two or three days), belongs to the span of each of its days, to
 * be read again for each: readers skip rows of other days. No row is read more than 2.5 times on
 * average. A slice whose days are unknown may hold rows of any day and makes the period one span.
 *
 *   equal slices of days 1–1, 2–3, 3–4, 6–6   →   spans 1 (1 slice), 2 (1), 3 (2), 4 (1), 6 (1)
 *   equal slices of days 1–4, 2–5             →   span 1–5 (2 slices): cutting would read 4 times
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

#endif
