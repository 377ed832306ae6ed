/* Results in one SQLite file.
 *
 * A scope is one transaction: old rows deleted, new ones inserted. The write-ahead log lets readers
 * go on seeing the old rows while a long scope is written; when the sink is closed the log is
 * folded into the file and the file set back to a plain one, which any SQLite opens, also read-only
 * or from a medium that cannot hold a log. After kill -9 the log lies beside the file and the next
 * opening tidies up. Numbers are stored as doubles, unrounded; days as 'YYYY-MM-DD'. */
#include "base/calendar.h"
#include "base/uuid.h"
#include "sink/row_value.h"
#include "sink/sink_kind.h"
#include "sink/sink_table.h"

#include <sqlite3.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NOTHING_BOUND UINT64_MAX

struct sqlite_table {
    sqlite3_stmt *insert;
    const struct column **columns;
    size_t column_count;
    uint64_t *bound; /* by column: the text id, integer or day bound already; NOTHING_BOUND */
    char (*days)[CALENDAR_TEXT_SIZE];
};

struct sqlite_sink {
    const char *file;
    sqlite3 *connection; /* NULL before the first use */
    struct sqlite_table *tables;
};

static bool fail(const struct sink *sink, const char *doing, struct error *error)
{
    struct sqlite_sink *sqlite = sink->state;
    int code = sqlite3_errcode(sqlite->connection);
    int cause = sqlite3_system_errno(sqlite->connection);
    const char *why = sqlite3_errmsg(sqlite->connection);
    if (code == SQLITE_IOERR && (cause == ENOSPC || cause == EDQUOT))
        code = SQLITE_FULL;
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return error_set(error, ERROR_TRY_AGAIN,
                         "%s: another process is writing to it: try again later", sink->location);
    case SQLITE_FULL:
        return error_set(error, ERROR_NO_OUTPUT,
                         "%s: the disk is full: free some space; the old rows are untouched",
                         sink->location);
    case SQLITE_NOTADB:
        return error_set(error, ERROR_NO_OUTPUT,
                         "%s: this file is no SQLite database: name another file", sink->location);
    case SQLITE_CORRUPT:
        return error_set(error, ERROR_NO_OUTPUT,
                         "%s: the database is damaged: restore it or name another file",
                         sink->location);
    case SQLITE_NOMEM:
        return error_set(error, ERROR_INTERNAL, "%s: out of memory", sink->location);
    default:
        return error_set(error, ERROR_NO_OUTPUT, "%s: cannot %s: %s", sink->location, doing, why);
    }
}

static bool execute(const struct sink *sink, const char *sql, const char *doing,
                    struct error *error)
{
    struct sqlite_sink *sqlite = sink->state;
    if (sqlite3_exec(sqlite->connection, sql, NULL, NULL, NULL) != SQLITE_OK)
        return fail(sink, doing, error);
    return true;
}

static bool prepare(const struct sink *sink, const char *sql, sqlite3_stmt **statement,
                    struct error *error)
{
    struct sqlite_sink *sqlite = sink->state;
    if (sqlite3_prepare_v2(sqlite->connection, sql, -1, statement, NULL) != SQLITE_OK)
        return fail(sink, "prepare a statement", error);
    return true;
}

/* Statements of the open scope are finalized with it. */
static void finalize(void *statement)
{
    sqlite3_finalize(statement);
}

/* ---- opening ---- */

