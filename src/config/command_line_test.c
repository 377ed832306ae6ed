#include "config/command_line.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 12 };

static struct arena arena;
static struct command_line line;
static struct error error;

/* Parses words separated by blanks. */
static bool parse(const char *words)
{
    char *argv[MOST] = {arena_copy(&arena, "costagg", 7)};
    int argc = 1;
    const char *word;
    size_t length;
    while (option_next_word(&words, &word, &length))
        argv[argc++] = arena_copy(&arena, word, length);
    error = (struct error){0};
    return command_line_parse(argc, argv, &arena, &line, &error);
}

static void test_values_in_every_spelling(void **state)
{
    static const char *const spellings[] = {"run --threads 3", "run --threads=3", "run -j 3",
                                            "run -j3", "run --threads 9 -j3"};
    (void)state;
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        assert_true(parse(spellings[i]));
        assert_int_equal(line.verb, VERB_RUN);
        assert_string_equal(command_line_text(&line, OPTION_THREADS), "3");
    }
}

static void test_flags_without_value(void **state)
{
    (void)state;
    assert_true(parse("run --strict"));
    assert_true(command_line_flag(&line, OPTION_STRICT));
    assert_false(command_line_flag(&line, OPTION_DRY_RUN));
    assert_null(command_line_text(&line, OPTION_DRY_RUN));
    assert_true(parse("run --strict --no-strict"));
    assert_false(command_line_flag(&line, OPTION_STRICT));
    assert_true(parse("run --strict=false"));
    assert_false(command_line_flag(&line, OPTION_STRICT));
}

static void test_repeated_options_are_kept_in_order(void **state)
{
    (void)state;
    assert_true(parse("run --output csv:a --strict --output csv:b"));
    assert_int_equal(line.given_count, 3);
    assert_string_equal(line.given[0].text, "csv:a");
    assert_string_equal(line.given[2].text, "csv:b");
    assert_string_equal(command_line_text(&line, OPTION_OUTPUT), "csv:b");
}

static void test_positional_arguments(void **state)
{
    (void)state;
    assert_true(parse("schema postgresql --schema s"));
    assert_int_equal(line.argument_count, 1);
    assert_string_equal(line.arguments[0], "postgresql");
    assert_true(parse("help -- run"));
    assert_string_equal(line.arguments[0], "run");
}

static void test_help_and_version_come_first(void **state)
{
    (void)state;
    assert_true(parse("--version") && line.version);
    assert_true(parse("-V") && line.version);
    assert_true(parse("--help") && line.verb == VERB_HELP);
    assert_true(parse("run --help") && line.help && line.verb == VERB_RUN);
    assert_true(parse("schema a b c -h") && line.help);
    assert_true(parse("run --version") && line.version);
}

static void test_wrong_usage_says_what_is_right(void **state)
{
    static const struct {
        const char *words;
        const char *message;
    } cases[] = {
        {"", "costagg help"},
        {"rum", "unknown verb 'rum'; did you mean 'run'?"},
        {"elephant", "unknown verb 'elephant'; `costagg help`"},
        {"--config x run", "the verb comes first"},
        {"run --thread 3", "unknown option '--thread'; did you mean '--threads'?"},
        {"run --thread=3", "unknown option '--thread'; did you mean '--threads'?"},
        {"run --elephant", "unknown option '--elephant'; `costagg run --help`"},
        {"run -x", "unknown option '-x'"},
        {"run --config", "--config wants a value: --config FILE"},
        {"run --config --strict", "--config wants a value: --config FILE"},
        {"run --config=", "--config wants a value: --config FILE"},
        {"run -c", "--config wants a value"},
        {"run --json", "--json is no option of 'costagg run' but of 'plan'"},
        {"run --no-strict=1", "--no-strict takes no value"},
        {"run --no-threads", "unknown option '--no-threads'"},
        {"run extra", "'extra' is one argument too many"},
        {"run --hlep", "did you mean '--help'?"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_false(parse(cases[i].words));
        assert_int_equal(error.kind, ERROR_USAGE);
        assert_non_null(strstr(error.message, cases[i].message));
    }
}

static int open_arena(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_close(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_in_every_spelling),
        cmocka_unit_test(test_flags_without_value),
        cmocka_unit_test(test_repeated_options_are_kept_in_order),
        cmocka_unit_test(test_positional_arguments),
        cmocka_unit_test(test_help_and_version_come_first),
        cmocka_unit_test(test_wrong_usage_says_what_is_right),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
