#include "sink/postgresql_session.h"

#include "base/arena.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/postgresql_login.h"
#include "base/sha1.h"
#include "sink/sink_kind.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- the location ---- */

static const char *describe(const PQconninfoOption *options, struct arena *arena)
{
    const char *host = "", *port = "", *user = "", *database = "";
    for (; options->keyword != NULL; options++) {
        if (options->val == NULL)
            continue;
        if (strcmp(options->keyword, "host") == 0)
            host = options->val;
        else if (strcmp(options->keyword, "port") == 0)
            port = options->val;
        else if (strcmp(options->keyword, "user") == 0)
            user = options->val;
        else if (strcmp(options->keyword, "dbname") == 0)
            database = options->val;
    }
    return arena_printf(arena, "postgresql://%s%s%s%s%s%s%s", user, *user ? "@" : "", host,
                        *port ? ":" : "", port, *database ? "/" : "", database);
}

bool postgresql_session_init(struct postgresql_session *session, const char *uri,
                             const struct postgresql_login *login, int timeout_seconds,
                             struct arena *arena, struct error *error)
{
    *session = (struct postgresql_session){
        .uri = uri,
        .location = "postgresql:",
        .login = login,
        .timeout_seconds = timeout_seconds,
        .same_work_seconds = timeout_seconds > 0 ? timeout_seconds : SINK_SAME_WORK_SECONDS,
    };
    TRY(libpq_load(error));
    const char *rest = strchr(uri, ':') + 1;
    if (*rest == '\0')
        return true;
    char *why = NULL;
    PQconninfoOption *options = libpq.conninfoParse(uri, &why);
    libpq.freemem(why); /* it quotes the URI, password and all */
    if (options == NULL)
        return error_set(error, ERROR_BAD_CONFIG,
                         "the location of the PostgreSQL output cannot be read: write "
                         "postgresql://USER@HOST:PORT/DATABASE, special characters as %%XX");
    session->location = describe(options, arena);
    libpq.conninfoFree(options);
    return true;
}

/* ---- failures ---- */

static const struct {
    const char *state; /* the SQLSTATE or its beginning */
    enum error_kind kind;
    const char *advice;
} meanings[] = {
    {"57P01", ERROR_TRY_AGAIN, "the server was shut down: try again later"},
    {"57P02", ERROR_TRY_AGAIN, "the server crashed: try again later"},
    {"57P03", ERROR_TRY_AGAIN, "the server is starting: try again later"},
    {"57P05", ERROR_TRY_AGAIN, "the server ended the session: try again later"},
    {"57014", ERROR_TRY_AGAIN, "the server ended the statement: try again, or raise its timeout"},
    {"55P03", ERROR_TRY_AGAIN, "another session holds a lock on the table: try again later"},
    {"40", ERROR_TRY_AGAIN, "another session was in the way: try again"},
    {"25P03", ERROR_TRY_AGAIN, "raise idle_in_transaction_session_timeout, or try again"},
    {"25006", ERROR_NO_OUTPUT, "connect to the primary server"},
    {"53100", ERROR_NO_OUTPUT, "the server's disk is full; the old rows are untouched"},
    {"53", ERROR_TRY_AGAIN, "the server is short of connections or memory: try again later"},
    {"08", ERROR_TRY_AGAIN, "the connection was lost: try again later"},
    {"28", ERROR_UNREACHABLE, "check user and password"},
    {"3D000", ERROR_UNREACHABLE, "check the database's name"},
    {"42501", ERROR_NO_OUTPUT, "ask for the right, or have an administrator do it beforehand"},
    {"22", ERROR_BAD_DATA, "the old rows are untouched"},
    {"23", ERROR_BAD_DATA, "the old rows are untouched"},
};

static void first_line(const char *text, char *line, size_t room)
{
    snprintf(line, room, "%.*s", (int)strcspn(text, "\n"), text);
}

static bool fail_connection(struct postgresql_session *session, const char *doing,
                            struct error *error)
{
    char line[400];
    first_line(libpq.errorMessage(session->connection), line, sizeof line);
    return error_set(error, ERROR_TRY_AGAIN,
                     "%s: cannot %s: the connection was lost: %s; the old rows are untouched: try "
                     "again later",
                     session->location, doing, line);
}

