/* All outputs of a run as one: what is written goes to each of them, and each replaces its rows in
 * one step. Commits happen one output after the other; when a later one fails, the earlier ones
 * hold the new rows and the error says which output does not. */
#ifndef COSTAGG_RUN_OUTPUTS_H
#define COSTAGG_RUN_OUTPUTS_H

#include "sink/sink.h"

struct outputs {
    struct sink **sinks;
    size_t count;
};

/* Opens the locations. None of them is touched before the first scope. */
MUST_CHECK bool outputs_open(struct outputs *outputs, const char *const *locations, size_t count,
                             const struct sink_options *options, struct arena *arena,
                             struct error *error);

MUST_CHECK bool outputs_begin(struct outputs *outputs, const struct sink_scope *scope,
                              struct error *error);
MUST_CHECK bool outputs_write(const struct outputs *outputs, const struct row_batch *batch,
                              struct error *error);
MUST_CHECK bool outputs_commit(struct outputs *outputs, struct error *error);
void outputs_abort(struct outputs *outputs);

#endif
