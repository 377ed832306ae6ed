/* Who connects to which PostgreSQL server, in parts.
 *
 * The location of an output is `postgresql:` (libpq's own environment and service file) or a URI.
 * Parts that the configuration holds on top of it are passed to libpq as parameters, never as
 * text that a message or the process list could show. What a URI says itself wins. */
#ifndef COSTAGG_BASE_POSTGRESQL_LOGIN_H
#define COSTAGG_BASE_POSTGRESQL_LOGIN_H

/* NULL everywhere: left to the URI or to libpq (PGHOST, ~/.pgpass, service file, …). */
struct postgresql_login {
    const char *host;
    const char *port;
    const char *database;
    const char *user;
    const char *password; /* secret */
    const char *sslmode;  /* NULL: libpq's own */
};

enum { POSTGRESQL_LOGIN_PARAMETERS = 16 };

/* Fills the two arrays of PQconnectdbParams(keywords, values, 1), ends them with NULL, borrowing
 * from `login` (may be NULL) and `location` ("postgresql:" or a URI). Parts of the login come
 * first and the URI last, so that libpq lets the URI win. */
void postgresql_login_parameters(const struct postgresql_login *login, const char *location,
                                 const char *keywords[POSTGRESQL_LOGIN_PARAMETERS],
                                 const char *values[POSTGRESQL_LOGIN_PARAMETERS]);

#endif
