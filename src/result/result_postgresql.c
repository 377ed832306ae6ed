/* Results in PostgreSQL: one read-only snapshot, rows by COPY.
 *
 * The tables may be this program's or upstream's (further columns, partitions, other types): every
 * column is cast to the text this reader parses. */
#include "result/result_reader.h"

#include "base/arena.h"
#include "base/libpq.h"
#include "base/postgresql_login.h"
#include "sink/sink_table.h"

#include <stdlib.h>
#include <string.h>

struct postgresql_place {
    PGconn *connection;
    const char *schema; /* quoted and with its dot, or "" */
    bool copying;
};

static bool fail(struct result *result, const char *doing, struct error *error)
{
    struct postgresql_place *place = result->place;
    bool lost = libpq.status(place->connection) != CONNECTION_OK;
    const char *message = libpq.errorMessage(place->connection);
    return error_set(error, lost ? ERROR_UNREACHABLE : ERROR_BAD_DATA, "%s: cannot %s: %.*s",
                     result->location, doing, (int)strcspn(message, "\n"), message);
}

static bool query(struct result *result, const char *sql, ExecStatusType wanted, PGresult **answer,
                  struct error *error)
{
    struct postgresql_place *place = result->place;
    *answer = libpq.exec(place->connection, sql);
    if (libpq.resultStatus(*answer) == wanted)
        return true;
    libpq.clear(*answer);
    *answer = NULL;
    return fail(result, "read", error);
}

static bool execute(struct result *result, const char *sql, struct error *error)
{
    PGresult *answer;
    TRY(query(result, sql, PGRES_COMMAND_OK, &answer, error));
    libpq.clear(answer);
    return true;
}

/* A quoted literal or identifier in the result's arena. */
static const char *quoted(struct result *result, const char *text, bool identifier)
{
    struct postgresql_place *place = result->place;
    char *quoted_text = identifier ? libpq.escapeIdentifier(place->connection, text, strlen(text))
                                   : libpq.escapeLiteral(place->connection, text, strlen(text));
    const char *copy = arena_printf(result->arena, "%s", quoted_text ? quoted_text : "''");
    libpq.freemem(quoted_text);
    return copy;
}

/* ---- what is there ---- */

static void describe_column(const struct table *table, const char *name, struct result_table *found)
{
    size_t column = result_column(table, name);
    if (column != SIZE_MAX && result_reads_column(&table->columns[column]))
        found->columns[column] = true;
}

static bool describe(struct result *result, const struct table *table, struct result_table *found,
                     struct error *error)
{
    struct postgresql_place *place = result->place;
    const char *name =
        arena_printf(result->arena, "%s%s", place->schema, quoted(result, table->name, true));
    PGresult *answer;
    TRY(query(result,
              arena_printf(result->arena,
                           "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) "
                           "AND attnum > 0 AND NOT attisdropped",
                           quoted(result, name, false)),
              PGRES_TUPLES_OK, &answer, error));
    found->stores_decimals = true;
    for (int i = 0; i < libpq.ntuples(answer); i++) {
        found->found = true;
        describe_column(table, libpq.getvalue(answer, i, 0), found);
    }
    libpq.clear(answer);
    return true;
}

static const char *where(struct result *result, const struct table *table,
                         const struct result_scope *scope)
{
    const char *text = "WHERE true";
    char day[CALENDAR_TEXT_SIZE];
    bool dated = sink_table_day(table) != NULL;
    if (dated && scope->days.first != INT32_MIN)
        text = arena_printf(result->arena, "%s AND usage_start >= '%s'", text,
                            calendar_format(scope->days.first, day));
    if (dated && scope->days.last != INT32_MAX)
        text = arena_printf(result->arena, "%s AND usage_start < date '%s' + 1", text,
                            calendar_format(scope->days.last, day));
    if (scope->source)
        text = arena_printf(result->arena, "%s AND %s::text = %s", text, table->owner,
                            quoted(result, scope->source, false));
    return arena_printf(result->arena, "%s%s%s", text,
                        sink_table_number_condition(table, scope->owner_number, result->arena),
                        sink_table_part_condition(table, scope->part, result->arena));
}

