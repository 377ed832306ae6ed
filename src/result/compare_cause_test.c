#include "result/compare_cause.h"

#include "attribute/cost_row.h"
#include "result/result_reader.h"
#include "result/row_cell.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct compare_profile profile = {.table = &cost_table};

static void test_two_numbers_tell_their_cause(void **state)
{
    (void)state;
    static const struct {
        double a, b;
        enum compare_cause cause;
        const char *detail;
    } cases[] = {
        {1.5, NAN, COMPARE_NULL_VALUE, "null against a number"},
        {0, NAN, COMPARE_NULL_VALUE, "null against 0"},
        {7.25, -7.25, COMPARE_SIGN, "unblended_cost"},
        {1.25, 4500, COMPARE_SCALED, "seconds against hours"},
        {4500, 1.25, COMPARE_SCALED, "B is A / 3600"},
        {1.7, 3.4, COMPARE_SCALED, "counted twice"},
        {3.0, 3.221225472, COMPARE_SCALED, "GB (10^9) against GiB (2^30)"},
        {1.23456789, 1.2346, COMPARE_ROUNDED, "unblended_cost"},
        {1.2346, 1.23456789, COMPARE_ROUNDED, "unblended_cost"},
        {12.3456789012, 12.3456789013, COMPARE_ROUNDED, "unblended_cost"},
        {0.3, 0, COMPARE_NUMBER_DIFFERS, "unblended_cost"},
        {10, 17.3, COMPARE_NUMBER_DIFFERS, "unblended_cost"},
    };
    size_t column = result_column(&cost_table, "unblended_cost");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cost_row a = {.unblended_cost = cases[i].a}, b = {.unblended_cost = cases[i].b};
        char detail[COMPARE_DETAIL_SIZE];
        enum compare_cause cause = compare_cause_of_column(
            &profile, column, (const unsigned char *)&a, (const unsigned char *)&b, detail);
        assert_string_equal(compare_causes[cause].name, compare_causes[cases[i].cause].name);
        assert_non_null(strstr(detail, cases[i].detail));
    }
}

static void test_texts_tell_their_cause_by_their_column(void **state)
{
    (void)state;
    enum { SOME = 7, OTHER = 9 };
    static const struct {
        const char *column;
        uint32_t a, b;
        enum compare_cause cause;
    } cases[] = {
        {"tags", SOME, OTHER, COMPARE_LABELS},
        {"tags", SOME, TEXT_NULL, COMPARE_LABELS},
        {"namespace", SOME, OTHER, COMPARE_NAMESPACE_DIFFERS},
        {"node", SOME, TEXT_NULL, COMPARE_NODE_DIFFERS},
        {"storageclass", TEXT_EMPTY, TEXT_NULL, COMPARE_NULL_EMPTY},
        {"storageclass", SOME, OTHER, COMPARE_VOLUME_DIFFERS},
        {"source_uuid", SOME, OTHER, COMPARE_CLUSTER_DIFFERS},
        {"currency_code", SOME, OTHER, COMPARE_TEXT_DIFFERS},
        {"currency_code", SOME, TEXT_NULL, COMPARE_NULL_VALUE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cost_row a = {0}, b = {0};
        char detail[COMPARE_DETAIL_SIZE];
        size_t column = result_column(&cost_table, cases[i].column);
        row_cell_set_id(&cost_table.columns[column], (unsigned char *)&a, cases[i].a);
        row_cell_set_id(&cost_table.columns[column], (unsigned char *)&b, cases[i].b);
        assert_int_equal(compare_cause_of_column(&profile, column, (const unsigned char *)&a,
                                                 (const unsigned char *)&b, detail),
                         cases[i].cause);
    }
}

static void test_a_factor_is_known_both_ways(void **state)
{
    (void)state;
    assert_string_equal(compare_factor_name(3600), compare_factor_name(1.0 / 3600));
    assert_null(compare_factor_name(1.2345));
    assert_true(isnan(compare_factor(0, 5)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_numbers_tell_their_cause),
        cmocka_unit_test(test_texts_tell_their_cause_by_their_column),
        cmocka_unit_test(test_a_factor_is_known_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
