#include "source/settings_postgresql.h"

#include "base/arena.h"
#include "base/libpq.h"
#include "base/postgresql_login.h"
#include "base/settings.h"
#include "base/table.h"

#include <stdlib.h>
#include <string.h>

/* One reading of the four tables. */
struct reading {
    PGconn *connection;
    const char *schema; /* quoted and followed by a dot, or "" */
    const char *shown;  /* for messages */
    struct arena *arena;
    struct error *error;
};

/* Servers answer in several lines; the first one says it. */
static int first_line(const char *text)
{
    return (int)strcspn(text, "\n");
}

static bool fail_query(struct reading *reading, const char *table, PGresult *result)
{
    const char *state = libpq.resultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = libpq.resultErrorMessage(result);
    bool missing = state != NULL && (strcmp(state, "42P01") == 0 || strcmp(state, "42703") == 0 ||
                                     strcmp(state, "3F000") == 0);
    bool forbidden = state != NULL && strcmp(state, "42501") == 0;
    const char *advice = missing ? "; is postgresql.schema right? Without these tables list the "
                                   "settings in the configuration and say settings.from: inline"
                         : forbidden ? "; grant SELECT on it"
                                     : "; try again later";
    error_set(reading->error, missing || forbidden ? ERROR_BAD_CONFIG : ERROR_TRY_AGAIN,
              "settings: cannot read %s from %s: %.*s%s", table, reading->shown,
              first_line(message), message, advice);
    libpq.clear(result);
    return false;
}

/* Runs a query with %s for the schema; `result` is to be cleared. */
static bool query(struct reading *reading, const char *columns, const char *table,
                  const char *ordered, PGresult **result)
{
    const char *sql = arena_printf(reading->arena, "SELECT %s FROM %s%s %s", columns,
                                   reading->schema, table, ordered);
    *result = libpq.exec(reading->connection, sql);
    return libpq.resultStatus(*result) == PGRES_TUPLES_OK || fail_query(reading, table, *result);
}

/* The text of a cell in the arena; NULL for null. */
static const char *cell(struct reading *reading, const PGresult *result, int row, int column)
{
    if (libpq.getisnull(result, row, column))
        return NULL;
    return arena_copy(reading->arena, libpq.getvalue(result, row, column),
                      (size_t)libpq.getlength(result, row, column));
}

static int32_t integer(const PGresult *result, int row, int column)
{
    if (libpq.getisnull(result, row, column))
        return INTEGER_NULL;
    return (int32_t)strtol(libpq.getvalue(result, row, column), NULL, 10);
}

static bool read_keys(struct reading *reading, struct settings *settings)
{
    PGresult *result;
    TRY(query(reading, "key, enabled, provider_type", "reporting_enabledtagkeys",
              "WHERE key IS NOT NULL ORDER BY key", &result));
    int rows = libpq.ntuples(result);
    struct string_list *const lists[2][2] = {
        {&settings->disabled_ocp_keys, &settings->enabled_ocp_keys},
        {&settings->disabled_aws_keys, &settings->enabled_aws_keys},
    };
    for (int cloud = 0; cloud < 2; cloud++)
        for (int enabled = 0; enabled < 2; enabled++)
            lists[cloud][enabled]->items =
                arena_alloc_array(reading->arena, (size_t)rows, sizeof(const char *));
    for (int row = 0; row < rows; row++) {
        const char *provider = libpq.getvalue(result, row, 2);
        int cloud = strcmp(provider, "OCP") == 0 ? 0 : strcmp(provider, "AWS") == 0 ? 1 : -1;
        if (cloud < 0)
            continue;
        struct string_list *list = lists[cloud][libpq.getvalue(result, row, 1)[0] == 't'];
        list->items[list->count++] = cell(reading, result, row, 0);
    }
    libpq.clear(result);
    return true;
}

static bool read_categories(struct reading *reading, struct settings *settings)
{
    PGresult *result;
    TRY(query(reading, "namespace, cost_category_id", "reporting_ocp_cost_category_namespace",
              "WHERE namespace IS NOT NULL AND cost_category_id IS NOT NULL "
              "ORDER BY cost_category_id, namespace",
              &result));
    settings->cost_category_count = (size_t)libpq.ntuples(result);
    settings->cost_categories = arena_alloc_array(reading->arena, settings->cost_category_count,
                                                  sizeof *settings->cost_categories);
    for (int row = 0; row < libpq.ntuples(result); row++)
        settings->cost_categories[row] =
            (struct cost_category){cell(reading, result, row, 0), integer(result, row, 1)};
    libpq.clear(result);
    return true;
}

