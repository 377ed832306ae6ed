/* libpq, loaded when the first server is to be talked to.
 *
 * The library brings some twenty others along (TLS, Kerberos, LDAP), whose loading takes a quarter
 * of a short run's time. Most runs have no server, so they do without:
 *
 *     TRY(libpq_load(error));
 *     PGconn *connection = libpq.connectdbParams(keywords, values, 1);
 *
 * Functions have their own names and types, less the PQ; constants and types are those of
 * libpq-fe.h. */
#ifndef COSTAGG_BASE_LIBPQ_H
#define COSTAGG_BASE_LIBPQ_H

#include "base/error.h"

#include <libpq-fe.h>
#include <stdbool.h>

struct libpq {
#define LIBPQ_FUNCTION(name) __typeof__(PQ##name) *name;
#include "base/libpq.def"
#undef LIBPQ_FUNCTION
};

/* Null pointers before libpq_load(). */
extern struct libpq libpq;

/* Loads the library, once; any thread may call it. It stays loaded. */
MUST_CHECK bool libpq_load(struct error *error);

#endif
