#include "attribute/disk_capacity.h"

#include "base/measure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_capacity_is_hourly_cost_over_hourly_rate(void **state)
{
    (void)state;
    static const struct {
        struct disk_charge charge;
        int days;
        enum disk_capacity expected;
        double capacity_gb;
    } cases[] = {
        {{0.01111, 0.08}, 31, DISK_CAPACITY_KNOWN, 103},
        {{0.01111, 0.08}, 28, DISK_CAPACITY_KNOWN, 93},
        {{1.5, 744}, 31, DISK_CAPACITY_KNOWN, 2}, /* half away from zero */
        {{2.5, 744}, 31, DISK_CAPACITY_KNOWN, 3},
        {{0.4, 744}, 31, DISK_CAPACITY_UNKNOWN, 0},
        {{0, 0.08}, 31, DISK_CAPACITY_UNKNOWN, 0},
        {{-5, 0.08}, 31, DISK_CAPACITY_UNKNOWN, 0},
        {{-5, -0.08}, 31, DISK_CAPACITY_KNOWN, 46500},
        {{0, 0}, 31, DISK_CAPACITY_UNKNOWN, 0},
        {{1, 0}, 31, DISK_CAPACITY_INFINITE, 0},
        {{-1, 0}, 31, DISK_CAPACITY_UNKNOWN, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double capacity_gb = 0;
        assert_int_equal(disk_capacity_of(cases[i].charge, cases[i].days, &capacity_gb),
                         cases[i].expected);
        assert_true(capacity_gb == cases[i].capacity_gb);
    }
    double untouched = 7;
    assert_int_equal(disk_capacity_of((struct disk_charge){MEASURE_NULL, 1}, 31, &untouched),
                     DISK_CAPACITY_UNKNOWN);
    assert_int_equal(disk_capacity_of((struct disk_charge){1, MEASURE_NULL}, 31, &untouched),
                     DISK_CAPACITY_UNKNOWN);
    assert_true(untouched == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_capacity_is_hourly_cost_over_hourly_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
