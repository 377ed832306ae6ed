#include "command/manual.h"

#include "base/error.h"

#include <string.h>

/* Text in roff: hyphens that are typed must not become dashes, nor a line begin a request. */
static void print_roff(FILE *stream, const char *text)
{
    if (text[0] == '.' || text[0] == '\'')
        fputs("\\&", stream);
    for (; *text != '\0'; text++) {
        if (strncmp(text, "…", strlen("…")) == 0) {
            fputs("...", stream);
            text += strlen("…") - 1;
        } else if (*text == '-')
            fputs("\\-", stream);
        else if (*text == '\\')
            fputs("\\e", stream);
        else
            fputc(*text, stream);
    }
}

static void print_words(FILE *stream, const char *list)
{
    const char *word;
    size_t length;
    const char *separator = "";
    while (option_next_word(&list, &word, &length)) {
        fprintf(stream, "%s\\fB%.*s\\fR", separator, (int)length, word);
        separator = ", ";
    }
}

static void print_origins(FILE *stream, const struct option *option)
{
    if (option->standard != NULL) {
        fputs("\nDefault: ", stream);
        print_roff(stream, option->standard);
        fputc('.', stream);
    }
    if (option->keys != NULL && option->flag != NULL) {
        fputs("\n.br\nKey: ", stream);
        print_words(stream, option->keys);
        fputc('.', stream);
    }
    if (option->environment != NULL) {
        fputs(option->keys != NULL && option->flag != NULL ? "\nEnvironment: "
                                                           : "\n.br\nEnvironment: ",
              stream);
        print_words(stream, option->environment);
        fputc('.', stream);
    }
    fputc('\n', stream);
}

static void print_flag(FILE *stream, const struct option *option)
{
    fputs(".TP\n", stream);
    if (option->letter != '\0')
        fprintf(stream, "\\fB\\-%c\\fR, ", option->letter);
    fputs("\\fB\\-\\-", stream);
    print_roff(stream, option->flag);
    fputs("\\fR", stream);
    if (option->argument != NULL)
        fprintf(stream, " \\fI%s\\fR", option->argument);
    fputc('\n', stream);
    print_roff(stream, option->help);
    fputs(".\n(", stream);
    const char *separator = "";
    for (int verb = 0; verb < VERB_COUNT; verb++)
        if ((option->verbs & 1u << verb) != 0) {
            fprintf(stream, "%s%s", separator, verbs[verb].name);
            separator = ", ";
        }
    fputc(')', stream);
    print_origins(stream, option);
}

static void print_flags(FILE *stream)
{
    fputs(".SH OPTIONS\nA flag beats its environment name, which beats the key in the "
          "configuration file, which beats the default. \\fB\\-\\-no\\-\\fIflag\\fR takes a flag "
          "without value back. The verbs that take a flag follow its explanation.\n",
          stream);
    for (int group = 0; group < GROUP_COUNT; group++) {
        bool titled = false;
        for (int i = 0; i < OPTION_COUNT; i++) {
            if (options[i].flag == NULL || (int)options[i].group != group)
                continue;
            if (!titled)
                fprintf(stream, ".SS %s\n", option_group_titles[group]);
            titled = true;
            print_flag(stream, &options[i]);
        }
    }
    fputs(".SS Always\n.TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nExplain the verb.\n.TP\n"
          "\\fB\\-V\\fR, \\fB\\-\\-version\\fR\nPrint the version.\n",
          stream);
}

static void print_keys(FILE *stream)
{
    fputs(".SH CONFIGURATION\nThe file is YAML. \\fB${NAME}\\fR and "
          "\\fB${NAME:\\-default}\\fR stand for the environment. Unknown keys are errors. Keys "
          "that have a flag too are described there; the others are:\n",
          stream);
    for (int i = 0; i < OPTION_COUNT; i++) {
        if (options[i].flag != NULL || options[i].keys == NULL)
            continue;
        fputs(".TP\n", stream);
        print_words(stream, options[i].keys);
        if (options[i].argument != NULL)
            fprintf(stream, " \\fI%s\\fR", options[i].argument);
        fputc('\n', stream);
        print_roff(stream, options[i].help);
        fputc('.', stream);
        print_origins(stream, &options[i]);
    }
    for (size_t i = 0; i < option_field_count; i++) {
        fprintf(stream, ".TP\n\\fB%s\\fR\n", option_fields[i].path);
        print_roff(stream, option_fields[i].help);
        fputs(option_fields[i].required ? ". Required.\n" : ".\n", stream);
    }
}

static void print_statuses(FILE *stream)
{
    static const struct {
        int status;
        const char *meaning;
    } statuses[] = {
#define ERROR_KIND(name, status, doc) {status, doc},
#include "base/error.def"
#undef ERROR_KIND
    };
    fputs(".SH EXIT STATUS\n.TP\n0\ndone\n", stream);
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        fprintf(stream, ".TP\n%d\n", statuses[i].status);
        print_roff(stream, statuses[i].meaning);
        fputc('\n', stream);
    }
}

void manual_print_page(FILE *stream)
{
    fprintf(stream,
            ".TH COSTAGG 1 \"\" \"costagg %s\" \"User commands\"\n"
            ".SH NAME\ncostagg \\- OpenShift usage and cloud bills to daily cost tables\n"
            ".SH SYNOPSIS\n\\fBcostagg\\fR \\fIVERB\\fR [\\fIOPTION\\fR]... "
            "[\\fIARGUMENT\\fR]...\n"
            ".SH DESCRIPTION\nReads OpenShift usage reports and AWS bills as Parquet from a "
            "directory or from S3, aggregates them by day, attributes the bill to namespaces, and "
            "writes the summary tables to PostgreSQL, SQLite, Parquet or CSV. Rows of a source and "
            "its days are replaced as a whole: readers see the old or the new result, and a run "
            "can be repeated at any time.\n.SH VERBS\n",
            COSTAGG_VERSION);
    for (int i = 0; i < VERB_COUNT; i++) {
        fprintf(stream, ".TP\n\\fB%s\\fR", verbs[i].name);
        if (verbs[i].arguments[0] != '\0')
            fprintf(stream, " \\fI%s\\fR", verbs[i].arguments);
        fprintf(stream, "\n%s.\n", verbs[i].help);
    }
    print_flags(stream);
    print_keys(stream);
    fputs(".SH SCHEDULERS\nA process takes its share of the work from \\fB\\-\\-shard\\fR, from "
          "\\fBJOB_COMPLETION_INDEX\\fR of a Kubernetes Indexed Job with \\fBCOSTAGG_SHARDS\\fR, "
          "or from \\fBSLURM_ARRAY_TASK_ID\\fR of a Slurm array. Arrays that may be rerun in part "
          "are numbered from 0 and set \\fBCOSTAGG_SHARDS\\fR.\n",
          stream);
    print_statuses(stream);
    fputs(".SH EXAMPLES\n.nf\ncostagg help \\-\\-as sample > costs.yaml\n"
          "costagg check \\-c costs.yaml\n"
          "costagg run \\-c costs.yaml \\-\\-start 2025\\-10\\-01 \\-\\-end 2025\\-10\\-31\n"
          "costagg plan \\-c costs.yaml \\-\\-json\n"
          "costagg schema postgresql \\-\\-schema org1234567\n.fi\n"
          ".SH SEE ALSO\npsql(1), sqlite3(1)\n",
          stream);
}
