/* The verbs of the command line.
 *
 * A verb is a row in verbs.def and one function in <verb>.c:
 *
 *     bool command_compare(const struct command_line *line, struct error *error);
 *
 * It finds its positional arguments in line->arguments (their number has been checked against
 * verbs.def) and its own options with command_line_text(line, OPTION_TOLERANCE). When it needs the
 * configuration it says
 *
 *     struct config config;
 *     TRY(config_load(line, &arena, &config, error));
 *
 * Results go to standard output, everything else to the log. True ends the program with status 0,
 * false with the status of the error's kind and its message on standard error; ERROR_DIFFERENT is
 * how `compare` and `reconcile` say "found differences". A verb closes what it opens: arena_init()
 * and arena_close() around its work. main() has set up log, signals and SIGPIPE before.
 *
 * To add a verb: a line in verbs.def, options in config/options.def (or the verb's name in the
 * verbs of those that exist), the function. Help, manual page and completion follow. */
#ifndef COSTAGG_COMMAND_COMMAND_H
#define COSTAGG_COMMAND_COMMAND_H

#include "base/error.h"
#include "config/command_line.h"

#include <stdbool.h>

#define VERB(NAME, name, least, most, arguments, help) \
    MUST_CHECK bool command_##name(const struct command_line *line, struct error *error);
#include "command/verbs.def"
#undef VERB

#endif
