#include "sink/sink.h"

#include "sink/row_check.h"
#include "sink/sink_kind.h"
#include "sink/sink_table.h"

#include <assert.h>
#include <string.h>

static const struct sink_kind *const kinds[] = {
    &sink_kind_sqlite,
    &sink_kind_postgresql,
    &sink_kind_parquet,
    &sink_kind_csv,
};

static const struct sink_kind *find_kind(const char *location, const char **place)
{
    const char *colon = strchr(location, ':');
    size_t length = colon == NULL ? 0 : (size_t)(colon - location);
    if (length == strlen("postgres") && strncmp(location, "postgres", length) == 0) {
        *place = colon + 1; /* libpq knows both spellings */
        return &sink_kind_postgresql;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strlen(kinds[i]->scheme) == length &&
            strncmp(location, kinds[i]->scheme, length) == 0) {
            *place = colon + 1;
            return kinds[i];
        }
    return NULL;
}

static void close_sink(void *resource)
{
    struct sink *sink = resource;
    sink_abort(sink);
    arena_close(&sink->scope_arena);
}

bool sink_open(const char *location, const struct sink_options *options, struct arena *arena,
               struct sink **opened, struct error *error)
{
    const char *place;
    const struct sink_kind *kind = find_kind(location, &place);
    if (kind == NULL)
        return error_set(error, ERROR_BAD_CONFIG,
                         "the output '%.*s' is of no known kind: write sqlite:FILE, "
                         "postgresql://…, parquet:FOLDER-or-s3://…, or csv:FOLDER",
                         (int)strcspn(location, ":"), location);
    struct sink *sink = arena_alloc(arena, sizeof *sink);
    sink->kind = kind;
    sink->location = kind->scheme;
    sink->options = *options;
    sink->arena = arena;
    arena_init(&sink->scope_arena);
    *opened = sink;
    TRY(kind->open(sink, place, error));
    /* Registered last, so that it runs before what the kind has registered. */
    arena_on_close(arena, close_sink, sink);
    return true;
}

const char *sink_location(const struct sink *sink)
{
    return sink->location;
}

static bool check_scope(const struct sink_scope *scope, struct error *error)
{
    struct month first = calendar_month(scope->days.first);
    struct month last = calendar_month(scope->days.last);
    if (scope->days.first > scope->days.last || first.year != last.year ||
        first.month != last.month)
        return error_set(error, ERROR_INTERNAL, "a scope's days must lie inside one month");
    for (size_t i = 0; i < scope->table_count; i++)
        if (sink_table_column(scope->tables[i], scope->tables[i]->owner) == NULL)
            return error_set(error, ERROR_INTERNAL, "%s has no owner", scope->tables[i]->name);
    return true;
}

/* A bucket or folder that an output needs can be missing, but that is no missing input. */
static bool blame_output(bool done, struct error *error)
{
    if (!done && error->kind == ERROR_NO_INPUT)
        error->kind = ERROR_NO_OUTPUT;
    return done;
}

bool sink_begin(struct sink *sink, const struct sink_scope *scope, struct error *error)
{
    assert(sink->scope.tables == NULL);
    TRY(check_scope(scope, error));
    sink->scope = *scope;
    if (blame_output(sink->kind->begin(sink, error), error))
        return true;
    sink_abort(sink);
    return false;
}

size_t sink_table_index(const struct sink *sink, const struct table *table)
{
    for (size_t i = 0; i < sink->scope.table_count; i++)
        if (sink->scope.tables[i] == table)
            return i;
    return SIZE_MAX;
}

bool sink_write(struct sink *sink, const struct row_batch *batch, struct error *error)
{
    assert(sink->scope.tables != NULL);
    if (sink_table_index(sink, batch->table) == SIZE_MAX)
        return error_set(error, ERROR_INTERNAL, "%s is no table of the scope", batch->table->name);
    if (batch->count == 0)
        return true;
    if (sink->kind->checks_rows)
        TRY(row_check_place(batch, &sink->scope, error));
    else
        TRY(row_check_batch(batch, &sink->scope, error));
    return blame_output(sink->kind->write(sink, batch, error), error);
}

static void end_scope(struct sink *sink)
{
    sink->scope = (struct sink_scope){0};
    arena_reset(&sink->scope_arena);
}

bool sink_commit(struct sink *sink, struct error *error)
{
    assert(sink->scope.tables != NULL);
    TRY(blame_output(sink->kind->commit(sink, error), error));
    end_scope(sink);
    return true;
}

void sink_abort(struct sink *sink)
{
    if (sink->scope.tables == NULL)
        return;
    sink->kind->abort(sink);
    end_scope(sink);
}

bool sink_check(struct sink *sink, struct arena *arena, const char **found, struct error *error)
{
    return sink->kind->check(sink, arena, found, error);
}

static const char *column_list(const struct table *table, struct arena *arena)
{
    const char *text = arena_printf(arena, "%s\n", table->name);
    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];
        if (!column->state_only)
            text = arena_printf(arena, "%s    %-44s %-14s %s\n", text, column->name,
                                sink_table_postgresql_type(column, arena), column->meaning);
    }
    return text;
}

bool sink_schema(const char *kind, const struct table *const *tables, size_t table_count,
                 const char *postgresql_schema, struct arena *arena, const char **text,
                 struct error *error)
{
    bool sqlite = strcmp(kind, "sqlite") == 0, postgresql = strcmp(kind, "postgresql") == 0;
    if (!sqlite && !postgresql && strcmp(kind, "parquet") != 0 && strcmp(kind, "csv") != 0)
        return error_set(error, ERROR_USAGE,
                         "no kind of output is called '%s': sqlite, postgresql, parquet, csv",
                         kind);
    const char *schema = "";
    if (postgresql_schema != NULL)
        schema = arena_printf(arena, "%s.", sink_table_quote(postgresql_schema, arena));
    *text = "";
    for (size_t i = 0; i < table_count; i++) {
        const char *name =
            arena_printf(arena, "%s%s", schema, sink_table_quote(tables[i]->name, arena));
        const char *part = sqlite       ? sink_table_sqlite_ddl(tables[i], arena)
                           : postgresql ? sink_table_postgresql_ddl(tables[i], name, arena)
                                        : column_list(tables[i], arena);
        *text = arena_printf(arena, "%s%s%s", *text, i > 0 ? "\n" : "", part);
    }
    return true;
}
