#include "base/key_map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_keys_get_numbers_in_order_of_appearance(void **state)
{
    (void)state;
    struct key_map map;
    bool added;
    key_map_init(&map, 3);
    for (uint32_t i = 0; i < 5000; i++) {
        assert_int_equal(key_map_add(&map, (uint32_t[]){i % 7, i, i * 3}, &added), i);
        assert_true(added);
    }
    for (uint32_t i = 0; i < 5000; i++) {
        assert_int_equal(key_map_find(&map, (uint32_t[]){i % 7, i, i * 3}), i);
        assert_int_equal(key_map_add(&map, (uint32_t[]){i % 7, i, i * 3}, &added), i);
        assert_false(added);
    }
    assert_int_equal(key_map_find(&map, (uint32_t[]){1, 2, 3}), UINT32_MAX);
    key_map_clear(&map);
    assert_int_equal(key_map_find(&map, (uint32_t[]){0, 0, 0}), UINT32_MAX);
    key_map_close(&map);
}

static void test_a_hint_changes_nothing_but_the_way(void **state)
{
    (void)state;
    struct key_map plain, hinted;
    uint32_t last = 12345;
    bool added, hinted_added;
    key_map_init(&plain, 2);
    key_map_init(&hinted, 2);
    for (uint32_t i = 0; i < 3000; i++) {
        const uint32_t key[] = {i % 3 == 0 ? i % 50 : i % 100, i % 2}; /* runs, repeats, jumps */
        uint32_t expected = key_map_add(&plain, key, &added);
        last = key_map_add_after(&hinted, last, key, &hinted_added);
        assert_int_equal(last, expected);
        assert_int_equal(hinted_added, added);
    }
    assert_int_equal(plain.count, hinted.count);
    key_map_close(&plain);
    key_map_close(&hinted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_get_numbers_in_order_of_appearance),
        cmocka_unit_test(test_a_hint_changes_nothing_but_the_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
