#include "base/exact_sum.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_nothing_but_nulls_sums_to_null(void **state)
{
    (void)state;
    struct exact_sum sum = EXACT_SUM_NULL;
    exact_sum_add(&sum, MEASURE_NULL, EXACT_SUM_FINE);
    assert_true(measure_is_null(exact_sum_value(sum, EXACT_SUM_FINE)));
    exact_sum_add(&sum, 0.0, EXACT_SUM_FINE);
    assert_true(exact_sum_value(sum, EXACT_SUM_FINE) == 0.0);
}

static void test_sums_are_exact_where_floating_point_is_not(void **state)
{
    (void)state;
    static const struct {
        double terms[4];
        double sum;
    } cases[] = {
        {{1e9, 1e-9, -1e9, 0}, 1e-9},
        {{0.1, 0.2, 0.3, 0}, 0.6}, /* 0.6000000000000001 by floating point */
        {{-1.5, 0.25, 1.25, 0}, 0},
        {{2251799813685248.0, 0.25, 0.25, 0}, 2251799813685248.5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct exact_sum sum = EXACT_SUM_NULL;
        for (int t = 0; t < 4; t++)
            exact_sum_add(&sum, cases[i].terms[t], EXACT_SUM_FINE);
        assert_true(fabs(exact_sum_value(sum, EXACT_SUM_FINE) - cases[i].sum) <= 1e-22);
    }
}

static void test_order_of_terms_does_not_matter(void **state)
{
    (void)state;
    double terms[1000];
    srand(7);
    for (int i = 0; i < 1000; i++)
        terms[i] = ((double)rand() / RAND_MAX - 0.3) * pow(10, rand() % 12 - 4);
    struct exact_sum up = EXACT_SUM_NULL, down = EXACT_SUM_NULL, halves[2] = {up, up};
    for (int i = 0; i < 1000; i++) {
        exact_sum_add(&up, terms[i], EXACT_SUM_FINE);
        exact_sum_add(&down, terms[999 - i], EXACT_SUM_FINE);
        exact_sum_add(&halves[i % 2], terms[i], EXACT_SUM_FINE);
    }
    exact_sum_merge(&halves[0], halves[1]);
    assert_memory_equal(&up, &down, sizeof up);
    assert_memory_equal(&up, &halves[0], sizeof up);
}

static void test_leaving_the_range_is_infinite_for_good(void **state)
{
    (void)state;
    static const double too_large[] = {1e300, -1e300, INFINITY, 0x1p54};
    for (size_t i = 0; i < sizeof too_large / sizeof too_large[0]; i++) {
        struct exact_sum sum = EXACT_SUM_NULL;
        exact_sum_add(&sum, 1, EXACT_SUM_FINE);
        exact_sum_add(&sum, too_large[i], EXACT_SUM_FINE);
        exact_sum_add(&sum, -1, EXACT_SUM_FINE);
        assert_true(isinf(exact_sum_value(sum, EXACT_SUM_FINE)));
    }
    struct exact_sum sum = EXACT_SUM_NULL;
    for (int i = 0; i < 4; i++) /* each term fits, their sum does not */
        exact_sum_add(&sum, 0x1.fp52, EXACT_SUM_FINE);
    assert_true(isinf(exact_sum_value(sum, EXACT_SUM_FINE)));
}

static void test_byte_seconds_of_a_large_cluster_fit_the_coarse_unit(void **state)
{
    (void)state;
    struct exact_sum sum = EXACT_SUM_NULL;
    for (int i = 0; i < 10000; i++)
        exact_sum_add(&sum, 1.5e12 * 86400, EXACT_SUM_COARSE); /* 10,000 nodes of 1.5 TB */
    assert_true(exact_sum_value(sum, EXACT_SUM_COARSE) == 1.5e12 * 86400 * 10000);
}

static void test_terms_below_the_unit_round_half_away_from_zero(void **state)
{
    (void)state;
    assert_true(exact_units(0x1p-75, EXACT_SUM_FINE) == 1);
    assert_true(exact_units(-0x1p-75, EXACT_SUM_FINE) == -1);
    assert_true(exact_units(0x0.8p-75, EXACT_SUM_FINE) == 0);
    assert_true(exact_units(0x1p-1074, EXACT_SUM_FINE) == 0);
    assert_true(exact_units(-0.0, EXACT_SUM_FINE) == 0);
}

static exact_int random_units(void)
{
    exact_int units = 0;
    for (int i = 0; i < 9; i++)
        units = (exact_int)((exact_unsigned)units << 15 | (exact_unsigned)(rand() & 0x7fff));
    units >>= rand() % 127;
    if (rand() % 4 == 0) /* a tie, or next to one */
        units = (exact_int)((exact_unsigned)units << 40) + rand() % 3 - 1;
    return units;
}

static void test_values_round_as_conversions_do(void **state)
{
    (void)state;
    srand(11);
    for (int i = 0; i < 100000; i++) {
        exact_int units = random_units();
        assert_true(exact_nearest(units) == (double)units);
        assert_true(exact_nearest(-units) == -(double)units);
    }
}

static void test_the_short_way_adds_what_the_long_way_does(void **state)
{
    (void)state;
    srand(13);
    for (int i = 0; i < 100000; i++) {
        double value = ldexp((double)rand() / RAND_MAX - 0.1, rand() % 140 - 80);
        struct exact_sum sum = exact_sum_of_units(random_units());
        if (rand() % 8 == 0)
            sum = EXACT_SUM_NULL;
        struct exact_sum expected = sum;
        exact_sum_add(&sum, value, EXACT_SUM_FINE);
        exact_sum_add_units(&expected, exact_units(value, EXACT_SUM_FINE));
        assert_memory_equal(&sum, &expected, sizeof sum);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_but_nulls_sums_to_null),
        cmocka_unit_test(test_sums_are_exact_where_floating_point_is_not),
        cmocka_unit_test(test_order_of_terms_does_not_matter),
        cmocka_unit_test(test_leaving_the_range_is_infinite_for_good),
        cmocka_unit_test(test_byte_seconds_of_a_large_cluster_fit_the_coarse_unit),
        cmocka_unit_test(test_terms_below_the_unit_round_half_away_from_zero),
        cmocka_unit_test(test_values_round_as_conversions_do),
        cmocka_unit_test(test_the_short_way_adds_what_the_long_way_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
