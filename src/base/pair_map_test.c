#include "base/pair_map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_pairs_keep_their_value_while_the_map_grows(void **state)
{
    (void)state;
    struct pair_map map;
    pair_map_init(&map);
    for (uint32_t i = 0; i < 20000; i++) {
        assert_int_equal(pair_map_find(&map, i, i * 7)->used, 0);
        pair_map_set(&map, i, i * 7, i + 1);
    }
    pair_map_set(&map, 5, 35, 99);
    for (uint32_t i = 0; i < 20000; i++)
        assert_int_equal(pair_map_find(&map, i, i * 7)->value, i == 5 ? 99 : i + 1);
    assert_int_equal(pair_map_find(&map, 7, 1)->used, 0);
    assert_int_equal(map.count, 20000);
    pair_map_clear(&map);
    assert_int_equal(pair_map_find(&map, 1, 7)->used, 0);
    pair_map_close(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs_keep_their_value_while_the_map_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
