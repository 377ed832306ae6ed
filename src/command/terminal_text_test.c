#include "command/terminal_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static char text[TERMINAL_TEXT];

static void test_numbers_are_grouped(void **state)
{
    (void)state;
    assert_string_equal(terminal_text_count(text, 0), "0");
    assert_string_equal(terminal_text_count(text, 999), "999");
    assert_string_equal(terminal_text_count(text, 1000), "1,000");
    assert_string_equal(terminal_text_count(text, -1234567), "-1,234,567");
    assert_string_equal(terminal_text_count(text, INT64_MAX), "9,223,372,036,854,775,807");
    assert_string_equal(terminal_text_number(text, 1234567.891, 2), "1,234,567.89");
    assert_string_equal(terminal_text_number(text, -0.001, 2), "0.00");
    assert_string_equal(terminal_text_number(text, -0.5, 2), "-0.50");
    assert_string_equal(terminal_text_number(text, 12, 0), "12");
    assert_string_equal(terminal_text_number(text, 1e300, 2), "1.00e+300");
}

static void test_bytes_have_units(void **state)
{
    (void)state;
    assert_string_equal(terminal_text_bytes(text, 0), "0 bytes");
    assert_string_equal(terminal_text_bytes(text, 999), "999 bytes");
    assert_string_equal(terminal_text_bytes(text, 1500), "1.5 kB");
    assert_string_equal(terminal_text_bytes(text, 123456789), "123 MB");
    assert_string_equal(terminal_text_bytes(text, 999999), "1.0 MB");
}

static void test_names_are_padded_cut_and_harmless(void **state)
{
    static const struct {
        const char *name;
        const char *shown;
    } cases[] = {
        {"shop", "shop  "},     {"shops1", "shops1"}, {"shopping", "shopp…"}, {"übung", "übung "},
        {"a\x1b[1m", "a?[1m "}, {"\xff\n", "??    "}, {"", "      "},         {"üüüüüüü", "üüüüü…"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(terminal_text_string(text, cases[i].name, 6), cases[i].shown);
    assert_string_equal(terminal_text_name(text, (struct text){NULL, 0}, 8), "(none)  ");
    assert_string_equal(terminal_text_name(text, (struct text){"a\0b", 3}, 4), "a?b ");
}

static void test_long_names_stay_in_the_buffer(void **state)
{
    char name[1000];
    (void)state;
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_true(strlen(terminal_text_string(text, name, 5000)) < TERMINAL_TEXT);
    assert_true(strlen(terminal_text_name(text, (struct text){name, 999}, 5000)) < TERMINAL_TEXT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_are_grouped),
        cmocka_unit_test(test_bytes_have_units),
        cmocka_unit_test(test_names_are_padded_cut_and_harmless),
        cmocka_unit_test(test_long_names_stay_in_the_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
