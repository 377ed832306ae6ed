/* Usage days on their way from the usage stage of one process to the cost stage of another.
 *
 * The usage stage leaves a Parquet data set at the state location, with two tables per OpenShift
 * source and month: costagg_usage_state (what attribution reads of the daily summary) and
 * costagg_usage_facts (names of the raw reports). The cost stage loads them into a spool, so from
 * there on both ways are one. */
#ifndef COSTAGG_RUN_USAGE_STATE_H
#define COSTAGG_RUN_USAGE_STATE_H

#include "run/usage_spool.h"

struct arrow_s3_options;

/* The columns of usage_state.def; rows are struct usage_row, in which others read back as null. */
extern const struct table usage_state_table;

/* Loads a cluster's days from the state location. ERROR_NO_INPUT when the usage stage has left
 * nothing for the source. `rows` gets the number of rows. */
MUST_CHECK bool usage_state_load(const char *location, const struct arrow_s3_options *s3,
                                 const struct cluster *cluster, size_t cluster_number,
                                 struct period days, struct usage_spool *spool, int64_t *rows,
                                 struct error *error);

#endif
