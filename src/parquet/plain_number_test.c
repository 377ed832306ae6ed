#include "parquet/plain_number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Two stored numbers of a kind, and what becomes of the second; the first must not matter. */
static const struct {
    struct number_kind kind;
    const char *bytes;
    int64_t time;
    double measure;
} cases[] = {
    {{NUMBER_TIME, 8, 1, 0}, "________\x2a\0\0\0\0\0\0\0", 42, 0},
    {{NUMBER_TIME, 8, 1000, 0}, "________\xff\xff\xff\xff\xff\xff\xff\xff", -1, 0},
    {{NUMBER_TIME, 8, 1000000, 0}, "________\x80\x84\x1e\0\0\0\0\0", 2, 0},
    {{NUMBER_DATE, 4, 0, 0}, "____\xfe\xff\xff\xff", -2 * 86400000, 0},
    {{NUMBER_INT96, 12, 0, 0}, "____________\x40\x42\x0f\0\0\0\0\0\x8d\x3d\x25\0", 86400001, 0},
    {{NUMBER_DOUBLE, 8, 0, 0}, "________\0\0\0\0\0\0\xf8\xbf", 0, -1.5},
    {{NUMBER_FLOAT, 4, 0, 0}, "____\0\0\x20\x40", 0, 2.5},
    {{NUMBER_INT32, 4, 0, 0}, "____\xff\xff\xff\xff", 0, -1},
    {{NUMBER_UINT32, 4, 0, 0}, "____\xff\xff\xff\xff", 0, 4294967295.0},
    {{NUMBER_INT64, 8, 0, 0}, "________\xff\xff\xff\xff\xff\xff\xff\xff", 0, -1},
    {{NUMBER_UINT64, 8, 0, 0},
     "________\xff\xff\xff\xff\xff\xff\xff\xff",
     0,
     18446744073709551616.0},
    {{NUMBER_DECIMAL32, 4, 0, 2}, "____\x7b\0\0\0", 0, 1.23},
    {{NUMBER_DECIMAL64, 8, 0, 3}, "________\x85\xff\xff\xff\xff\xff\xff\xff", 0, -0.123},
    {{NUMBER_DECIMAL_BYTES, 1, 0, 0}, "_\x80", 0, -128},
    {{NUMBER_DECIMAL_BYTES, 3, 0, 1}, "___\x01\0\0", 0, 6553.6},
    {{NUMBER_DECIMAL_BYTES, 16, 0, 4},
     "________________\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
     0,
     -0.0001},
};

static void test_every_kind_is_brought_to_eight_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t numbers[2];
        plain_numbers(&cases[i].kind, (const uint8_t *)cases[i].bytes, 2, numbers);
        if (cases[i].kind.source <= NUMBER_INT96)
            assert_int_equal((int64_t)numbers[1], cases[i].time);
        else
            assert_memory_equal(&numbers[1], &cases[i].measure, sizeof(double));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_is_brought_to_eight_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
