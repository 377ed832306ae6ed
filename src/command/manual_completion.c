#include "command/manual.h"

#include <string.h>

static void print_flags_of(FILE *stream, unsigned verb_bits)
{
    for (int i = 0; i < OPTION_COUNT; i++)
        if (options[i].flag != NULL && (options[i].verbs & verb_bits) != 0)
            fprintf(stream, "--%s ", options[i].flag);
    fputs("--help --version", stream);
}

/* "usage|cost|all" as words of the shell; a Slurm-like "I/N" or "LOCATION" gives none. */
static void print_choices(FILE *stream, const struct option *option)
{
    fprintf(stream, "    --%s)\n        COMPREPLY=($(compgen -W '", option->flag);
    for (const char *at = option->argument; *at != '\0'; at++)
        fputc(*at == '|' ? ' ' : *at, stream);
    fputs("' -- \"$word\"))\n        return\n        ;;\n", stream);
}

static void print_values(FILE *stream)
{
    const char *separator = "    ";
    fputs("    case $before in\n", stream);
    for (int i = 0; i < OPTION_COUNT; i++)
        if (options[i].flag != NULL && options[i].kind == OPTION_KIND_CHOICE)
            print_choices(stream, &options[i]);
    for (int i = 0; i < OPTION_COUNT; i++) {
        if (options[i].flag == NULL ||
            (options[i].kind != OPTION_KIND_PATH && options[i].kind != OPTION_KIND_LOCATION))
            continue;
        fprintf(stream, "%s--%s", separator, options[i].flag);
        separator = " | ";
        if (options[i].letter != '\0')
            fprintf(stream, " | -%c", options[i].letter);
    }
    fputs(")\n        compopt -o default\n        return\n        ;;\n", stream);
    separator = "    ";
    for (int i = 0; i < OPTION_COUNT; i++) {
        enum option_kind kind = options[i].kind;
        if (options[i].flag == NULL || options[i].argument == NULL || kind == OPTION_KIND_CHOICE ||
            kind == OPTION_KIND_PATH || kind == OPTION_KIND_LOCATION)
            continue;
        fprintf(stream, "%s--%s", separator, options[i].flag);
        separator = " | ";
    }
    fputs(")\n        return\n        ;;\n    esac\n", stream);
}

void manual_print_completion(FILE *stream)
{
    fputs("# bash completion of costagg; made by `costagg help --as completion`.\n"
          "_costagg() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
          "    COMPREPLY=()\n"
          "    if ((COMP_CWORD == 1)); then\n        COMPREPLY=($(compgen -W '",
          stream);
    for (int i = 0; i < VERB_COUNT; i++)
        fprintf(stream, "%s ", verbs[i].name);
    fputs("--help --version' -- \"$word\"))\n        return\n    fi\n", stream);
    print_values(stream);
    fputs("    case ${COMP_WORDS[1]} in\n", stream);
    for (int i = 0; i < VERB_COUNT; i++) {
        fprintf(stream, "    %s) COMPREPLY=($(compgen -W '", verbs[i].name);
        print_flags_of(stream, 1u << i);
        if (i == VERB_HELP)
            for (int verb = 0; verb < VERB_COUNT; verb++)
                fprintf(stream, " %s", verbs[verb].name);
        fputs("' -- \"$word\")) ;;\n", stream);
    }
    fputs("    esac\n}\ncomplete -F _costagg costagg\n", stream);
}