static bool read_nodes(struct reading *reading, struct settings *settings)
{
    PGresult *result;
    TRY(query(reading, "node, resource_id, node_role", "reporting_ocp_nodes",
              "WHERE node IS NOT NULL AND node_role IS NOT NULL "
              "ORDER BY node, resource_id, node_role",
              &result));
    settings->node_role_count = (size_t)libpq.ntuples(result);
    settings->node_roles_given = settings->node_role_count > 0;
    settings->node_roles =
        arena_alloc_array(reading->arena, settings->node_role_count, sizeof *settings->node_roles);
    for (int row = 0; row < libpq.ntuples(result); row++)
        settings->node_roles[row] =
            (struct node_role){cell(reading, result, row, 0), cell(reading, result, row, 1),
                               cell(reading, result, row, 2)};
    libpq.clear(result);
    return true;
}

static bool read_aliases(struct reading *reading, struct settings *settings)
{
    PGresult *result;
    TRY(query(reading, "account_id, id", "reporting_awsaccountalias",
              "WHERE account_id IS NOT NULL ORDER BY account_id, id", &result));
    settings->account_alias_count = (size_t)libpq.ntuples(result);
    settings->account_aliases = arena_alloc_array(reading->arena, settings->account_alias_count,
                                                  sizeof *settings->account_aliases);
    for (int row = 0; row < libpq.ntuples(result); row++)
        settings->account_aliases[row] =
            (struct account_alias){cell(reading, result, row, 0), integer(result, row, 1)};
    libpq.clear(result);
    return true;
}

static bool read_all(struct reading *reading, struct settings *settings)
{
    PGresult *result =
        libpq.exec(reading->connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    if (libpq.resultStatus(result) != PGRES_COMMAND_OK)
        return fail_query(reading, "anything", result);
    libpq.clear(result);
    TRY(read_keys(reading, settings));
    TRY(read_categories(reading, settings));
    TRY(read_nodes(reading, settings));
    return read_aliases(reading, settings);
}

static PGconn *connect_to(const char *location, const struct postgresql_login *login)
{
    const char *keywords[POSTGRESQL_LOGIN_PARAMETERS + 1];
    const char *values[POSTGRESQL_LOGIN_PARAMETERS + 1];
    size_t own = 0;
    /* Ours comes first: what the URI says wins. */
    if (getenv("PGCONNECT_TIMEOUT") == NULL) {
        keywords[own] = "connect_timeout";
        values[own++] = "10";
    }
    postgresql_login_parameters(login, location, keywords + own, values + own);
    return libpq.connectdbParams(keywords, values, 1);
}

static void ignore_notice(void *context, const char *message)
{
    (void)context;
    (void)message;
}

bool settings_postgresql_read(const char *location, const struct postgresql_login *login,
                              const char *schema, struct arena *arena, struct settings *settings,
                              struct error *error)
{
    TRY(libpq_load(error));
    struct reading reading = {.connection = connect_to(location, login),
                              .schema = "",
                              .shown = "the search path",
                              .arena = arena,
                              .error = error};
    bool done;
    *settings = (struct settings){0};
    if (libpq.status(reading.connection) == CONNECTION_OK) {
        libpq.setNoticeProcessor(reading.connection, ignore_notice, NULL);
        if (schema != NULL) {
            char *quoted = libpq.escapeIdentifier(reading.connection, schema, strlen(schema));
            reading.schema = arena_printf(arena, "%s.", quoted != NULL ? quoted : "\"\"");
            reading.shown = arena_printf(arena, "schema '%s'", schema);
            libpq.freemem(quoted);
        }
        done = read_all(&reading, settings);
    } else {
        const char *message = libpq.errorMessage(reading.connection);
        done = error_set(error, ERROR_UNREACHABLE, "settings: cannot connect to PostgreSQL: %.*s",
                         first_line(message), message);
    }
    libpq.finish(reading.connection);
    return done;
}
