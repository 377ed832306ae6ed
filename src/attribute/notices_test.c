#include "attribute/notices.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct text text_of(const char *string)
{
    return (struct text){string, (uint32_t)strlen(string)};
}

static void test_the_smallest_examples_stay_whatever_the_order(void **state)
{
    (void)state;
    static const char *const orders[][6] = {
        {"d", "a", "c", "b", "e", "a"},
        {"a", "a", "b", "c", "d", "e"},
        {"e", "d", "c", "b", "a", "a"},
    };
    for (size_t i = 0; i < 3; i++) {
        struct attribution_notices notices, merged;
        attribution_notices_init(&notices);
        attribution_notices_init(&merged);
        for (size_t j = 0; j < 6; j++)
            attribution_notices_add(&notices, NOTICE_infinite_capacity, text_of(orders[i][j]));
        attribution_notices_count(&notices, NOTICE_null_product_code, 4);
        attribution_notices_add(&merged, NOTICE_infinite_capacity, text_of("bb"));
        attribution_notices_merge(&merged, &notices);
        assert_int_equal(merged.counts[NOTICE_infinite_capacity], 7);
        assert_int_equal(merged.counts[NOTICE_null_product_code], 4);
        assert_string_equal(merged.examples[NOTICE_infinite_capacity][0], "a");
        assert_string_equal(merged.examples[NOTICE_infinite_capacity][1], "b");
        assert_string_equal(merged.examples[NOTICE_infinite_capacity][2], "bb");
        assert_null(merged.examples[NOTICE_null_product_code][0]);
        attribution_notices_close(&notices);
        attribution_notices_close(&merged);
    }
}

static void test_long_examples_are_cut_and_empty_ones_kept(void **state)
{
    (void)state;
    char longest[1000];
    memset(longest, 'x', sizeof longest);
    struct attribution_notices notices;
    attribution_notices_init(&notices);
    attribution_notices_add(&notices, NOTICE_malformed_tags,
                            (struct text){longest, sizeof longest});
    attribution_notices_add(&notices, NOTICE_malformed_tags, (struct text){NULL, 0});
    assert_string_equal(notices.examples[NOTICE_malformed_tags][0], "");
    assert_int_equal(strlen(notices.examples[NOTICE_malformed_tags][1]), 255);
    attribution_notices_close(&notices);
}

static void test_notices_have_names_and_meanings(void **state)
{
    (void)state;
    assert_string_equal(attribution_notice_name(NOTICE_null_product_code), "null_product_code");
    for (enum attribution_notice notice = 0; notice < NOTICE_COUNT; notice++)
        assert_true(strlen(attribution_notice_meaning(notice)) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_smallest_examples_stay_whatever_the_order),
        cmocka_unit_test(test_long_examples_are_cut_and_empty_ones_kept),
        cmocka_unit_test(test_notices_have_names_and_meanings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
