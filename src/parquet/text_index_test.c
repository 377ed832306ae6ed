#include "parquet/text_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int32_t number_of(struct text_index *index, const char *text)
{
    int32_t number = -1;
    struct error error;
    assert_true(text_index_find_or_add(index, text, strlen(text), &number, &error));
    return number;
}

static void test_texts_are_numbered_as_they_come(void **state)
{
    (void)state;
    struct text_index index;
    text_index_init(&index);
    assert_int_equal(number_of(&index, "b"), 0);
    assert_int_equal(number_of(&index, ""), 1);
    assert_int_equal(number_of(&index, "a"), 2);
    assert_int_equal(number_of(&index, "b"), 0);
    assert_int_equal(number_of(&index, ""), 1);
    assert_int_equal(index.count, 3);
    assert_memory_equal(index.bytes, "ba", 2);
    assert_int_equal(index.ends[3], 2);
    text_index_close(&index);
}

static void test_thousands_of_texts_keep_their_numbers_and_can_be_forgotten(void **state)
{
    (void)state;
    struct text_index index;
    text_index_init(&index);
    for (int round = 0; round < 3; round++) {
        char text[32];
        for (int32_t i = 0; i < 20000; i++) {
            snprintf(text, sizeof text, "text %d", i * 7 + round);
            assert_int_equal(number_of(&index, text), i);
        }
        for (int32_t i = 0; i < 20000; i++) {
            snprintf(text, sizeof text, "text %d", i * 7 + round);
            assert_int_equal(number_of(&index, text), i);
        }
        text_index_clear(&index);
    }
    assert_int_equal(number_of(&index, "text 7"), 0);
    text_index_close(&index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_are_numbered_as_they_come),
        cmocka_unit_test(test_thousands_of_texts_keep_their_numbers_and_can_be_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
