#include "run/outputs.h"

#include "base/arena.h"

bool outputs_open(struct outputs *outputs, const char *const *locations, size_t count,
                  const struct sink_options *options, struct arena *arena, struct error *error)
{
    outputs->sinks = arena_alloc_array(arena, count, sizeof *outputs->sinks);
    for (outputs->count = 0; outputs->count < count; outputs->count++)
        TRY(sink_open(locations[outputs->count], options, arena, &outputs->sinks[outputs->count],
                      error));
    return true;
}

bool outputs_begin(struct outputs *outputs, const struct sink_scope *scope, struct error *error)
{
    for (size_t i = 0; i < outputs->count; i++)
        TRY(sink_begin(outputs->sinks[i], scope, error));
    return true;
}

bool outputs_write(const struct outputs *outputs, const struct row_batch *batch,
                   struct error *error)
{
    for (size_t i = 0; i < outputs->count; i++)
        TRY(sink_write(outputs->sinks[i], batch, error));
    return true;
}

bool outputs_commit(struct outputs *outputs, struct error *error)
{
    for (size_t i = 0; i < outputs->count; i++) {
        if (sink_commit(outputs->sinks[i], error))
            continue;
        if (i > 0)
            error_add_context(error, "%zu of %zu outputs were replaced, this one was not", i,
                              outputs->count);
        return false;
    }
    return true;
}

void outputs_abort(struct outputs *outputs)
{
    for (size_t i = 0; i < outputs->count; i++)
        sink_abort(outputs->sinks[i]);
}