bool postgresql_session_fail(struct postgresql_session *session, PGresult *result,
                             const char *doing, struct error *error)
{
    const char *state = libpq.resultErrorField(result, PG_DIAG_SQLSTATE);
    if (!interrupt_check(error)) {
        libpq.clear(result);
        return false;
    }
    if (state == NULL) {
        libpq.clear(result);
        return fail_connection(session, doing, error);
    }
    char primary[400], context[200] = "";
    first_line(libpq.resultErrorField(result, PG_DIAG_MESSAGE_PRIMARY), primary, sizeof primary);
    const char *where = libpq.resultErrorField(result, PG_DIAG_CONTEXT);
    if (where != NULL)
        first_line(where, context, sizeof context);
    enum error_kind kind = ERROR_NO_OUTPUT;
    const char *advice = "";
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (strncmp(state, meanings[i].state, strlen(meanings[i].state)) == 0) {
            kind = meanings[i].kind;
            advice = meanings[i].advice;
            break;
        }
    error_set(error, kind, "%s: cannot %s: %s%s%s%s%s%s", session->location, doing, primary,
              *context ? " (" : "", context, *context ? ")" : "", *advice ? ": " : "", advice);
    libpq.clear(result);
    return false;
}

/* ---- connecting ---- */

static void ignore_notice(void *context, const char *message)
{
    (void)context;
    log_write(LOG_DEBUG, "PostgreSQL: %.*s", (int)strcspn(message, "\n"), message);
}

/* libpq gives no SQLSTATE for a refused connection; these come from a server that will be back. */
static bool is_passing(const char *message)
{
    static const char *const passing[] = {"starting up", "shutting down", "recovery mode",
                                          "too many clients", "remaining connection slots"};
    for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++)
        if (strstr(message, passing[i]) != NULL)
            return true;
    return false;
}

static PGconn *open_connection(const struct postgresql_session *session)
{
    enum { OWN = 2 };
    const char *keywords[POSTGRESQL_LOGIN_PARAMETERS + OWN];
    const char *values[POSTGRESQL_LOGIN_PARAMETERS + OWN];
    size_t own = 0;
    /* Ours come first: what the URI says wins. */
    if (getenv("PGCONNECT_TIMEOUT") == NULL) {
        keywords[own] = "connect_timeout";
        values[own++] = "10";
    }
    keywords[own] = "tcp_user_timeout"; /* a peer that has vanished is noticed after a minute */
    values[own++] = "60000";
    postgresql_login_parameters(session->login, session->uri, keywords + own, values + own);
    return libpq.connectdbParams(keywords, values, 1);
}

static bool connect_patiently(struct postgresql_session *session, struct error *error)
{
    enum { TRIES = 4 };
    for (int try = 1;; try++) {
        session->connection = open_connection(session);
        if (libpq.status(session->connection) == CONNECTION_OK)
            return true;
        char line[600];
        first_line(libpq.errorMessage(session->connection), line, sizeof line);
        bool passing = is_passing(line);
        postgresql_session_close(session);
        if (!passing)
            return error_set(error, ERROR_UNREACHABLE, "%s: cannot connect: %s", session->location,
                             line);
        if (try == TRIES)
            return error_set(error, ERROR_TRY_AGAIN, "%s: cannot connect: %s: try again later",
                             session->location, line);
        TRY(interrupt_check(error));
        nanosleep(&(struct timespec){1 << (try - 1), 0}, NULL);
    }
}

static bool set_timeouts(struct postgresql_session *session, struct error *error)
{
    char sql[200];
    if (session->timeout_seconds > 0)
        snprintf(sql, sizeof sql, "SET statement_timeout = '%ds'; SET lock_timeout = '%ds'",
                 session->timeout_seconds, session->timeout_seconds);
    else
        snprintf(sql, sizeof sql,
                 "SELECT set_config('lock_timeout', '%ds', false) "
                 "WHERE current_setting('lock_timeout') = '0'",
                 SINK_LOCK_SECONDS);
    PGresult *result = postgresql_session_run(session, sql);
    ExecStatusType status = libpq.resultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        return postgresql_session_fail(session, result, "set timeouts", error);
    libpq.clear(result);
    return true;
}

bool postgresql_session_connect(struct postgresql_session *session, struct error *error)
{
    if (session->connection != NULL && libpq.status(session->connection) == CONNECTION_OK)
        return true;
    postgresql_session_close(session);
    TRY(connect_patiently(session, error));
    libpq.setNoticeProcessor(session->connection, ignore_notice, NULL);
    return set_timeouts(session, error);
}

void postgresql_session_close(struct postgresql_session *session)
{
    libpq.finish(session->connection);
    session->connection = NULL;
}

