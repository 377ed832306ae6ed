/* One connection to PostgreSQL: queries, and what the server's refusals mean.
 *
 * Messages carry the server's own first line and, where one is known, what to do. The SQLSTATE
 * decides the kind: lost connections, locks held, deadlocks, shutdowns and lack of slots or memory
 * are ERROR_TRY_AGAIN; a server that cannot be reached or refuses the login is ERROR_UNREACHABLE;
 * values that do not fit are ERROR_BAD_DATA; missing rights, full disks and the rest are
 * ERROR_NO_OUTPUT. A request to stop (base/interrupt.h) cancels the statement that is waited for.
 * Passwords reach libpq only; no message shows the URI. */
#ifndef COSTAGG_SINK_POSTGRESQL_SESSION_H
#define COSTAGG_SINK_POSTGRESQL_SESSION_H

#include "base/error.h"
#include "base/libpq.h"

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct postgresql_login;

struct postgresql_session {
    PGconn *connection;
    const char *uri;      /* "postgresql:" or "postgresql://…", may hold a password */
    const char *location; /* without secrets */
    const struct postgresql_login *login;
    int timeout_seconds;   /* 0: the server's own */
    int same_work_seconds; /* how long another run of the same work is waited for */
};

/* Reads the location without connecting. */
MUST_CHECK bool postgresql_session_init(struct postgresql_session *session, const char *uri,
                                        const struct postgresql_login *login, int timeout_seconds,
                                        struct arena *arena, struct error *error);

/* Connects, or connects again after a loss; a live connection is kept. */
MUST_CHECK bool postgresql_session_connect(struct postgresql_session *session, struct error *error);
void postgresql_session_close(struct postgresql_session *session);

/* Records why the last call failed: `doing` completes "cannot …". `result` may be NULL and is
 * cleared. Returns false. */
bool postgresql_session_fail(struct postgresql_session *session, PGresult *result,
                             const char *doing, struct error *error);

/* The next result of what was sent, as PQgetResult(). */
PGresult *postgresql_session_wait(struct postgresql_session *session);

/* Runs statements; the last one's result, as PQexec(). */
PGresult *postgresql_session_run(struct postgresql_session *session, const char *sql);

/* Runs statements without rows. */
MUST_CHECK bool postgresql_session_execute(struct postgresql_session *session, const char *sql,
                                           const char *doing, struct error *error);

/* Runs a query; `result` is to be cleared with PQclear(). */
MUST_CHECK bool postgresql_session_query(struct postgresql_session *session, const char *sql,
                                         const char *doing, PGresult **result, struct error *error);

/* The query's only value as text in the arena; NULL for null and for no row. */
MUST_CHECK bool postgresql_session_value(struct postgresql_session *session, const char *sql,
                                         const char *doing, struct arena *arena, const char **value,
                                         struct error *error);

/* Quoted for SQL, in the arena. */
const char *postgresql_session_literal(struct postgresql_session *session, const char *text,
                                       struct arena *arena);

/* Takes the transaction's advisory lock that `name` stands for, waiting for another run;
 * ERROR_TRY_AGAIN when it still holds it. `what` says in the message what is locked. */
MUST_CHECK bool postgresql_session_lock(struct postgresql_session *session, const char *name,
                                        const char *what, struct error *error);

#endif
