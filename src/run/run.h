/* What the parts of a run share, and small things they all need. */
#ifndef COSTAGG_RUN_RUN_H
#define COSTAGG_RUN_RUN_H

#include "base/error.h"
#include "run/outputs.h"
#include "source/day_span.h"
#include "source/inventory.h"

#include <stdbool.h>

struct config;
struct run_summary;

/* Who watches a run; every function may be NULL. Called by several threads. */
struct run_observer {
    void *context;
    void (*unit_begins)(void *context, const char *stage, const char *name, struct period days,
                        int64_t rows, int64_t bytes);
    void (*progress)(void *context, int64_t rows, int64_t bytes);
    void (*unit_ends)(void *context);
};

struct run {
    const struct config *config;
    struct arena *arena;
    struct arrow_store *input;
    struct outputs outputs; /* none in a dry run */
    bool keeps_marks;       /* the outputs hold marks of their input, see changes_keep_marks() */
    struct outputs state;   /* the state location, when this run leaves its state there */
    struct run_summary *summary;
    const struct run_observer *observer; /* NULL: nobody */
};

/* Does the run write marks of its input, to its outputs or with its state? */
static inline bool run_writes_marks(const struct run *run)
{
    return run->keeps_marks || run->state.count > 0;
}

/* Between batches: was the run interrupted, is there memory left? `rows` is what to tell the
 * observer. */
MUST_CHECK bool run_between_batches(const struct run *run, int64_t rows, struct error *error);

/* A part's row groups as slices for a scan, neighbours of one file joined; in `arena`. */
struct arrow_slice;
const struct arrow_slice *run_slices(const struct input_part *part, struct arena *arena,
                                     size_t *count);

/* Seconds of a clock that only goes forward. */
double run_clock(void);

/* Resident memory of the process: now, and its peak. */
int64_t run_memory(void);
int64_t run_peak_memory(void);

#endif
