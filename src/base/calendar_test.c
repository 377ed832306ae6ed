#include "base/calendar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_days_count_from_1970(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int32_t day;
    } cases[] = {
        {"1970-01-01", 0},     {"1970-12-31", 364},     {"1972-02-29", 789},
        {"2000-02-29", 11016}, {"2024-02-29", 19782},   {"2025-10-31", 20392},
        {"2100-03-01", 47541}, {"9999-12-31", 2932896},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int32_t day;
        char text[CALENDAR_TEXT_SIZE];
        assert_true(calendar_parse(cases[i].text, &day));
        assert_int_equal(day, cases[i].day);
        assert_string_equal(calendar_format(day, text), cases[i].text);
    }
}

static void test_texts_that_are_no_dates_are_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {"",           "2025-02-29", "2025-13-01", "2025-00-10",
                                        "2025-01-32", "2025-1-1",   "2025/01/01", "2025-01-01 ",
                                        "1969-12-31", "20250101",   "2025-01-0x"};
    int32_t day;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_false(calendar_parse(cases[i], &day));
}

static void test_months_have_their_length(void **state)
{
    (void)state;
    assert_int_equal(calendar_days_in_month((struct month){2024, 2}), 29);
    assert_int_equal(calendar_days_in_month((struct month){2025, 2}), 28);
    assert_int_equal(calendar_days_in_month((struct month){2100, 2}), 28);
    assert_int_equal(calendar_days_in_month((struct month){2025, 12}), 31);
    assert_int_equal(calendar_day_of_month(20392), 31);
}

static void test_periods_split_at_months(void **state)
{
    (void)state;
    struct period rest = {20392, 20454}; /* 2025-10-31 … 2026-01-01 */
    static const struct period parts[] = {
        {20392, 20392}, {20393, 20422}, {20423, 20453}, {20454, 20454}};
    for (size_t i = 0; i < 4; i++) {
        struct period head;
        assert_int_equal(calendar_split_month(rest, &head, &rest), i < 3);
        assert_memory_equal(&head, &parts[i], sizeof head);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_days_count_from_1970),
        cmocka_unit_test(test_texts_that_are_no_dates_are_refused),
        cmocka_unit_test(test_months_have_their_length),
        cmocka_unit_test(test_periods_split_at_months),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
