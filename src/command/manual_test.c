#include "command/manual.h"

#include "base/arena.h"
#include "base/error.h"
#include "config/config_file.h"
#include "config/config_keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What a printer prints; to be freed. */
static char *printed(void (*print)(FILE *stream))
{
    char *text;
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    assert_non_null(stream);
    print(stream);
    fclose(stream);
    return text;
}

static void test_sample_is_a_valid_configuration(void **state)
{
    struct arena arena;
    struct error error = {0};
    const struct config_node *root;
    const char *ignored;
    char *text = printed(manual_print_sample);
    (void)state;
    arena_init(&arena);
    assert_true(config_file_parse("sample", text, strlen(text), &arena, &root, &error));
    assert_true(config_keys_check("sample", root, &arena, &ignored, &error));
    assert_null(ignored);
    assert_non_null(config_node_find(root, "clusters"));
    arena_close(&arena);
    free(text);
}

static void test_sample_mentions_every_section(void **state)
{
    static const char *const parts[] = {
        "# cost:",           "  # markup: 0",      "# s3:",     "# postgresql:",
        "# bills:",          "  # max_workers: N", "settings:", "  # cost_categories:",
        "    # - namespace:"};
    char *text = printed(manual_print_sample);
    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        assert_non_null(strstr(text, parts[i]));
    free(text);
}

static char *whole_file(const char *path)
{
    char *text;
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    for (int c = fgetc(file); c != EOF; c = fgetc(file))
        fputc(c, stream);
    fclose(file);
    fclose(stream);
    return text;
}

/* docs/configuration.md ends with what the program prints. */
static void test_documentation_has_the_reference(void **state)
{
    char *reference = printed(manual_print_reference);
    char *document = whole_file("docs/configuration.md");
    (void)state;
    const char *found = strstr(document, "## Keys, flags and environment names\n");
    assert_non_null(found);
    if (strcmp(found, reference) != 0)
        print_error("docs/configuration.md is stale: replace its end by the output of "
                    "`costagg help --as reference`\n");
    assert_true(strcmp(found, reference) == 0);
    free(document);
    free(reference);
}

static void test_documentation_has_the_tables(void **state)
{
    char *tables = printed(manual_print_tables);
    char *document = whole_file("docs/tables.md");
    (void)state;
    if (strcmp(document, tables) != 0)
        print_error("docs/tables.md is stale: `costagg help --as tables > docs/tables.md`\n");
    assert_true(strcmp(document, tables) == 0);
    free(document);
    free(tables);
}

static void test_every_flag_is_in_page_help_and_completion(void **state)
{
    char *page = printed(manual_print_page);
    char *completion = printed(manual_print_completion);
    (void)state;
    for (int i = 0; i < OPTION_COUNT; i++) {
        char flag[64];
        if (options[i].flag == NULL)
            continue;
        snprintf(flag, sizeof flag, "--%s", options[i].flag);
        assert_non_null(strstr(completion, flag));
        for (int verb = 0; verb < VERB_COUNT; verb++) {
            char *help;
            size_t length;
            FILE *stream = open_memstream(&help, &length);
            manual_print_verb(stream, (enum verb)verb);
            fclose(stream);
            if ((options[i].verbs & 1u << verb) != 0)
                assert_non_null(strstr(help, flag));
            free(help);
        }
    }
    assert_non_null(strstr(page, ".SH EXIT STATUS"));
    assert_non_null(strstr(page, "\\-\\-memory\\-limit"));
    assert_non_null(strstr(page, "postgresql.password"));
    free(page);
    free(completion);
}

static void test_no_line_of_help_is_too_long(void **state)
{
    (void)state;
    for (int verb = 0; verb < VERB_COUNT; verb++) {
        char *help;
        size_t length;
        FILE *stream = open_memstream(&help, &length);
        manual_print_verb(stream, (enum verb)verb);
        fclose(stream);
        for (const char *line = help; *line != '\0';) {
            size_t bytes = strcspn(line, "\n");
            assert_in_range(bytes, 0, 110); /* of which some are bytes of … */
            line += bytes + 1;
        }
        free(help);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample_is_a_valid_configuration),
        cmocka_unit_test(test_sample_mentions_every_section),
        cmocka_unit_test(test_documentation_has_the_reference),
        cmocka_unit_test(test_documentation_has_the_tables),
        cmocka_unit_test(test_every_flag_is_in_page_help_and_completion),
        cmocka_unit_test(test_no_line_of_help_is_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
