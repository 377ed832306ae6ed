/* Whether the keys of a configuration file mean anything, and their values are of their kind.
 *
 * The known keys are those of options.def. An unknown one is an error that names it, its line and
 * the key it was probably meant to be; so is a value of a wrong kind and a missing key of a
 * structure. What passes can be read without further questions. */
#ifndef COSTAGG_CONFIG_CONFIG_KEYS_H
#define COSTAGG_CONFIG_CONFIG_KEYS_H

#include "base/error.h"

#include <stdbool.h>

struct arena;
struct config_node;

/* `ignored` gets the keys that are known to have no meaning, as text for a warning
 * ("performance.db_batch_size (line 7), features (line 9)"), or NULL when there are none. */
MUST_CHECK bool config_keys_check(const char *file, const struct config_node *root,
                                  struct arena *arena, const char **ignored, struct error *error);

#endif
