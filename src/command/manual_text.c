#include "command/manual.h"

#include "base/error.h"

#include <string.h>

enum { HELP_COLUMN = 30, LAST_COLUMN = 96 };

/* Writes words from column HELP_COLUMN on, broken at LAST_COLUMN; `column` is where the cursor is.
 */
static void print_wrapped(FILE *stream, const char *text, int column)
{
    const char *word;
    size_t length;
    if (column >= HELP_COLUMN - 1) {
        fputc('\n', stream);
        column = 0;
    }
    fprintf(stream, "%*s", HELP_COLUMN - column, "");
    column = HELP_COLUMN;
    while (option_next_word(&text, &word, &length)) {
        if (column > HELP_COLUMN && column + 1 + (int)length > LAST_COLUMN) {
            fprintf(stream, "\n%*s", HELP_COLUMN, "");
            column = HELP_COLUMN;
        } else if (column > HELP_COLUMN) {
            fputc(' ', stream);
            column++;
        }
        fwrite(word, 1, length, stream);
        column += (int)length;
    }
    fputc('\n', stream);
}

static void print_option(FILE *stream, const struct option *option)
{
    char help[512];
    const char *environment = option->environment;
    const char *name = "";
    size_t length = 0;
    option_next_word(&environment, &name, &length);
    bool standard = option->standard != NULL && option->argument != NULL;
    snprintf(help, sizeof help, "%s%s%s%s%s%.*s%s", option->help, standard ? " (default " : "",
             standard ? option->standard : "", standard ? ")" : "", length > 0 ? " [" : "",
             (int)length, name, length > 0 ? "]" : "");
    int column = option->letter != '\0'
                     ? fprintf(stream, "  -%c, --%s", option->letter, option->flag)
                     : fprintf(stream, "      --%s", option->flag);
    if (option->argument != NULL)
        column += fprintf(stream, " %s", option->argument);
    print_wrapped(stream, help, column);
}

void manual_print_verb(FILE *stream, enum verb verb)
{
    fprintf(stream, "usage: costagg %s [OPTION…]%s%s\n\n%s.\n", verbs[verb].name,
            verbs[verb].arguments[0] != '\0' ? " " : "", verbs[verb].arguments, verbs[verb].help);
    for (int group = 0; group < GROUP_COUNT; group++) {
        bool titled = false;
        for (int i = 0; i < OPTION_COUNT; i++) {
            const struct option *option = &options[i];
            if (option->flag == NULL || (option->verbs & 1u << verb) == 0 ||
                (int)option->group != group)
                continue;
            if (!titled)
                fprintf(stream, "\n%s:\n", option_group_titles[group]);
            titled = true;
            print_option(stream, option);
        }
    }
    fprintf(stream, "\nOptions may be repeated; the last one counts unless several make sense. A "
                    "flag beats its\nenvironment name, which beats the key in the configuration "
                    "file. `costagg help --as reference`\nlists all keys, `costagg help --as "
                    "sample` prints a configuration to start from.\n");
}

void manual_print_overview(FILE *stream)
{
    fprintf(stream,
            "costagg %s: OpenShift usage and cloud bills to daily cost tables\n\n"
            "usage: costagg VERB [OPTION…] [ARGUMENT…]\n\nVerbs:\n",
            COSTAGG_VERSION);
    for (int i = 0; i < VERB_COUNT; i++) {
        int column = fprintf(stream, "  %s %s", verbs[i].name, verbs[i].arguments);
        print_wrapped(stream, verbs[i].help, column);
    }
    fprintf(stream, "\nTo start: costagg help --as sample > costs.yaml, edit it, then\n"
                    "  costagg check -c costs.yaml\n  costagg run -c costs.yaml\n\n"
                    "`costagg VERB --help` explains a verb, `costagg --version` prints the version."
                    "\n");
}
