/* Results in a SQLite file, opened read-only. */
#include "result/result_reader.h"

#include "base/arena.h"
#include "sink/sink_table.h"

#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

enum { BUSY_MILLISECONDS = 10000 };

struct sqlite_place {
    sqlite3 *database;
    sqlite3_stmt *scan;
};

static bool fail(struct result *result, const char *doing, struct error *error)
{
    struct sqlite_place *place = result->place;
    int code = sqlite3_errcode(place->database);
    enum error_kind kind =
        code == SQLITE_BUSY || code == SQLITE_LOCKED ? ERROR_TRY_AGAIN : ERROR_BAD_DATA;
    return error_set(error, kind, "%s: cannot %s: %s", result->location, doing,
                     sqlite3_errmsg(place->database));
}

static void close_database(void *database)
{
    sqlite3_close_v2(database);
}

static bool prepare(struct result *result, const char *sql, sqlite3_stmt **statement,
                    struct error *error)
{
    struct sqlite_place *place = result->place;
    if (sqlite3_prepare_v2(place->database, sql, -1, statement, NULL) != SQLITE_OK)
        return fail(result, "read", error);
    return true;
}

static bool describe(struct result *result, const struct table *table, struct result_table *found,
                     struct error *error)
{
    sqlite3_stmt *statement;
    TRY(prepare(result, "SELECT name FROM pragma_table_info(?1)", &statement, error));
    sqlite3_bind_text(statement, 1, table->name, -1, SQLITE_STATIC);
    int step;
    while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
        found->found = true;
        size_t column = result_column(table, (const char *)sqlite3_column_text(statement, 0));
        if (column != SIZE_MAX && result_reads_column(&table->columns[column]))
            found->columns[column] = true;
    }
    sqlite3_finalize(statement);
    return step == SQLITE_DONE || fail(result, "read", error);
}

/* " WHERE …" of a scope, ?1 … ?3 to be bound by bind_scope(). Days are ISO texts there. */
static const char *where(const struct table *table, const struct result_scope *scope,
                         struct arena *arena)
{
    return arena_printf(arena, "WHERE %s%s%s%s%s%s",
                        sink_table_day(table) ? "usage_start BETWEEN ?1 AND ?2" : "true",
                        scope->source ? " AND lower(" : "", scope->source ? table->owner : "",
                        scope->source ? ") = ?3" : "",
                        sink_table_number_condition(table, scope->owner_number, arena),
                        sink_table_part_condition(table, scope->part, arena));
}

static void bind_scope(sqlite3_stmt *statement, const struct result_scope *scope)
{
    char first[CALENDAR_TEXT_SIZE] = "0", last[CALENDAR_TEXT_SIZE] = "~";
    if (scope->days.first != INT32_MIN)
        calendar_format(scope->days.first, first);
    if (scope->days.last != INT32_MAX)
        calendar_format(scope->days.last, last);
    sqlite3_bind_text(statement, 1, first, -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(statement, 2, last, -1, SQLITE_TRANSIENT);
    if (scope->source)
        sqlite3_bind_text(statement, 3, scope->source, -1, SQLITE_TRANSIENT);
}

static bool count_days(struct result *result, const struct table *table,
                       const struct result_scope *scope, struct error *error)
{
    sqlite3_stmt *statement;
    TRY(prepare(result,
                arena_printf(result->arena,
                             "SELECT usage_start, count(*) FROM \"%s\" %s GROUP BY 1", table->name,
                             where(table, scope, result->arena)),
                &statement, error));
    bind_scope(statement, scope);
    int step;
    bool clean = true;
    while (clean && (step = sqlite3_step(statement)) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(statement, 0);
        int32_t day;
        clean = text && calendar_parse(text, &day);
        if (clean)
            result_count_day(result, day, sqlite3_column_int64(statement, 1));
        else
            clean = error_set(error, ERROR_BAD_DATA, "%s: table %s: usage_start '%.60s' is no date",
                              result->location, table->name, text ? text : "NULL");
    }
    sqlite3_finalize(statement);
    return clean && (step == SQLITE_DONE || fail(result, "read", error));
}

static bool begin(struct result *result, struct error *error)
{
    const char *columns = "";
    for (size_t i = 0; i < result->table->column_count; i++)
        if (result->wanted[i])
            columns = arena_printf(result->arena, "%s%s\"%s\"", columns, *columns ? ", " : "",
                                   result->table->columns[i].name);
    struct sqlite_place *place = result->place;
    TRY(prepare(result,
                arena_printf(result->arena, "SELECT %s FROM \"%s\" %s", *columns ? columns : "1",
                             result->table->name,
                             where(result->table, &result->scope, result->arena)),
                &place->scan, error));
    bind_scope(place->scan, &result->scope);
    return true;
}

static bool set_cell(struct result *result, const struct column *column, unsigned char *row,
                     sqlite3_stmt *scan, int at, struct error *error)
{
    int type = sqlite3_column_type(scan, at);
    if (type == SQLITE_NULL)
        return true;
    if ((type == SQLITE_FLOAT || type == SQLITE_INTEGER) &&
        (column->kind == COLUMN_NUMERIC || column->kind == COLUMN_INTEGER))
        return row_cell_set_number(column, row, sqlite3_column_double(scan, at), error);
    const char *bytes = (const char *)sqlite3_column_text(scan, at);
    return result_set_text(result, column, row, bytes, (size_t)sqlite3_column_bytes(scan, at),
                           error);
}

static bool next(struct result *result, struct error *error)
{
    struct sqlite_place *place = result->place;
    if (!place->scan)
        return true;
    while (!result_batch_is_full(result)) {
        int step = sqlite3_step(place->scan);
        if (step == SQLITE_DONE) {
            sqlite3_finalize(place->scan);
            place->scan = NULL;
            return true;
        }
        if (step != SQLITE_ROW)
            return fail(result, "read", error);
        unsigned char *row = result_add_row(result);
        int at = 0;
        for (size_t i = 0; i < result->table->column_count; i++)
            if (result->wanted[i])
                TRY(set_cell(result, &result->table->columns[i], row, place->scan, at++, error));
    }
    return true;
}

static void end(struct result *result)
{
    struct sqlite_place *place = result->place;
    sqlite3_finalize(place->scan);
    place->scan = NULL;
}

static const struct result_driver driver = {describe, count_days, begin, next, end};

bool result_open_sqlite(struct result *result, const char *path, struct error *error)
{
    struct sqlite_place *place = arena_alloc(result->arena, sizeof *place);
    result->place = place;
    result->location = arena_printf(result->arena, "sqlite:%s", path);
    if (access(path, R_OK) != 0)
        return error_set(error, ERROR_NO_INPUT, "%s: there is no such file, or it is not readable",
                         result->location);
    int code = sqlite3_open_v2(path, &place->database, SQLITE_OPEN_READONLY, NULL);
    arena_on_close(result->arena, close_database, place->database);
    if (code != SQLITE_OK)
        return fail(result, "open", error);
    sqlite3_busy_timeout(place->database, BUSY_MILLISECONDS);
    /* one snapshot for as long as the result is open */
    if (sqlite3_exec(place->database, "BEGIN; SELECT count(*) FROM sqlite_master", NULL, NULL,
                     NULL) != SQLITE_OK)
        return fail(result, "open", error);
    result->driver = &driver;
    return true;
}
