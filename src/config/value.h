/* Texts of the command line, the environment and the configuration file as values.
 *
 * Every function is true when the whole text is a value of its kind, and leaves the result alone
 * otherwise; the caller knows where the text came from and writes the message. */
#ifndef COSTAGG_CONFIG_VALUE_H
#define COSTAGG_CONFIG_VALUE_H

#include "config/option.h"

#include <stdbool.h>
#include <stdint.h>

struct arena;

bool value_integer(const char *text, int64_t *value);
bool value_number(const char *text, double *value); /* finite; "0.1", "1e-3" */
bool value_boolean(const char *text, bool *value);  /* true/false, yes/no, on/off, 1/0 */

/* "512MB" (10^6), "2GiB" (2^30), "2Gi" and "2G" as Kubernetes writes them, plain bytes. */
bool value_size(const char *text, int64_t *bytes);

/* "300", "90s", "5m", "1h" in seconds. */
bool value_duration(const char *text, int *seconds);

/* "0/4": 0-based index, below the count. */
bool value_shard(const char *text, int *index, int *count);

/* A UUID in lower case, in `arena`. */
bool value_uuid(const char *text, struct arena *arena, const char **uuid);

/* The position of a text among the choices "auto|true|false", ignoring case; some other words for
 * the same are known: console for text, warn for warning, yes for true. */
bool value_choice(const char *text, const char *choices, int *index);

/* True when a text is a value of the option's kind. */
bool value_fits(enum option_kind kind, const char *choices, const char *text);

#endif
