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

struct usage_day;
struct usage_fold;
struct usage_output;

/* Kinds of facts as the fold notes them; their names are in usage_fact.h. */
enum fact_kind {
    FACT_CSI_HANDLE, /* in the order of their names, which is that of the sorted facts */
    FACT_NAMESPACE,
    FACT_NODE,
    FACT_VOLUME,
    FACT_RESOURCE_ID,
    FACT_KIND_COUNT
};

/* Buffers that one fold uses for day after day. */
struct usage_output *usage_output_open(void);
void usage_output_close(struct usage_output *output);

/* Builds one day's rows and facts in `output`; a number out of range is an error. */
MUST_CHECK bool usage_rows_build(struct usage_fold *fold, int32_t day, struct usage_output *output,
                                 struct usage_day *result, struct error *error);

#endif
