/* What a kind of output provides, and what sink.c keeps for it. For the files of this folder.
 *
 * sink.c checks the scope and every batch before a kind sees them (row_check.h), calls write and
 * commit only inside a scope, and abort after every failure. Memory for one scope comes from
 * `scope_arena`, which is reset when the scope ends. */
#ifndef COSTAGG_SINK_SINK_KIND_H
#define COSTAGG_SINK_SINK_KIND_H

#include "base/arena.h"
#include "sink/sink.h"

/* How long is waited when nothing else is said: for another run of the same work, which makes this
 * one superfluous, and for other users of the same table or file, who will be done. */
enum { SINK_SAME_WORK_SECONDS = 10, SINK_LOCK_SECONDS = 60 };

struct sink_kind {
    const char *scheme; /* what a location begins with, before the colon */
    /* `place` is the location behind "scheme:"; sets sink->location and sink->state. */
    bool (*open)(struct sink *sink, const char *place, struct error *error);
    bool (*begin)(struct sink *sink, struct error *error);
    bool (*write)(struct sink *sink, const struct row_batch *batch, struct error *error);
    bool (*commit)(struct sink *sink, struct error *error);
    void (*abort)(struct sink *sink);
    bool (*check)(struct sink *sink, struct arena *arena, const char **found, struct error *error);
    bool checks_rows; /* the kind refuses bad rows itself, while it converts them */
};

struct sink {
    const struct sink_kind *kind;
    const char *location; /* without secrets */
    struct sink_options options;
    struct arena *arena;
    struct arena scope_arena;
    struct sink_scope scope; /* tables NULL: none is open */
    void *state;
};

extern const struct sink_kind sink_kind_sqlite;
extern const struct sink_kind sink_kind_postgresql;
extern const struct sink_kind sink_kind_parquet;
extern const struct sink_kind sink_kind_csv;

/* Which rows of the scope's table of that position are replaced. */
static inline enum table_part sink_part(const struct sink *sink, size_t position)
{
    return sink->scope.parts == NULL ? TABLE_WHOLE : sink->scope.parts[position];
}

/* Position of a batch's table among the scope's. */
size_t sink_table_index(const struct sink *sink, const struct table *table);

#endif
