#include "result/row_cell.h"

#include "attribute/cost_row.h"
#include "base/measure.h"
#include "result/result_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct column *column(const char *name)
{
    return &cost_table.columns[result_column(&cost_table, name)];
}

static void test_a_cleared_row_is_null(void **state)
{
    (void)state;
    struct cost_row row;
    memset(&row, 0x55, sizeof row);
    row_cell_clear(&cost_table, (unsigned char *)&row);
    assert_int_equal(row.namespace, TEXT_NULL);
    assert_int_equal(row.cost_entry_bill_id, INTEGER_NULL);
    assert_true(measure_is_null(row.unblended_cost));
}

static void test_texts_become_numbers_and_days(void **state)
{
    (void)state;
    struct cost_row row;
    struct error error = {0};
    row_cell_clear(&cost_table, (unsigned char *)&row);
    unsigned char *cells = (unsigned char *)&row;
    assert_true(row_cell_parse(column("unblended_cost"), cells, "-12.5", 5, &error));
    assert_true(row.unblended_cost == -12.5);
    assert_true(row_cell_parse(column("cost_entry_bill_id"), cells, "81", 2, &error));
    assert_int_equal(row.cost_entry_bill_id, 81);
    static const char *const days[] = {"1970-01-11", "1970-01-11 00:00:00", "1970-01-11T00:00:00Z"};
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        row.usage_start = 0;
        assert_true(row_cell_parse(column("usage_start"), cells, days[i], strlen(days[i]), &error));
        assert_int_equal(row.usage_start, 10);
    }
}

static void test_what_does_not_fit_is_refused_with_the_column(void **state)
{
    (void)state;
    static const struct {
        const char *column;
        const char *text;
    } cases[] = {
        {"unblended_cost", "plenty"}, {"unblended_cost", ""},         {"unblended_cost", "inf"},
        {"unblended_cost", "1.5 "},   {"cost_entry_bill_id", "1.5"},  {"usage_start", "2025-02-30"},
        {"usage_start", "yesterday"}, {"cost_entry_bill_id", "1e12"},
    };
    struct cost_row row;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error error = {0};
        assert_false(row_cell_parse(column(cases[i].column), (unsigned char *)&row, cases[i].text,
                                    strlen(cases[i].text), &error));
        assert_int_equal(error.kind, ERROR_BAD_DATA);
        assert_non_null(strstr(error.message, cases[i].column));
    }
}

static void test_uuids_are_lowered(void **state)
{
    (void)state;
    struct text_pool texts;
    struct cost_row row = {0};
    static const char upper[] = "AFBD67F9-6196-49CF-A198-8AD9F06C144A";
    text_pool_init(&texts);
    row_cell_set_text(column("source_uuid"), (unsigned char *)&row, upper, 36, &texts);
    assert_memory_equal(text_pool_borrow(&texts, row.source_uuid).bytes,
                        "afbd67f9-6196-49cf-a198-8ad9f06c144a", 36);
    text_pool_close(&texts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_cleared_row_is_null),
        cmocka_unit_test(test_texts_become_numbers_and_days),
        cmocka_unit_test(test_what_does_not_fit_is_refused_with_the_column),
        cmocka_unit_test(test_uuids_are_lowered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
