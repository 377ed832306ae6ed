#include "config/option.h"

#include "config/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_defaults_are_values_of_their_kind(void **state)
{
    (void)state;
    for (int i = 0; i < OPTION_COUNT; i++)
        if (options[i].standard != NULL)
            assert_true(value_fits(options[i].kind, options[i].argument, options[i].standard));
}

static void test_secrets_have_no_flag(void **state)
{
    (void)state;
    for (int i = 0; i < OPTION_COUNT; i++)
        if ((options[i].traits & SECRET) != 0)
            assert_null(options[i].flag);
}

static void test_an_option_can_be_given_somehow(void **state)
{
    (void)state;
    for (int i = 0; i < OPTION_COUNT; i++) {
        assert_int_equal(options[i].flag != NULL, options[i].verbs != 0);
        assert_true(options[i].flag != NULL || options[i].keys != NULL ||
                    options[i].environment != NULL);
        assert_true(options[i].argument != NULL || options[i].kind == OPTION_KIND_BOOLEAN);
    }
}

static void test_help_has_no_full_stop(void **state)
{
    (void)state;
    for (int i = 0; i < OPTION_COUNT; i++)
        assert_int_not_equal(options[i].help[strlen(options[i].help) - 1], '.');
}

/* Two options with one flag are allowed only where no verb has both. */
static void test_a_verb_has_a_flag_once(void **state)
{
    (void)state;
    for (int i = 0; i < OPTION_COUNT; i++)
        for (int j = 0; j < i; j++) {
            if ((options[i].verbs & options[j].verbs) == 0)
                continue;
            assert_string_not_equal(options[i].flag, options[j].flag);
            assert_true(options[i].letter == '\0' || options[i].letter != options[j].letter);
        }
}

static void test_keys_and_environment_names_are_unique(void **state)
{
    (void)state;
    for (int i = 0; i < OPTION_COUNT; i++) {
        const char *lists[] = {options[i].keys, options[i].environment};
        for (int kind = 0; kind < 2; kind++) {
            const char *word;
            size_t length;
            while (option_next_word(&lists[kind], &word, &length)) {
                int found = 0;
                for (int j = 0; j < OPTION_COUNT; j++) {
                    const char *others = kind == 0 ? options[j].keys : options[j].environment;
                    const char *other;
                    size_t other_length;
                    while (option_next_word(&others, &other, &other_length))
                        found += other_length == length && memcmp(other, word, length) == 0;
                }
                assert_int_equal(found, 1);
            }
        }
    }
}

static void test_lookups(void **state)
{
    (void)state;
    assert_int_equal(option_by_flag("threads=2", 7, VERB_RUN), OPTION_THREADS);
    assert_int_equal(option_by_flag("thread", 6, VERB_RUN), OPTION_COUNT);
    assert_int_equal(option_by_letter('c', VERB_RUN), OPTION_CONFIG);
    assert_int_equal(option_by_letter('\0', VERB_RUN), OPTION_COUNT);
    assert_int_equal(option_by_key("period.start"), OPTION_START);
    assert_int_equal(option_by_key("ocp.start_date"), OPTION_START);
    assert_int_equal(option_by_key("period"), OPTION_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_are_values_of_their_kind),
        cmocka_unit_test(test_secrets_have_no_flag),
        cmocka_unit_test(test_an_option_can_be_given_somehow),
        cmocka_unit_test(test_help_has_no_full_stop),
        cmocka_unit_test(test_a_verb_has_a_flag_once),
        cmocka_unit_test(test_keys_and_environment_names_are_unique),
        cmocka_unit_test(test_lookups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
