#include "base/postgresql_login.h"

#include <stddef.h>
#include <string.h>

void postgresql_login_parameters(const struct postgresql_login *login, const char *location,
                                 const char *keywords[POSTGRESQL_LOGIN_PARAMETERS],
                                 const char *values[POSTGRESQL_LOGIN_PARAMETERS])
{
    static const struct postgresql_login nobody;
    if (login == NULL)
        login = &nobody;
    const struct {
        const char *keyword;
        const char *value;
    } parts[] = {
        {"host", login->host},
        {"port", login->port},
        {"dbname", login->database},
        {"user", login->user},
        {"password", login->password},
        {"sslmode", login->sslmode},
        {"fallback_application_name", "costagg"},
        {"client_encoding", "UTF8"},
    };
    /* libpq expands the first dbname only, so a URI has to be it, and later parts would override
     * the URI: the database's name comes after all only when there is no URI. */
    const char *uri =
        strncmp(location, "postgresql://", 13) == 0 || strncmp(location, "postgres://", 11) == 0
            ? location
            : NULL;
    size_t used = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].value == NULL || (uri != NULL && strcmp(parts[i].keyword, "dbname") == 0))
            continue;
        keywords[used] = parts[i].keyword;
        values[used++] = parts[i].value;
    }
    if (uri != NULL) {
        keywords[used] = "dbname";
        values[used++] = uri;
    }
    keywords[used] = NULL;
    values[used] = NULL;
}
