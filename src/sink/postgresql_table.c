#include "sink/postgresql_table.h"

#include "base/arena.h"
#include "base/log.h"
#include "sink/postgresql_session.h"
#include "sink/sink.h"
#include "sink/sink_table.h"

#include <stdlib.h>
#include <string.h>

/* ---- names ---- */

static bool resolve_schema(struct postgresql_session *session, const char *schema,
                           struct arena *arena, const char **resolved, struct error *error)
{
    *resolved = schema;
    if (schema != NULL)
        return true;
    TRY(postgresql_session_value(session, "SELECT current_schema()", "ask for the schema", arena,
                                 resolved, error));
    if (*resolved == NULL)
        return error_set(error, ERROR_NO_OUTPUT,
                         "%s: the role's search path names no schema that exists: set the schema "
                         "in the configuration",
                         session->location);
    return true;
}

static bool find_table(struct postgresql_session *session, const char *name, struct arena *arena,
                       bool *there, struct error *error)
{
    const char *oid;
    const char *sql = arena_printf(arena, "SELECT to_regclass(%s)",
                                   postgresql_session_literal(session, name, arena));
    TRY(postgresql_session_value(session, sql, "look for the tables", arena, &oid, error));
    *there = oid != NULL;
    return true;
}

/* ---- columns ---- */

static void leave_out(const struct postgresql_table *prepared, const struct column *column)
{
    log_write(LOG_WARNING, "%s has no column %s: it is left out", prepared->name, column->name);
}

static bool take_column(struct postgresql_session *session, struct postgresql_table *prepared,
                        const PGresult *found, int row, const struct column *column,
                        struct arena *arena, struct error *error)
{
    const char *name = libpq.getvalue(found, row, 0);
    bool generated = libpq.getvalue(found, row, 5)[0] == 't';
    bool must_be_given = libpq.getvalue(found, row, 4)[0] == 't';
    if (column == NULL) {
        if (must_be_given)
            return error_set(error, ERROR_NO_OUTPUT,
                             "%s: %s has a column %s that must have a value, and this program has "
                             "none for it: give it a default",
                             session->location, prepared->name, name);
        return true;
    }
    if (generated)
        return true;
    const char *type = libpq.getvalue(found, row, 3);
    prepared->columns[prepared->column_count++] = (struct postgresql_column){
        .column = column,
        .type = (uint32_t)strtoul(libpq.getvalue(found, row, 1), NULL, 10),
        .modifier = (int)strtol(libpq.getvalue(found, row, 2), NULL, 10),
        .type_name = arena_copy(arena, type, strlen(type)),
    };
    return true;
}

static bool check_missing(struct postgresql_session *session,
                          const struct postgresql_table *prepared, bool all, struct error *error)
{
    const struct table *table = prepared->table;
    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];
        bool there = column->state_only;
        for (size_t n = 0; n < prepared->column_count; n++)
            there |= prepared->columns[n].column == column;
        if (there)
            continue;
        if (all || column->required || strcmp(column->name, table->owner) == 0)
            return error_set(
                error, ERROR_NO_OUTPUT,
                "%s: %s lacks the column %s: add it (`costagg schema` prints its type)",
                session->location, prepared->name, column->name);
        leave_out(prepared, column);
    }
    return true;
}

