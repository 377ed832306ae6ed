#include "parquet/number_dictionary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_repeating_values_are_numbered_as_they_come(void **state)
{
    (void)state;
    const uint64_t values[] = {70, 70, 5, 70, 5, 5, 70, 70, 5, 5, 70, 70};
    const uint32_t expected[] = {0, 0, 1, 0, 1, 1, 0, 0, 1, 1, 0, 0};
    uint32_t codes[12];
    struct number_dictionary dictionary = {0};
    assert_true(number_dictionary_build(&dictionary, values, 12, codes));
    assert_int_equal(dictionary.count, 2);
    assert_int_equal(dictionary.values[0], 70);
    assert_int_equal(dictionary.values[1], 5);
    assert_memory_equal(codes, expected, sizeof expected);
    number_dictionary_close(&dictionary);
}

static void test_no_values_have_an_empty_dictionary(void **state)
{
    (void)state;
    struct number_dictionary dictionary = {0};
    assert_true(number_dictionary_build(&dictionary, NULL, 0, NULL));
    assert_int_equal(dictionary.count, 0);
    number_dictionary_close(&dictionary);
}

static void test_many_values_that_repeat_come_back(void **state)
{
    (void)state;
    enum { COUNT = 60000, DISTINCT = 3000 };
    uint32_t *values = calloc(COUNT, sizeof *values), *codes = calloc(COUNT, sizeof *codes);
    struct number_dictionary dictionary = {0};
    for (size_t i = 0; i < COUNT; i++) /* in runs, so that the sample repeats, too */
        values[i] = (uint32_t)(i / 20 % DISTINCT * 977);
    values[0] = UINT32_MAX;
    assert_false(number_dictionary_build_small(&dictionary, values, COUNT, codes));
    for (size_t i = 0; i < COUNT; i++)
        values[i] = (uint32_t)(i % 200 * 977);
    assert_true(number_dictionary_build_small(&dictionary, values, COUNT, codes));
    assert_int_equal(dictionary.count, 200);
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(dictionary.values[codes[i]], values[i]);
    number_dictionary_close(&dictionary);
    free(values);
    free(codes);
}

/* The sample sees every 59th value, which is always the same; the others all differ. */
static void test_values_that_only_seem_to_repeat_are_given_up(void **state)
{
    (void)state;
    enum { COUNT = 60000, STEP = COUNT / 1024 + 1 };
    uint64_t *values = calloc(COUNT, sizeof *values);
    uint32_t *codes = calloc(COUNT, sizeof *codes);
    struct number_dictionary dictionary = {0};
    for (size_t i = 0; i < COUNT; i++)
        values[i] = i % STEP == 0 ? 1 : i * 1000;
    assert_false(number_dictionary_build(&dictionary, values, COUNT, codes));
    number_dictionary_close(&dictionary);
    free(values);
    free(codes);
}

/* More distinct values than the first table holds, few enough to pay. */
static void test_the_table_grows(void **state)
{
    (void)state;
    enum { COUNT = 40000, STEP = COUNT / 1024 + 1 };
    uint64_t *values = calloc(COUNT, sizeof *values);
    uint32_t *codes = calloc(COUNT, sizeof *codes);
    struct number_dictionary dictionary = {0};
    for (size_t i = 0; i < COUNT; i++)
        values[i] = i % STEP == 0 ? 1 : i / 3;
    assert_true(number_dictionary_build(&dictionary, values, COUNT, codes));
    assert_true(dictionary.count > 10000);
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(dictionary.values[codes[i]], values[i]);
    number_dictionary_close(&dictionary);
    free(values);
    free(codes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_repeating_values_are_numbered_as_they_come),
        cmocka_unit_test(test_no_values_have_an_empty_dictionary),
        cmocka_unit_test(test_many_values_that_repeat_come_back),
        cmocka_unit_test(test_values_that_only_seem_to_repeat_are_given_up),
        cmocka_unit_test(test_the_table_grows),
    };
    return cmocka_run_group_tests_name("number_dictionary", tests, NULL, NULL);
}
