/* The cost stage: one bill of one month to costs by namespace.
 *
 * Takes the daily summaries of all the bill's clusters from the spool. First pass: facts of the
 * whole range. Second pass: day by day, several days at once, delivered to the outputs in order. */
#ifndef COSTAGG_RUN_COST_STAGE_H
#define COSTAGG_RUN_COST_STAGE_H

#include "run/run.h"

struct bill;
struct input_marks;
struct usage_spool;

struct cost_stage {
    const struct run *run;
    const struct bill *bill;
    const struct inventory *inventory; /* of the bill */
    struct period days;                /* of one month */
    const struct input_marks *marks;   /* written with the rows; NULL: the old ones go, because
                                          more is to be done before there are new ones */
    struct usage_spool *spool;
    const size_t *spool_clusters; /* number in the spool, by the bill's clusters */
    struct bill_summary *summary; /* gets sums and notices, over months */
};

/* Runs it, and adds what it did to the run's summary. */
MUST_CHECK bool cost_stage_run(const struct cost_stage *stage, struct error *error);

#endif
