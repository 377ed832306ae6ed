/* What a run did, in the figures a person, a report file and an alert want.
 *
 * Filled by the pipeline, shown by `costagg run`. Strings and arrays live in the arena the summary
 * was opened with. One thread at a time. */
#ifndef COSTAGG_RESULT_RUN_SUMMARY_H
#define COSTAGG_RESULT_RUN_SUMMARY_H

#include "base/calendar.h"
#include "base/exact_sum.h"
#include "base/key_map.h"
#include "base/text_pool.h"

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct attribution_notices;
struct bill;
struct reconciliation;

/* One (stage, source, month). */
struct unit_summary {
    const char *stage;  /* "usage", "cost" or "rollup" */
    const char *source; /* uuid */
    const char *name;   /* cluster alias or id; provider of a bill */
    struct period days;
    int64_t rows_in;
    int64_t rows_out;
    int64_t bytes_in; /* of the row groups read */
    double seconds;
};

/* What became of one bill; see attribute/reconciliation.h. */
struct bill_summary {
    const struct bill *bill;
    struct reconciliation *sums;
    struct attribution_notices *notices;
};

/* Hours of one namespace over all clusters and days of the run. */
struct namespace_summary {
    struct exact_sum usage_cpu_core_hours;
    struct exact_sum request_cpu_core_hours;
    struct exact_sum usage_memory_gigabyte_hours;
    struct exact_sum request_memory_gigabyte_hours;
};

struct run_summary {
    struct arena *arena;
    struct period period;
    struct unit_summary *units;
    size_t unit_count;
    struct bill_summary *bills; /* as many as the run had, in its order */
    size_t bill_count;

    struct text_pool texts;
    struct key_map namespaces; /* text id; TEXT_NULL for null */
    struct namespace_summary *by_namespace;
    size_t namespace_room;

    int64_t days_with_rows; /* distinct (source, day) with usage rows */
    int64_t rows_in;
    int64_t usage_rows_out;
    int64_t cost_rows_out;
    int64_t bytes_in; /* fetched from the store */
    int64_t files_opened;
    int64_t retries;
    struct key_map malformed_labels; /* hashes of distinct label texts read as {} or in part */
    const char *first_malformed;     /* "FILE: row N", NULL: none */
    double usage_seconds;
    double cost_seconds;
    double total_seconds;
    int64_t peak_memory_bytes;

    char *explanation; /* of config.explain, day by day; NULL: nothing was asked or found */
    size_t explanation_length;
};

/* Closed by the arena. */
void run_summary_open(struct run_summary *summary, struct arena *arena);

/* Adds a finished unit. */
void run_summary_add_unit(struct run_summary *summary, const struct unit_summary *unit);

struct usage_row;

/* Counts a day's usage rows; unallocated rows count under their own namespace. */
void run_summary_add_usage(struct run_summary *summary, const struct usage_row *rows, size_t count,
                           const struct text_pool *texts);

/* Adds label texts that a span of days was found to have, by their hashes (label_filter.h); `first`
 * says where the first of them stands. In order of spans. */
void run_summary_add_malformed(struct run_summary *summary, const struct key_map *hashes,
                               const char *first);

/* Appends a day's part of the explanation; "" adds nothing. */
void run_summary_add_explanation(struct run_summary *summary, const char *text);

#endif
