/* From folded groups to the rows of one day.
 *
 * Joins the groups of a day with the label sets of their node and namespace and with the category
 * patterns (pod_usage.h, storage_usage.h, category_match.h), adds the unallocated rows
 * (unallocated.h), converts to hours and GiB, fills in the cluster's identity, and orders the rows
 * (usage_order.h). */
#ifndef COSTAGG_AGGREGATE_USAGE_ROWS_H
#define COSTAGG_AGGREGATE_USAGE_ROWS_H

#include "base/error.h"

#include <stdint.h>

struct text_pool;
struct usage_day;
struct usage_fold;
struct usage_output;

/* Buffers that one fold uses for day after day. */
struct usage_output *usage_output_open(const struct text_pool *texts);
void usage_output_close(struct usage_output *output);

/* To be called when the pool has been reset. */
void usage_output_reset(struct usage_output *output);

/* Builds one day's rows and facts in `output`; a number out of range is an error. */
MUST_CHECK bool usage_rows_build(struct usage_fold *fold, int32_t day, struct usage_output *output,
                                 struct usage_day *result, struct error *error);

#endif
