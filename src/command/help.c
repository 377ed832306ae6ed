#include "command/command.h"

#include "base/nearest.h"
#include "command/manual.h"
#include "config/value.h"

#include <stdio.h>
#include <string.h>

static bool explain_verb(const char *name, struct error *error)
{
    struct nearest nearest;
    nearest_init(&nearest, name);
    for (int i = 0; i < VERB_COUNT; i++) {
        nearest_offer(&nearest, verbs[i].name);
        if (strcmp(verbs[i].name, name) == 0) {
            manual_print_verb(stdout, (enum verb)i);
            return true;
        }
    }
    return error_set(error, ERROR_USAGE, "unknown verb '%s'%s%s%s", name,
                     nearest.best != NULL ? "; did you mean '" : "",
                     nearest.best != NULL ? nearest.best : "", nearest.best != NULL ? "'?" : "");
}

bool command_help(const struct command_line *line, struct error *error)
{
    static void (*const printers[])(FILE * stream) = {
        manual_print_overview, manual_print_page,      manual_print_completion,
        manual_print_sample,   manual_print_reference, manual_print_tables,
    };
    const char *as = command_line_text(line, OPTION_AS);
    int form = 0;
    if (as != NULL && !value_choice(as, options[OPTION_AS].argument, &form))
        return error_set(error, ERROR_USAGE, "--as wants one of %s, not '%s'",
                         options[OPTION_AS].argument, as);
    if (line->argument_count > 0)
        return explain_verb(line->arguments[0], error);
    printers[form](stdout);
    return true;
}