static void close_connection(void *resource)
{
    struct sqlite_sink *sqlite = resource;
    if (sqlite->connection == NULL)
        return;
    /* Refused while somebody else has the file open; then the last one to close it folds the log.
     */
    sqlite3_busy_timeout(sqlite->connection, 0);
    sqlite3_exec(sqlite->connection, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    sqlite3_close_v2(sqlite->connection);
    sqlite->connection = NULL;
}

static bool open_sink(struct sink *sink, const char *place, struct error *error)
{
    if (*place == '\0')
        return error_set(error, ERROR_BAD_CONFIG, "sqlite: lacks the file: write sqlite:costs.db");
    struct sqlite_sink *sqlite = arena_alloc(sink->arena, sizeof *sqlite);
    sqlite->file = place;
    sink->state = sqlite;
    sink->location = arena_printf(sink->arena, "sqlite:%s", place);
    arena_on_close(sink->arena, close_connection, sqlite);
    return true;
}

static bool connect(struct sink *sink, int flags, struct error *error)
{
    struct sqlite_sink *sqlite = sink->state;
    if (sqlite->connection != NULL)
        return true;
    int code =
        sqlite3_open_v2(sqlite->file, &sqlite->connection, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (sqlite->connection == NULL)
        return error_set(error, ERROR_INTERNAL, "%s: out of memory", sink->location);
    sqlite3_busy_timeout(sqlite->connection, SINK_LOCK_SECONDS * 1000);
    return code == SQLITE_OK || fail(sink, "open it", error);
}

static bool connect_to_write(struct sink *sink, struct error *error)
{
    struct sqlite_sink *sqlite = sink->state;
    if (sqlite->connection != NULL)
        return true;
    TRY(connect(sink, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, error));
    return execute(sink,
                   "PRAGMA page_size = 16384;" /* of a new file */
                   "PRAGMA journal_mode = WAL;"
                   "PRAGMA synchronous = FULL;"
                   "PRAGMA cache_size = -16384;"
                   "PRAGMA temp_store = MEMORY;",
                   "open it", error);
}

/* ---- a scope ---- */

static bool has_column(const struct sink *sink, const char *table, const char *column)
{
    struct sqlite_sink *sqlite = sink->state;
    return sqlite3_table_column_metadata(sqlite->connection, "main", table, column, NULL, NULL,
                                         NULL, NULL, NULL) == SQLITE_OK;
}

/* Columns that only rows written back fill: runs without rollups make the table without them. */
static bool add_columns(struct sink *sink, const struct table *table,
                        const struct sqlite_table *prepared, struct error *error)
{
    struct arena *arena = &sink->scope_arena;
    for (size_t i = 0; i < prepared->column_count; i++) {
        const struct column *column = prepared->columns[i];
        if (column->required || has_column(sink, table->name, column->name))
            continue;
        const char *sql = arena_printf(
            arena, "ALTER TABLE %s ADD COLUMN %s %s", sink_table_quote(table->name, arena),
            sink_table_quote(column->name, arena), sink_table_sqlite_type(column));
        TRY(execute(sink, sql, "add a column", error));
    }
    return true;
}

/* A table made by someone else may have more columns, but not fewer. */
static bool check_columns(const struct sink *sink, const struct table *table,
                          const struct sqlite_table *prepared, struct error *error)
{
    for (size_t i = 0; i < prepared->column_count; i++)
        if (!has_column(sink, table->name, prepared->columns[i]->name))
            return error_set(error, ERROR_NO_OUTPUT,
                             "%s: the table %s there lacks the column %s: add it, or name another "
                             "file",
                             sink->location, table->name, prepared->columns[i]->name);
    return true;
}

static bool delete_old_rows(struct sink *sink, const struct table *table, enum table_part part,
                            struct error *error)
{
    struct arena *arena = &sink->scope_arena;
    char first[CALENDAR_TEXT_SIZE], last[CALENDAR_TEXT_SIZE];
    sqlite3_stmt *statement;
    TRY(prepare(
        sink,
        arena_printf(arena, "DELETE FROM %s WHERE %s IS ?1%s%s",
                     sink_table_quote(table->name, arena), sink_table_quote(table->owner, arena),
                     sink_table_day(table) == NULL ? "" : " AND usage_start BETWEEN ?2 AND ?3",
                     sink_table_part_condition(table, part, arena)),
        &statement, error));
    if (!sink_table_owner_is_number(table))
        sqlite3_bind_text(statement, 1, sink->scope.source, -1, SQLITE_STATIC);
    else if (sink->scope.owner_number != INTEGER_NULL)
        sqlite3_bind_int(statement, 1, sink->scope.owner_number);
    sqlite3_bind_text(statement, 2, calendar_format(sink->scope.days.first, first), -1,
                      SQLITE_STATIC);
    sqlite3_bind_text(statement, 3, calendar_format(sink->scope.days.last, last), -1,
                      SQLITE_STATIC);
    int code = sqlite3_step(statement);
    bool done = code == SQLITE_DONE || fail(sink, "delete the old rows", error);
    sqlite3_finalize(statement);
    return done;
}

static bool prepare_insert(struct sink *sink, const struct table *table,
                           struct sqlite_table *prepared, struct error *error)
{
    struct arena *arena = &sink->scope_arena;
    const char *names = "", *marks = "";
    for (size_t i = 0; i < prepared->column_count; i++) {
        const char *comma = i > 0 ? ", " : "";
        names = arena_printf(arena, "%s%s%s", names, comma,
                             sink_table_quote(prepared->columns[i]->name, arena));
        marks = arena_printf(arena, "%s%s?", marks, comma);
    }
    TRY(prepare(sink,
                arena_printf(arena, "INSERT INTO %s (%s) VALUES (%s)",
                             sink_table_quote(table->name, arena), names, marks),
                &prepared->insert, error));
    arena_on_close(arena, finalize, prepared->insert);
    return true;
}

static bool begin(struct sink *sink, struct error *error)
{
    struct sqlite_sink *sqlite = sink->state;
    struct arena *arena = &sink->scope_arena;
    TRY(connect_to_write(sink, error));
    TRY(execute(sink, "BEGIN IMMEDIATE", "begin a transaction", error));
    sqlite->tables = arena_alloc_array(arena, sink->scope.table_count, sizeof *sqlite->tables);
    for (size_t i = 0; i < sink->scope.table_count; i++) {
        const struct table *table = sink->scope.tables[i];
        struct sqlite_table *prepared = &sqlite->tables[i];
        prepared->columns = sink_table_columns(table, false, arena, &prepared->column_count);
        prepared->bound = arena_alloc_array(arena, prepared->column_count, sizeof *prepared->bound);
        prepared->days = arena_alloc_array(arena, prepared->column_count, sizeof *prepared->days);
        TRY(execute(sink, sink_table_sqlite_ddl(table, arena), "create the tables", error));
        if (sink_part(sink, i) != TABLE_WHOLE)
            TRY(add_columns(sink, table, prepared, error));
        TRY(check_columns(sink, table, prepared, error));
        TRY(delete_old_rows(sink, table, sink_part(sink, i), error));
        TRY(prepare_insert(sink, table, prepared, error));
    }
    return true;
}

/* Binds one value. Texts and days that the row before had are bound already. */
static int bind(struct sqlite_table *table, size_t index, const struct row_batch *batch,
                const unsigned char *row, char uuid[UUID_TEXT_SIZE])
{
    const struct column *column = table->columns[index];
    sqlite3_stmt *insert = table->insert;
    int place = (int)index + 1;
    if (column->kind == COLUMN_NUMERIC) /* NaN is bound as null */
        return sqlite3_bind_double(insert, place, row_value_number(column, row));
    if (column->kind == COLUMN_UUID)
        return sqlite3_bind_text(insert, place, uuid_format(row + column->offset, uuid),
                                 UUID_TEXT_SIZE - 1, SQLITE_STATIC);
    uint32_t value = row_value_id(column, row);
    if (value == table->bound[index])
        return SQLITE_OK;
    table->bound[index] = value;
    if (column->kind == COLUMN_INTEGER)
        return (int32_t)value == INTEGER_NULL ? sqlite3_bind_null(insert, place)
                                              : sqlite3_bind_int(insert, place, (int32_t)value);
    if (column->kind == COLUMN_DAY)
        return sqlite3_bind_text(insert, place, calendar_format((int32_t)value, table->days[index]),
                                 CALENDAR_TEXT_SIZE - 1, SQLITE_STATIC);
    struct text text = text_pool_borrow(batch->texts, value);
    return sqlite3_bind_text64(insert, place, text.bytes, text.length, SQLITE_STATIC, SQLITE_UTF8);
}

static bool write_rows(struct sink *sink, const struct row_batch *batch, struct error *error)
{
    struct sqlite_sink *sqlite = sink->state;
    struct sqlite_table *table = &sqlite->tables[sink_table_index(sink, batch->table)];
    for (size_t c = 0; c < table->column_count; c++)
        table->bound[c] = NOTHING_BOUND;
    for (size_t i = 0; i < batch->count; i++) {
        const unsigned char *row = row_value_row(batch, i);
        char uuid[UUID_TEXT_SIZE];
        for (size_t c = 0; c < table->column_count; c++)
            if (bind(table, c, batch, row, uuid) != SQLITE_OK)
                return fail(sink, "write a row", error);
        if (sqlite3_step(table->insert) != SQLITE_DONE)
            return fail(sink, "write a row", error);
        sqlite3_reset(table->insert);
    }
    /* The texts are the batch's: nothing of them may stay bound. */
    sqlite3_clear_bindings(table->insert);
    return true;
}

static bool commit(struct sink *sink, struct error *error)
{
    return execute(sink, "COMMIT", "commit", error);
}

static void abort_scope(struct sink *sink)
{
    struct sqlite_sink *sqlite = sink->state;
    arena_reset(&sink->scope_arena); /* finalizes the statements */
    if (sqlite->connection != NULL && !sqlite3_get_autocommit(sqlite->connection))
        sqlite3_exec(sqlite->connection, "ROLLBACK", NULL, NULL, NULL);
}

/* ---- check ---- */

static bool count_tables(struct sink *sink, int *count, struct error *error)
{
    sqlite3_stmt *statement;
    TRY(prepare(sink, "SELECT count(*) FROM sqlite_schema WHERE type = 'table'", &statement,
                error));
    bool done = sqlite3_step(statement) == SQLITE_ROW || fail(sink, "read it", error);
    if (done)
        *count = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return done;
}

static const char *folder_of(const char *file, struct arena *arena)
{
    const char *slash = strrchr(file, '/');
    if (slash == NULL)
        return ".";
    return slash == file ? "/" : arena_copy(arena, file, (size_t)(slash - file));
}

static bool check(struct sink *sink, struct arena *arena, const char **found, struct error *error)
{
    struct sqlite_sink *sqlite = sink->state;
    if (access(sqlite->file, F_OK) != 0) {
        const char *folder = folder_of(sqlite->file, arena);
        if (access(folder, W_OK | X_OK) != 0)
            return error_set(error, ERROR_NO_OUTPUT, "%s: cannot create it in %s: %s",
                             sink->location, folder, strerror(errno));
        *found = arena_printf(arena, "%s: not there yet; a run will create it", sink->location);
        return true;
    }
    if (access(sqlite->file, W_OK) != 0)
        return error_set(error, ERROR_NO_OUTPUT, "%s: cannot write to it: %s", sink->location,
                         strerror(errno));
    int count = 0;
    TRY(connect(sink, SQLITE_OPEN_READWRITE, error));
    bool done = count_tables(sink, &count, error);
    close_connection(sqlite);
    *found = arena_printf(arena, "%s: an SQLite database with %d tables", sink->location, count);
    return done;
}

const struct sink_kind sink_kind_sqlite = {
    .scheme = "sqlite",
    .open = open_sink,
    .begin = begin,
    .write = write_rows,
    .commit = commit,
    .abort = abort_scope,
    .check = check,
};
