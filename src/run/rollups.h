/* The rollups beside the stages: what a stage adds to its scope, and the step after the bills.
 *
 * With `rollups: on` the usage stage writes the OpenShift rollups and the label summaries in the
 * transaction of its daily rows, the cost stage the rollups and the tag summary of its bill in that
 * of its costs. rollups_write_back() then, once a cluster, writes the costs of all bills back into
 * the OpenShift daily summary and makes the OpenShift rollups anew, in one transaction.
 *
 * What is stored already is read from each output while its scope is open, that is under its lock:
 * rows that were written back (the usage stage leaves them), values of the summaries, the costs of
 * other bills. Outputs that differ in these keep their own. */
#ifndef COSTAGG_RUN_ROLLUPS_H
#define COSTAGG_RUN_ROLLUPS_H

#include "run/run.h"

struct attribution_notices;
struct bill;
struct cluster;
struct row_batch;
struct rollups;
struct sink_scope;

/* The scope of a cluster's usage unit, of a bill's cost unit, with what rollups add to it: as it is
 * when they are off. The first table is the daily one. Arrays live in `arena`. */
struct sink_scope rollups_usage_scope(const struct run *run, const struct sink_scope *scope,
                                      const struct cluster *cluster, struct arena *arena);
struct sink_scope rollups_cost_scope(const struct run *run, const struct sink_scope *scope,
                                     const struct bill *bill, struct arena *arena);

/* Starts after outputs_begin(); `rollups` is NULL when they are off or nothing is written. To be
 * closed also after a failure. */
MUST_CHECK bool rollups_open_usage(const struct run *run, const struct cluster *cluster,
                                   struct period days, struct rollups **rollups,
                                   struct error *error);
MUST_CHECK bool rollups_open_costs(const struct run *run, const struct bill *bill,
                                   struct period days, struct rollups **rollups,
                                   struct error *error);
void rollups_close(struct rollups *rollups); /* may be NULL */

/* Adds the usage rows of a day and writes its rollups. `rollups` may be NULL, here and below. */
MUST_CHECK bool rollups_add_usage(struct rollups *rollups, int32_t day,
                                  const struct row_batch *rows, struct error *error);

/* The same for a day of costs, in steps: the rows, batch by batch, then the rollups. */
void rollups_add_costs(struct rollups *rollups, const struct row_batch *rows);
MUST_CHECK bool rollups_end_costs(struct rollups *rollups, struct error *error);

/* Writes the summaries, before outputs_commit(). `notices` (may be NULL) gets what was emptied. */
MUST_CHECK bool rollups_finish(struct rollups *rollups, struct attribution_notices *notices,
                               struct error *error);

/* Writes a cluster's costs of all bills back, and its rollups, output by output. */
MUST_CHECK bool rollups_write_back(const struct run *run, const struct cluster *cluster,
                                   struct period days, struct error *error);

#endif
