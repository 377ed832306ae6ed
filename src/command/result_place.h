/* What the verbs that read results share: locations, days, sources.
 *
 * A location may also be `live` or `shadow` where the configuration has a PostgreSQL output: its
 * live schema and the shadow schema beside it. Server, login and S3 come from the configuration.
 * Days are those of --start and --end, else the configuration's period, else all. */
#ifndef COSTAGG_COMMAND_RESULT_PLACE_H
#define COSTAGG_COMMAND_RESULT_PLACE_H

#include "config/config.h"
#include "result/result.h"

struct arena;
struct command_line;

struct result_place {
    struct config config;
    struct result_options options; /* its schema may change from one result to the next */
    struct result_scope scope;
};

/* Loads the configuration as far as it is there. Everything lives in `arena`. */
MUST_CHECK bool result_place_load(const struct command_line *line, struct arena *arena,
                                  struct result_place *place, struct error *error);

MUST_CHECK bool result_place_open(struct result_place *place, const char *location,
                                  struct arena *arena, struct result **result, struct error *error);

#endif
