/* Usage days on their way from the usage stage to the cost stage of the same process.
 *
 * A bill needs the daily summaries of all its clusters, day by day, after all of them are made.
 * Keeping them in memory would let memory grow with the days, so they go to an unlinked temporary
 * file ($TMPDIR or /tmp): per (cluster, day) one block of rows and facts, reduced to what
 * attribution reads. Texts come again from day to day: the first 8 MB of them are kept in memory,
 * once, and only what is beyond lies with the blocks.
 *
 * Days may be put by several threads at once and in any order; getting starts when all is put. */
#ifndef COSTAGG_RUN_USAGE_SPOOL_H
#define COSTAGG_RUN_USAGE_SPOOL_H

#include "aggregate/usage_fold.h"
#include "attribute/number_list.h"
#include "attribute/usage_line.h"

struct usage_spool;

/* Closed by the arena. `clusters` is the number of clusters. */
MUST_CHECK bool usage_spool_open(size_t clusters, struct period days, struct arena *arena,
                                 struct usage_spool **spool, struct error *error);

/* Stores a day. A cluster's day is put at most once. */
MUST_CHECK bool usage_spool_put(struct usage_spool *spool, size_t cluster,
                                const struct usage_day *day, struct error *error);

/* Who reads into a pool, one for a pool and spool: remembers which texts the pool has. Belongs to
 * one thread. */
struct usage_spool_reader {
    struct usage_spool *spool;
    struct text_pool *texts;
    uint64_t serial;        /* of the pool when its ids were last asked for */
    struct number_list ids; /* by number of a text in memory; 0: not looked up yet */
};

void usage_spool_reader_init(struct usage_spool_reader *reader, struct usage_spool *spool,
                             struct text_pool *texts);
void usage_spool_reader_close(struct usage_spool_reader *reader);

/* A day as attribution takes it. */
struct spooled_day {
    const struct usage_line *lines;
    size_t line_count;
    const struct usage_fact *facts;
    size_t fact_count;
};

/* Loads a day into `arena`, its texts into the reader's pool; a day that was never put has no
 * rows. */
MUST_CHECK bool usage_spool_get(struct usage_spool_reader *reader, size_t cluster, int32_t day,
                                struct arena *arena, struct spooled_day *result,
                                struct error *error);

#endif