/* ---- statements ---- */

static void cancel(const struct postgresql_session *session)
{
    char ignored[256];
    PGcancel *request = libpq.getCancel(session->connection);
    if (request != NULL)
        libpq.cancel(request, ignored, sizeof ignored);
    libpq.freeCancel(request);
}

PGresult *postgresql_session_wait(struct postgresql_session *session)
{
    enum { LOOK_EVERY_MS = 200 };
    PGconn *connection = session->connection;
    bool cancelled = false;
    libpq.flush(connection);
    while (libpq.isBusy(connection)) {
        struct pollfd socket = {.fd = libpq.socket(connection), .events = POLLIN};
        int ready = poll(&socket, 1, LOOK_EVERY_MS);
        if (interrupt_requested() != 0 && !cancelled) {
            cancel(session);
            cancelled = true;
        }
        if (ready > 0 && !libpq.consumeInput(connection))
            break; /* PQgetResult() tells what happened */
    }
    return libpq.getResult(connection);
}

PGresult *postgresql_session_run(struct postgresql_session *session, const char *sql)
{
    PGresult *last = NULL, *next;
    if (!libpq.sendQuery(session->connection, sql))
        return NULL;
    while ((next = postgresql_session_wait(session)) != NULL) {
        libpq.clear(last);
        last = next;
        ExecStatusType status = libpq.resultStatus(next);
        if (status == PGRES_COPY_IN || libpq.status(session->connection) != CONNECTION_OK)
            break;
    }
    return last;
}

bool postgresql_session_execute(struct postgresql_session *session, const char *sql,
                                const char *doing, struct error *error)
{
    PGresult *result = postgresql_session_run(session, sql);
    if (libpq.resultStatus(result) != PGRES_COMMAND_OK)
        return postgresql_session_fail(session, result, doing, error);
    libpq.clear(result);
    return true;
}

bool postgresql_session_query(struct postgresql_session *session, const char *sql,
                              const char *doing, PGresult **result, struct error *error)
{
    *result = postgresql_session_run(session, sql);
    if (libpq.resultStatus(*result) == PGRES_TUPLES_OK)
        return true;
    postgresql_session_fail(session, *result, doing, error);
    *result = NULL;
    return false;
}

bool postgresql_session_value(struct postgresql_session *session, const char *sql,
                              const char *doing, struct arena *arena, const char **value,
                              struct error *error)
{
    PGresult *result;
    TRY(postgresql_session_query(session, sql, doing, &result, error));
    *value = NULL;
    if (libpq.ntuples(result) > 0 && !libpq.getisnull(result, 0, 0))
        *value =
            arena_copy(arena, libpq.getvalue(result, 0, 0), (size_t)libpq.getlength(result, 0, 0));
    libpq.clear(result);
    return true;
}

const char *postgresql_session_literal(struct postgresql_session *session, const char *text,
                                       struct arena *arena)
{
    char *quoted = libpq.escapeLiteral(session->connection, text, strlen(text));
    const char *copy = arena_printf(arena, "%s", quoted != NULL ? quoted : "''");
    libpq.freemem(quoted);
    return copy;
}

bool postgresql_session_lock(struct postgresql_session *session, const char *name, const char *what,
                             struct error *error)
{
    enum { TRIES_A_SECOND = 5 };
    const struct timespec pause = {0, 1000000000 / TRIES_A_SECOND};
    struct sha1 hash;
    unsigned char digest[SHA1_SIZE];
    sha1_init(&hash);
    sha1_update(&hash, name, strlen(name));
    sha1_finish(&hash, digest);
    int64_t key;
    memcpy(&key, digest, sizeof key);
    char sql[100];
    snprintf(sql, sizeof sql, "SELECT pg_try_advisory_xact_lock(%lld)", (long long)key);
    for (int tries = 0;; tries++) {
        PGresult *result;
        TRY(postgresql_session_query(session, sql, "lock what it replaces", &result, error));
        bool locked = libpq.getvalue(result, 0, 0)[0] == 't';
        libpq.clear(result);
        if (locked)
            return true;
        if (tries >= session->same_work_seconds * TRIES_A_SECOND)
            return error_set(error, ERROR_TRY_AGAIN,
                             "%s: another run holds the lock on %s, for more than %d s: try again "
                             "later",
                             session->location, what, session->same_work_seconds);
        TRY(interrupt_check(error));
        nanosleep(&pause, NULL);
    }
}
