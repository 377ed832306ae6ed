/* The command line, taken apart: verb, options, positional arguments.
 *
 * Which options there are, and which verb takes them, is one list: options.def. Parsing only looks
 * names up and checks that values are there; what the values mean is config_load()'s business. */
#ifndef COSTAGG_CONFIG_COMMAND_LINE_H
#define COSTAGG_CONFIG_COMMAND_LINE_H

#include "base/error.h"
#include "config/option.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct command_line {
    enum verb verb;
    const char **arguments; /* positional, without program and verb; borrowed from argv */
    size_t argument_count;
    struct given_option {
        enum option_id option;
        const char *text; /* of a flag without value: "true" (--x) or "false" (--no-x) */
    } * given;            /* in the order given */
    size_t given_count;
    bool help;    /* --help was given: print it and do nothing else */
    bool version; /* --version likewise */
};

/* Takes argv apart; argv[1] is the verb. Fails with ERROR_USAGE and a suggestion where a verb, an
 * option or the number of positional arguments is wrong. Arrays are in `arena`. `--flag=value`,
 * `--flag value`, `-c value` and `-cvalue` are the same, `--no-flag` takes a flag without value
 * back, `--` ends the options. */
MUST_CHECK bool command_line_parse(int argc, char *const *argv, struct arena *arena,
                                   struct command_line *line, struct error *error);

/* The text of the last such option on the command line; NULL when it was not given. For options
 * that belong to one verb alone and to no configuration (compare's --tolerance …). */
const char *command_line_text(const struct command_line *line, enum option_id option);

/* True when a flag without value was given and not taken back with --no-…. */
bool command_line_flag(const struct command_line *line, enum option_id option);

#endif
