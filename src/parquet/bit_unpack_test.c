#include "parquet/bit_unpack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_GROUPS = 40 };

static uint32_t bits_of(const uint8_t *bytes, size_t first, unsigned width)
{
    uint32_t number = 0;
    for (unsigned i = 0; i < width; i++)
        number |= (uint32_t)(bytes[(first + i) / 8] >> (first + i) % 8 & 1) << i;
    return number;
}

/* The packed bytes end where their memory does, so that a sanitizer sees a read beyond them. */
static void test_every_width_and_length_is_unpacked_bit_by_bit(void **state)
{
    (void)state;
    srand(11);
    for (unsigned width = 0; width <= 32; width++)
        for (size_t groups = 0; groups <= MOST_GROUPS; groups++) {
            size_t length = groups * width;
            uint8_t *bytes = malloc(length + 1);
            for (size_t i = 0; i < length; i++)
                bytes[i + 1] = (uint8_t)rand();
            uint32_t numbers[MOST_GROUPS * BIT_GROUP];
            uint32_t together = bit_unpack(bytes + 1, length, width, groups, numbers);
            uint32_t expected = 0;
            for (size_t i = 0; i < groups * BIT_GROUP; i++) {
                assert_int_equal(numbers[i], bits_of(bytes + 1, i * width, width));
                expected |= numbers[i];
            }
            assert_int_equal(together, expected);
            free(bytes);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_width_and_length_is_unpacked_bit_by_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
