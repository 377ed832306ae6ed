#include "base/radix_sort.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MOST = 1000 };

static void assert_sorted(const struct radix_item *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        assert_true(items[i - 1].key <= items[i].key);
        if (items[i - 1].key == items[i].key)
            assert_true(items[i - 1].number < items[i].number); /* stable */
    }
}

static void test_keys_of_any_width_are_sorted_stably(void **state)
{
    (void)state;
    static const uint64_t masks[] = {0, 1, 0xff, 0xff00, 0xffffffffffffffff, 0xff000000000000ff};
    struct radix_item items[MOST], scratch[MOST];
    srand(3);
    for (size_t m = 0; m < sizeof masks / sizeof masks[0]; m++)
        for (size_t count = 0; count <= MOST; count += 250) {
            for (uint32_t i = 0; i < count; i++) {
                uint64_t high = (uint64_t)rand() << 33, low = (uint64_t)rand();
                items[i] = (struct radix_item){(high ^ low) & masks[m], i};
            }
            radix_sort(items, scratch, count);
            assert_sorted(items, count);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_of_any_width_are_sorted_stably),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