static bool count_days(struct result *result, const struct table *table,
                       const struct result_scope *scope, struct error *error)
{
    struct postgresql_place *place = result->place;
    PGresult *answer;
    TRY(query(result,
              arena_printf(result->arena,
                           "SELECT usage_start::date - date '1970-01-01', count(*) FROM %s%s %s "
                           "GROUP BY 1",
                           place->schema, quoted(result, table->name, true),
                           where(result, table, scope)),
              PGRES_TUPLES_OK, &answer, error));
    for (int i = 0; i < libpq.ntuples(answer); i++)
        result_count_day(result, (int32_t)strtol(libpq.getvalue(answer, i, 0), NULL, 10),
                         strtoll(libpq.getvalue(answer, i, 1), NULL, 10));
    libpq.clear(answer);
    return true;
}

/* ---- rows ---- */

static const char *column_as_text(const struct column *column)
{
    switch (column->kind) {
    case COLUMN_TEXT_ARRAY:
        return "to_json(\"%s\")::text";
    case COLUMN_DAY:
        return "\"%s\"::date";
    default:
        return "\"%s\"";
    }
}

static bool begin(struct result *result, struct error *error)
{
    struct postgresql_place *place = result->place;
    const char *columns = "";
    for (size_t i = 0; i < result->table->column_count; i++) {
        const struct column *column = &result->table->columns[i];
        const char *format = column_as_text(column);
        if (!result->wanted[i])
            continue;
        columns =
            arena_printf(result->arena, "%s%s%.*s%s%s", columns, *columns ? ", " : "",
                         (int)strcspn(format, "%"), format, column->name, strchr(format, '%') + 2);
    }
    PGresult *answer;
    TRY(query(result,
              arena_printf(result->arena, "COPY (SELECT %s FROM %s%s %s) TO STDOUT",
                           *columns ? columns : "1", place->schema,
                           quoted(result, result->table->name, true),
                           where(result, result->table, &result->scope)),
              PGRES_COPY_OUT, &answer, error));
    libpq.clear(answer);
    place->copying = true;
    return true;
}

/* Undoes COPY's escapes in place; the new length. */
static size_t unescape(char *field, size_t length)
{
    static const char letters[] = "bfnrtv", bytes[] = "\b\f\n\r\t\v";
    if (!memchr(field, '\\', length))
        return length;
    size_t to = 0;
    for (size_t from = 0; from < length; from++) {
        char byte = field[from];
        if (byte == '\\' && from + 1 < length) {
            byte = field[++from];
            const char *letter = strchr(letters, byte);
            if (letter && byte)
                byte = bytes[letter - letters];
        }
        field[to++] = byte;
    }
    return to;
}

static bool read_line(struct result *result, char *line, size_t length, struct error *error)
{
    unsigned char *row = result_add_row(result);
    char *field = line, *end = line + length;
    if (end > line && end[-1] == '\n')
        end--;
    for (size_t i = 0; i < result->table->column_count; i++) {
        if (!result->wanted[i])
            continue;
        char *stop = memchr(field, '\t', (size_t)(end - field));
        if (!stop)
            stop = end;
        bool is_null = stop - field == 2 && field[0] == '\\' && field[1] == 'N';
        if (!is_null) {
            size_t bytes = unescape(field, (size_t)(stop - field));
            TRY(result_set_text(result, &result->table->columns[i], row, field, bytes, error));
        }
        field = stop < end ? stop + 1 : end;
    }
    return true;
}

