/* Usage days on their way from the usage stage to the cost stage of the same process.
 *
 * A bill needs the daily summaries of all its clusters, day by day, after all of them are made.
 * Keeping them in memory would let memory grow with the days, so they go to an unlinked temporary
 * file ($TMPDIR or /tmp): per (cluster, day) one block of rows and facts, of which only the columns
 * that attribution reads are stored. Other columns read back as null.
 *
 * Days may be put by several threads at once and in any order; getting starts when all is put. */
#ifndef COSTAGG_RUN_USAGE_SPOOL_H
#define COSTAGG_RUN_USAGE_SPOOL_H

#include "aggregate/usage_fold.h"

struct usage_spool;

/* Closed by the arena. `clusters` is the number of clusters. */
MUST_CHECK bool usage_spool_open(size_t clusters, struct period days, struct arena *arena,
                                 struct usage_spool **spool, struct error *error);

/* Stores a day. A cluster's day is put at most once. */
MUST_CHECK bool usage_spool_put(struct usage_spool *spool, size_t cluster,
                                const struct usage_day *day, struct error *error);

/* Loads a day into `arena`, its texts into `texts`; a day that was never put has no rows. */
MUST_CHECK bool usage_spool_get(struct usage_spool *spool, size_t cluster, int32_t day,
                                struct text_pool *texts, struct arena *arena,
                                struct usage_day *result, struct error *error);

#endif
