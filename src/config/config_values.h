/* What was said about every option, and where.
 *
 * Puts the flags of the command line, the environment and the configuration file together: for
 * each option the strongest source that says something wins whole, flag before environment before
 * file before the default. Every value has been checked to be of its option's kind, so the readers
 * below cannot fail. An empty value counts as not given. */
#ifndef COSTAGG_CONFIG_CONFIG_VALUES_H
#define COSTAGG_CONFIG_CONFIG_VALUES_H

#include "base/error.h"
#include "config/option.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct command_line;
struct config_node;

enum value_origin { ORIGIN_NOWHERE, ORIGIN_STANDARD, ORIGIN_FILE, ORIGIN_ENVIRONMENT, ORIGIN_FLAG };

struct config_value {
    const char **texts; /* one; several for a repeatable option */
    size_t count;       /* 0: not given and without default */
    enum value_origin origin;
    const char *place; /* for messages: "--end", "COSTAGG_END", "costs.yaml:12: period.end" */
};

struct config_values {
    struct config_value of[OPTION_COUNT];
    const struct config_node *root; /* of the file; NULL: there is none */
    const char *file;               /* NULL: there is none */
    const char *ignored;            /* see config_keys_check() */
};

MUST_CHECK bool config_values_load(const struct command_line *line, struct arena *arena,
                                   struct config_values *values, struct error *error);

/* True when flag, environment or file gave a value, default aside. */
bool config_values_given(const struct config_values *values, enum option_id id);

/* The (last) text, or NULL. */
const char *config_values_text(const struct config_values *values, enum option_id id);

/* Values of their kind; `otherwise` when there is none. */
int64_t config_values_integer(const struct config_values *values, enum option_id id,
                              int64_t otherwise);
double config_values_number(const struct config_values *values, enum option_id id);
bool config_values_boolean(const struct config_values *values, enum option_id id);
int config_values_choice(const struct config_values *values, enum option_id id, int otherwise);
int config_values_seconds(const struct config_values *values, enum option_id id, int otherwise);

/* Fails with a message that names the option's place; ERROR_USAGE when it was a flag. */
bool config_values_fail(const struct config_values *values, enum option_id id, struct error *error,
                        const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