static bool next(struct result *result, struct error *error)
{
    struct postgresql_place *place = result->place;
    while (place->copying && !result_batch_is_full(result)) {
        char *line = NULL;
        int length = libpq.getCopyData(place->connection, &line, 0);
        if (length < 0) {
            place->copying = false;
            PGresult *answer = libpq.getResult(place->connection);
            bool done = length == -1 && libpq.resultStatus(answer) == PGRES_COMMAND_OK;
            while (answer) {
                libpq.clear(answer);
                answer = libpq.getResult(place->connection);
            }
            return done || fail(result, "read", error);
        }
        bool read = read_line(result, line, (size_t)length, error);
        libpq.freemem(line);
        TRY(read);
    }
    return true;
}

static void end(struct result *result)
{
    struct postgresql_place *place = result->place;
    if (!place->copying)
        return;
    /* drains what the server still sends, so that the connection stays usable */
    char *line = NULL;
    while (libpq.getCopyData(place->connection, &line, 0) > 0)
        libpq.freemem(line);
    PGresult *answer;
    while ((answer = libpq.getResult(place->connection)) != NULL)
        libpq.clear(answer);
    place->copying = false;
}

static const struct result_driver driver = {describe, count_days, begin, next, end};

/* ---- opening ---- */

/* Takes schema=NAME out of the location's query part. */
static const char *take_schema(struct arena *arena, const char *location, const char **schema)
{
    static const char key[] = "schema=";
    const char *question = strchr(location, '?');
    const char *found = question;
    while (found) {
        found++;
        if (strncmp(found, key, strlen(key)) == 0)
            break;
        found = strchr(found, '&');
    }
    if (!found)
        return location;
    const char *name = found + strlen(key);
    size_t length = strcspn(name, "&");
    *schema = arena_copy(arena, name, length);
    const char *rest = name[length] == '&' ? name + length + 1 : "";
    /* the '?' or '&' before goes too when nothing follows */
    size_t head = (size_t)(found - location) - (*rest ? 0 : 1);
    return arena_printf(arena, "%.*s%s", (int)head, location, rest);
}

/* "postgresql://host:port/database, schema x": what a message may show of a location. */
static const char *shown_location(struct result *result, const char *location, const char *schema)
{
    const char *host = "", *port = "", *database = "";
    PQconninfoOption *options = libpq.conninfoParse(location, NULL);
    for (PQconninfoOption *option = options; option && option->keyword; option++) {
        if (!option->val)
            continue;
        if (strcmp(option->keyword, "host") == 0)
            host = option->val;
        else if (strcmp(option->keyword, "port") == 0)
            port = option->val;
        else if (strcmp(option->keyword, "dbname") == 0)
            database = option->val;
    }
    const char *shown =
        arena_printf(result->arena, "postgresql:%s%s%s%s%s%s%s%s", *host || *database ? "//" : "",
                     host, *port ? ":" : "", port, *database ? "/" : "", database,
                     schema ? "?schema=" : "", schema ? schema : "");
    libpq.conninfoFree(options);
    return shown;
}

static void close_connection(void *connection)
{
    libpq.finish(connection);
}

bool result_open_postgresql(struct result *result, const char *location, struct error *error)
{
    struct postgresql_place *place = arena_alloc(result->arena, sizeof *place);
    const char *schema = result->options->postgresql_schema;
    const char *keywords[POSTGRESQL_LOGIN_PARAMETERS], *values[POSTGRESQL_LOGIN_PARAMETERS];
    TRY(libpq_load(error));
    location = take_schema(result->arena, location, &schema);
    result->place = place;
    result->location = shown_location(result, location, schema);
    postgresql_login_parameters(result->options->login, location, keywords, values);
    place->connection = libpq.connectdbParams(keywords, values, 1);
    arena_on_close(result->arena, close_connection, place->connection);
    if (libpq.status(place->connection) != CONNECTION_OK)
        return fail(result, "connect", error);
    libpq.setClientEncoding(place->connection, "UTF8");
    place->schema = schema ? arena_printf(result->arena, "%s.", quoted(result, schema, true)) : "";
    TRY(execute(result, "SET datestyle = ISO", error));
    TRY(execute(result, "SET timezone = 'UTC'", error));
    TRY(execute(result, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", error));
    result->driver = &driver;
    return true;
}
