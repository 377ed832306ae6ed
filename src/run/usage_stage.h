/* The usage stage: one cluster's reports of one month to its daily summary.
 *
 * Spans of days are read, aggregated and delivered one by one, several at once on several threads,
 * in order of days: to the outputs, to the state location, to the spool, as asked. */
#ifndef COSTAGG_RUN_USAGE_STAGE_H
#define COSTAGG_RUN_USAGE_STAGE_H

#include "run/run.h"

struct cluster;
struct input_marks;
struct usage_rules;
struct usage_spool;

struct usage_stage {
    const struct run *run;
    const struct usage_rules *rules;
    const struct cluster *cluster;
    const struct inventory *inventory;
    struct period days;        /* of one month */
    bool write;                /* to the outputs and the state location */
    struct input_marks *marks; /* written with the rows; gets the roles of nodes. May be NULL when
                                  nothing is written */
    bool may_be_empty;         /* days without rows lose those they had; else they are an error */
    struct usage_spool *spool; /* NULL: none */
    size_t spool_cluster;
};

/* Runs it, and adds what it did to the run's summary. ERROR_NO_INPUT when no row lies in the days
 * and they may not be empty; nothing is replaced then. */
MUST_CHECK bool usage_stage_run(const struct usage_stage *stage, struct error *error);

#endif
