#include "config/value.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_integers(void **state)
{
    static const char *const refused[] = {
        "", " 1", "1 ", "+1", "1.0", "0x10", "1e3", "--1", "-", "one", "9223372036854775808"};
    int64_t value = 7;
    (void)state;
    assert_true(value_integer("0", &value) && value == 0);
    assert_true(value_integer("-12", &value) && value == -12);
    assert_true(value_integer("007", &value) && value == 7);
    assert_true(value_integer("9223372036854775807", &value) && value == INT64_MAX);
    value = 7;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_false(value_integer(refused[i], &value));
    assert_int_equal(value, 7);
}

static void test_numbers(void **state)
{
    static const char *const refused[] = {"", "nan", "inf", "0x1p3", "1,5", "1 ", "10%", "1e999"};
    double value = 7;
    (void)state;
    assert_true(value_number("0.1", &value) && value == 0.1);
    assert_true(value_number("-2", &value) && value == -2);
    assert_true(value_number("1e-3", &value) && value == 1e-3);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_false(value_number(refused[i], &value));
}

static void test_sizes(void **state)
{
    static const struct {
        const char *text;
        int64_t bytes;
    } cases[] = {
        {"0", 0},
        {"512MB", 512000000},
        {"2GiB", INT64_C(2) << 30},
        {"2Gi", INT64_C(2) << 30},
        {"1G", 1000000000},
        {"10 kB", 10000},
        {"3tib", INT64_C(3) << 40},
        {"1048576", 1048576},
        {"x", -1},
        {"12 elephants", -1},
        {"-1MB", -1},
        {"1.5GB", -1},
        {"99999999999TB", -1},
        {"", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t bytes = -1;
        assert_int_equal(value_size(cases[i].text, &bytes), cases[i].bytes >= 0);
        if (cases[i].bytes >= 0)
            assert_int_equal(bytes, cases[i].bytes);
    }
}

static void test_durations(void **state)
{
    static const struct {
        const char *text;
        int seconds;
    } cases[] = {{"300", 300}, {"90s", 90}, {"5m", 300}, {"1h", 3600}, {"0", 0},
                 {"1d", -1},   {"-5", -1},  {"", -1},    {"5 m", -1},  {"999999h", -1}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int seconds = -1;
        assert_int_equal(value_duration(cases[i].text, &seconds), cases[i].seconds >= 0);
        assert_int_equal(seconds, cases[i].seconds);
    }
}

static void test_shards_count_from_zero(void **state)
{
    static const char *const refused[] = {"",      "1",   "4/4", "4/3", "-1/3",     "0/0",
                                          "1/2/3", "a/b", "0/",  "/1",  "0/1000001"};
    int index = -1;
    int count = -1;
    (void)state;
    assert_true(value_shard("0/1", &index, &count) && index == 0 && count == 1);
    assert_true(value_shard("3/4", &index, &count) && index == 3 && count == 4);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_false(value_shard(refused[i], &index, &count));
}

static void test_booleans(void **state)
{
    bool value = false;
    (void)state;
    assert_true(value_boolean("true", &value) && value);
    assert_true(value_boolean("No", &value) && !value);
    assert_true(value_boolean("on", &value) && value);
    assert_true(value_boolean("0", &value) && !value);
    assert_false(value_boolean("2", &value));
    assert_false(value_boolean("", &value));
}

static void test_choices_ignore_case_and_know_synonyms(void **state)
{
    int index = -1;
    (void)state;
    assert_true(value_choice("auto", "auto|true|false", &index) && index == 0);
    assert_true(value_choice("FALSE", "auto|true|false", &index) && index == 2);
    assert_true(value_choice("yes", "auto|true|false", &index) && index == 1);
    assert_true(value_choice("console", "text|logfmt|json", &index) && index == 0);
    assert_true(value_choice("WARN", "error|warning|info|debug", &index) && index == 1);
    assert_false(value_choice("tru", "auto|true|false", &index));
    assert_false(value_choice("", "auto|true|false", &index));
}

static void test_uuids_become_lower_case(void **state)
{
    struct arena arena;
    const char *uuid;
    (void)state;
    arena_init(&arena);
    assert_true(value_uuid("BE3EDC0A-1ef2-44F0-8be0-3db0dc2574bd", &arena, &uuid));
    assert_string_equal(uuid, "be3edc0a-1ef2-44f0-8be0-3db0dc2574bd");
    assert_false(value_uuid("not-a-uuid", &arena, &uuid));
    arena_close(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_shards_count_from_zero),
        cmocka_unit_test(test_booleans),
        cmocka_unit_test(test_choices_ignore_case_and_know_synonyms),
        cmocka_unit_test(test_uuids_become_lower_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
