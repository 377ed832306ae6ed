/* Where a configuration reads from and writes to: input, outputs, state, S3, PostgreSQL. */
#ifndef COSTAGG_CONFIG_CONFIG_PLACES_H
#define COSTAGG_CONFIG_CONFIG_PLACES_H

#include "base/error.h"

#include <stdbool.h>

struct arena;
struct config;
struct config_values;

/* Fills those members. No input at all is an error when `required`. Nothing is opened. */
MUST_CHECK bool config_places_build(const struct config_values *values, bool required,
                                    struct arena *arena, struct config *config,
                                    struct error *error);

/* True when file or environment name a PostgreSQL server. libpq's own PG* names don't count: they
 * may be set for anything. */
bool config_places_have_server(const struct config_values *values);

#endif
