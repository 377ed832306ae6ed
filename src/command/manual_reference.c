#include "command/manual.h"

#include <string.h>

/* Words as code, each in its line of the cell. */
static void print_code(FILE *stream, const char *list)
{
    const char *word;
    size_t length;
    const char *separator = "";
    while (option_next_word(&list, &word, &length)) {
        fprintf(stream, "%s`%.*s`", separator, (int)length, word);
        separator = "<br>";
    }
}

/* A bar would end the cell. */
static void print_cell(FILE *stream, const char *text)
{
    for (; *text != '\0'; text++)
        fprintf(stream, *text == '|' ? "\\|" : "%c", *text);
}

static void print_option(FILE *stream, const struct option *option)
{
    fputs("| ", stream);
    print_code(stream, option->keys);
    fputs(" | ", stream);
    if (option->letter != '\0')
        fprintf(stream, "`-%c`, ", option->letter);
    if (option->flag != NULL)
        fprintf(stream, "`--%s`", option->flag);
    fputs(" | ", stream);
    print_code(stream, option->environment);
    fputs(" | ", stream);
    if (option->argument != NULL && option->kind == OPTION_KIND_CHOICE)
        print_cell(stream, option->argument);
    else if (option->argument != NULL)
        print_cell(stream, option->argument);
    else
        fputs("true\\|false", stream);
    fprintf(stream, " | %s | ", option->standard != NULL ? option->standard : "");
    print_cell(stream, option->help);
    fputs((option->traits & SECRET) != 0 ? ". Secret: never shown or logged |\n" : " |\n", stream);
}

static void print_group(FILE *stream, int group)
{
    fprintf(stream,
            "\n### %s\n\n| key | flag | environment | value | default | meaning |\n"
            "|---|---|---|---|---|---|\n",
            option_group_titles[group]);
    for (int i = 0; i < OPTION_COUNT; i++)
        if ((int)options[i].group == group &&
            (options[i].keys != NULL || options[i].environment != NULL))
            print_option(stream, &options[i]);
}

void manual_print_reference(FILE *stream)
{
    fputs("## Keys, flags and environment names\n", stream);
    for (int group = 0; group < GROUP_COUNT; group++)
        print_group(stream, group);
    fputs("\n### Lists\n\n`[]` stands for each item of a list.\n\n| key | value | required | "
          "meaning |\n|---|---|---|---|\n",
          stream);
    for (size_t i = 0; i < option_field_count; i++) {
        fprintf(stream, "| `%s` | %s | %s | ", option_fields[i].path,
                option_kind_name(option_fields[i].kind), option_fields[i].required ? "yes" : "");
        print_cell(stream, option_fields[i].help);
        fputs(" |\n", stream);
    }
    fputs("\n### Keys that are accepted without meaning\n\nThey belong to the concept paper's "
          "program; one line of warning names those that a file holds.\n\n",
          stream);
    for (size_t i = 0; i < option_ignored_count; i++)
        fprintf(stream, "%s`%s`", i > 0 ? ", " : "", option_ignored[i]);
    fputs("\n", stream);
}
