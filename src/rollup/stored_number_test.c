#include "rollup/stored_number.h"

#include "base/decimal.h"
#include "base/measure.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <setjmp.h>

#include <cmocka.h>

static void test_numbers_round_half_away_by_their_shortest_form(void **state)
{
    (void)state;
    static const struct {
        double value;
        int scale;
        double expected;
    } cases[] = {
        {1.0005, 3, 1.001},
        {-1.0005, 3, -1.001},
        {0.1, 15, 0.1},
        {4e-16, 15, 0},
        {5e-16, 15, 1e-15},
        {0.25, 1, 0.3},
        {1234567.5, 9, 1234567.5},
        {12.5, 0, 13},
        {0, 9, 0},
        {123456789012.5, 15, 123456789012.5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_true(stored_number(cases[i].value, 33, cases[i].scale) == cases[i].expected);
    assert_true(measure_is_null(stored_number(MEASURE_NULL, 33, 15)));
}

static void test_it_agrees_with_the_decimal_text(void **state)
{
    (void)state;
    uint64_t seed = 88172645463325252u;
    for (int i = 0; i < 200000; i++) {
        char text[DECIMAL_TEXT_SIZE];
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        double value = (double)(int64_t)seed / (double)(UINT64_C(1) << (20 + i % 44));
        int scale = i % 2 == 0 ? 9 : 15;
        if (decimal_format(value, 33, scale, text) == 0)
            continue;
        assert_true(stored_number(value, 33, scale) == strtod(text, NULL));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_round_half_away_by_their_shortest_form),
        cmocka_unit_test(test_it_agrees_with_the_decimal_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
