/* ${NAME} and ${NAME:-otherwise} in texts of the configuration file, from the environment.
 *
 * `$${` stands for a plain `${`. A name that is not set and has no default is an error that names
 * it; one that is set but empty gives the empty text, or the default where there is one. What is
 * filled in is not expanded again. */
#ifndef COSTAGG_CONFIG_EXPANSION_H
#define COSTAGG_CONFIG_EXPANSION_H

#include "base/error.h"

#include <stdbool.h>

struct arena;

/* `expanded` is `text` itself when there is nothing to expand, else in `arena`. */
MUST_CHECK bool expansion_apply(const char *text, struct arena *arena, const char **expanded,
                                struct error *error);

#endif