/* `all`: no column may be missing. */
static bool read_columns(struct postgresql_session *session, struct postgresql_table *prepared,
                         bool all, struct arena *arena, struct error *error)
{
    PGresult *found;
    const char *sql = arena_printf(
        arena,
        "SELECT attname, CASE WHEN typtype = 'd' THEN typbasetype ELSE t.oid END,"
        " CASE WHEN typtype = 'd' THEN typtypmod ELSE atttypmod END,"
        " format_type(atttypid, atttypmod),"
        " attnotnull AND NOT atthasdef AND attidentity = '' AND attgenerated = '',"
        " attgenerated <> '' OR attidentity = 'a' "
        "FROM pg_attribute a JOIN pg_type t ON t.oid = atttypid "
        "WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        postgresql_session_literal(session, prepared->name, arena));
    TRY(postgresql_session_query(session, sql, "look at the columns", &found, error));
    prepared->columns =
        arena_alloc_array(arena, prepared->table->column_count, sizeof *prepared->columns);
    bool good = true;
    for (int i = 0; good && i < libpq.ntuples(found); i++) {
        const struct column *column =
            sink_table_column(prepared->table, libpq.getvalue(found, i, 0));
        if (column != NULL && column->state_only)
            column = NULL;
        good = take_column(session, prepared, found, i, column, arena, error);
    }
    libpq.clear(found);
    return good && check_missing(session, prepared, all, error);
}

/* ---- partitions ---- */

/* The days of the scope that no partition takes. Each partition's own constraint is asked, so
 * partitions of any width, and a default one, count. */
static bool count_uncovered_days(struct postgresql_session *session,
                                 const struct postgresql_table *prepared,
                                 const struct sink_scope *scope, struct arena *arena, int *count,
                                 struct error *error)
{
    char first[CALENDAR_TEXT_SIZE], last[CALENDAR_TEXT_SIZE];
    PGresult *constraints;
    TRY(postgresql_session_query(
        session,
        arena_printf(arena,
                     "SELECT coalesce(pg_get_partition_constraintdef(inhrelid), 'true') "
                     "FROM pg_inherits WHERE inhparent = to_regclass(%s)",
                     postgresql_session_literal(session, prepared->name, arena)),
        "look at the partitions", &constraints, error));
    const char *taken = "false";
    for (int i = 0; i < libpq.ntuples(constraints); i++)
        taken = arena_printf(arena, "%s OR (%s)", taken, libpq.getvalue(constraints, i, 0));
    libpq.clear(constraints);
    const char *value;
    TRY(postgresql_session_value(
        session,
        arena_printf(arena,
                     "SELECT count(*) FROM (SELECT d::date AS usage_start FROM "
                     "generate_series(timestamp '%s', timestamp '%s', interval '1 day') d) days "
                     "WHERE NOT (%s)",
                     calendar_format(scope->days.first, first),
                     calendar_format(scope->days.last, last), taken),
        "look at the partitions", arena, &value, error));
    *count = (int)strtol(value, NULL, 10);
    return true;
}

static bool lacks_partition(struct postgresql_session *session,
                            const struct postgresql_table *prepared, const struct sink_scope *scope,
                            struct arena *arena, bool *lacks, struct error *error)
{
    const char *key;
    int uncovered = 0;
    TRY(postgresql_session_value(
        session,
        arena_printf(arena, "SELECT pg_get_partkeydef(to_regclass(%s))",
                     postgresql_session_literal(session, prepared->name, arena)),
        "look at the partitions", arena, &key, error));
    /* Another key is upstream's own arrangement. */
    if (key != NULL && strcmp(key, "RANGE (usage_start)") == 0)
        TRY(count_uncovered_days(session, prepared, scope, arena, &uncovered, error));
    *lacks = uncovered > 0;
    return true;
}

bool postgresql_table_init(struct postgresql_session *session, const char *schema,
                           const struct table *table, struct arena *arena,
                           struct postgresql_table *prepared, struct error *error)
{
    *prepared = (struct postgresql_table){.table = table};
    TRY(resolve_schema(session, schema, arena, &prepared->schema, error));
    prepared->name = arena_printf(arena, "%s.%s", sink_table_quote(prepared->schema, arena),
                                  sink_table_quote(table->name, arena));
    return true;
}

bool postgresql_table_inspect(struct postgresql_session *session, struct postgresql_table *prepared,
                              const struct sink_scope *scope, struct arena *arena, bool *missing,
                              struct error *error)
{
    bool there;
    *missing = true;
    TRY(find_table(session, prepared->name, arena, &there, error));
    if (!there)
        return true;
    prepared->column_count = 0;
    /* What is written back has to be there to be read again. */
    bool all = scope->parts != NULL && prepared->table->marks[0] != NULL;
    TRY(read_columns(session, prepared, all, arena, error));
    return lacks_partition(session, prepared, scope, arena, missing, error);
}

/* ---- making what is missing ---- */

static bool make_table(struct postgresql_session *session, const struct postgresql_table *prepared,
                       struct arena *arena, struct error *error)
{
    const char *there;
    const char *schema = sink_table_quote(prepared->schema, arena);
    TRY(postgresql_session_value(session,
                                 arena_printf(arena, "SELECT to_regnamespace(%s)",
                                              postgresql_session_literal(session, schema, arena)),
                                 "look for the schema", arena, &there, error));
    if (there == NULL)
        return error_set(error, ERROR_NO_OUTPUT,
                         "%s: the schema %s does not exist: create it, or correct its name in the "
                         "configuration",
                         session->location, schema);
    return postgresql_session_execute(
        session, sink_table_postgresql_ddl(prepared->table, prepared->name, arena),
        arena_printf(arena, "create the table %s", prepared->name), error);
}

static bool make_partition(struct postgresql_session *session,
                           const struct postgresql_table *prepared, const struct sink_scope *scope,
                           struct arena *arena, struct error *error)
{
    struct month month = calendar_month(scope->days.first);
    struct period days = calendar_period_of_month(month);
    char first[CALENDAR_TEXT_SIZE], next[CALENDAR_TEXT_SIZE];
    const char *name =
        arena_printf(arena, "%s_%04d_%02d", prepared->table->name, month.year, month.month);
    name = arena_printf(arena, "%s.%s", sink_table_quote(prepared->schema, arena),
                        sink_table_quote(name, arena));
    /* Attaching, unlike CREATE … PARTITION OF, lets other runs go on writing. */
    return postgresql_session_execute(
        session,
        arena_printf(arena,
                     "CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING INDEXES EXCLUDING IDENTITY);"
                     "ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM ('%s') TO ('%s')",
                     name, prepared->name, prepared->name, name, calendar_format(days.first, first),
                     calendar_format(days.last + 1, next)),
        arena_printf(arena, "create the partition %s of %s", name, prepared->name), error);
}

/* Another run may have been faster, so everything is asked again under the lock. */
static bool make_all(struct postgresql_session *session, const struct postgresql_table *prepared,
                     const struct sink_scope *scope, struct arena *arena, struct error *error)
{
    bool there, lacks;
    const char *lock = arena_printf(arena, "costagg define %s", prepared->name);
    TRY(postgresql_session_lock(session, lock, "the tables' definition", error));
    TRY(find_table(session, prepared->name, arena, &there, error));
    if (!there)
        TRY(make_table(session, prepared, arena, error));
    TRY(lacks_partition(session, prepared, scope, arena, &lacks, error));
    return !lacks || make_partition(session, prepared, scope, arena, error);
}

bool postgresql_table_make(struct postgresql_session *session, struct postgresql_table *prepared,
                           const struct sink_scope *scope, struct arena *arena, struct error *error)
{
    TRY(postgresql_session_execute(session, "BEGIN", "begin a transaction", error));
    if (make_all(session, prepared, scope, arena, error) &&
        postgresql_session_execute(session, "COMMIT", "make the tables", error))
        return true;
    libpq.clear(libpq.exec(session->connection, "ROLLBACK"));
    return false;
}
