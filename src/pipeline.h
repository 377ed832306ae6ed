/* The main job: from the reports in the store to the tables.
 *
 * pipeline_run() does what a configuration asks for, month by month: the usage stage for every
 * cluster, then the cost stage for every bill. pipeline_plan() only says what that would be. Each
 * unit (stage, source, month) replaces its rows in one step; when a later unit fails, the earlier
 * ones are done and a rerun repeats them harmlessly. With config.changed only days are run whose
 * input or settings differ from what the outputs were made of (run/changes.h). */
#ifndef COSTAGG_PIPELINE_H
#define COSTAGG_PIPELINE_H

#include "base/error.h"
#include "run/run.h"
#include "run/work_unit.h"

struct arena;
struct config;
struct run_summary;

/* Runs. `summary` is opened by the caller and filled as far as the run got, also on failure.
 * `observer` may be NULL. A source without input in the period is left out with a warning; when
 * that leaves nothing to do, or a bill without lines, or under --strict, the run ends with
 * ERROR_NO_INPUT after the others are done. */
MUST_CHECK bool pipeline_run(const struct config *config, const struct run_observer *observer,
                             struct arena *arena, struct run_summary *summary, struct error *error);

/* The units a run would do, of all shards, in the order of months, stages and the configuration.
 * With config.changed: those of this shard, one a stretch of days; roles of nodes, which only
 * reading tells, are not looked at. */
MUST_CHECK bool pipeline_plan(const struct config *config, struct arena *arena,
                              struct work_unit **units, size_t *count, struct error *error);

#endif
