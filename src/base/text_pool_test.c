#include "base/text_pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_equal_texts_have_one_id(void **state)
{
    (void)state;
    struct text_pool pool;
    text_pool_init(&pool);
    assert_int_equal(text_pool_intern(&pool, NULL, 0), TEXT_NULL);
    assert_int_equal(text_pool_intern(&pool, "", 0), TEXT_EMPTY);
    uint32_t id = text_pool_intern(&pool, "a\0b", 3);
    assert_int_equal(text_pool_intern(&pool, "a\0b", 3), id);
    assert_int_not_equal(text_pool_intern(&pool, "a\0c", 3), id);
    assert_int_equal(text_pool_find(&pool, "a\0b", 3), id);
    assert_int_equal(text_pool_find(&pool, "a", 1), UINT32_MAX);
    assert_int_equal(text_pool_intern_string(&pool, NULL), TEXT_NULL);
    text_pool_close(&pool);
}

static void test_many_texts_get_the_ids_they_would_get_one_by_one(void **state)
{
    (void)state;
    enum { COUNT = 3000 };
    struct text_pool one, all;
    static char bytes[COUNT * 8];
    static int32_t ends[COUNT + 1];
    static uint32_t ids[COUNT];
    text_pool_init(&one);
    text_pool_init(&all);
    for (int i = 0; i < COUNT; i++) /* texts repeat, within a block too; some are empty */
        ends[i + 1] = ends[i] + (i % 5 == 0 ? 0 : snprintf(bytes + ends[i], 8, "t%d", i * 7 % 900));
    text_pool_intern_all(&all, bytes, ends, COUNT, ids);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(text_pool_intern(&one, bytes + ends[i], (size_t)(ends[i + 1] - ends[i])),
                         ids[i]);
    assert_int_equal(one.count, all.count);
    text_pool_close(&one);
    text_pool_close(&all);
}

static void test_ids_survive_growth_and_end_with_a_reset(void **state)
{
    (void)state;
    struct text_pool pool;
    uint32_t ids[5000];
    char text[16];
    text_pool_init(&pool);
    for (int i = 0; i < 5000; i++)
        ids[i] = text_pool_intern(&pool, text, (size_t)snprintf(text, sizeof text, "text %d", i));
    for (int i = 0; i < 5000; i++) {
        int length = snprintf(text, sizeof text, "text %d", i);
        assert_int_equal(text_pool_find(&pool, text, (size_t)length), ids[i]);
        assert_memory_equal(text_pool_borrow(&pool, ids[i]).bytes, text, (size_t)length);
    }
    text_pool_reset(&pool);
    assert_int_equal(pool.count, 2);
    assert_int_equal(text_pool_find(&pool, "text 7", 6), UINT32_MAX);
    assert_int_equal(text_pool_find(&pool, "", 0), TEXT_EMPTY);
    text_pool_close(&pool);
}

static void test_serials_differ_between_pools_and_resets(void **state)
{
    (void)state;
    struct text_pool first, second;
    text_pool_init(&first);
    text_pool_init(&second);
    uint64_t before = first.serial;
    assert_true(before != second.serial);
    text_pool_intern_string(&first, "a");
    assert_true(first.serial == before);
    text_pool_reset(&first);
    assert_true(first.serial != before && first.serial != second.serial);
    text_pool_close(&first);
    text_pool_close(&second);
}

static void test_ranks_follow_bytes(void **state)
{
    (void)state;
    static const char *const sorted[] = {"",          "a", "aaaaaaaa", "aaaaaaaaa",
                                         "aaaaaaaab", "b", "\xc3\xbc"};
    enum { COUNT = sizeof sorted / sizeof sorted[0] };
    struct text_pool pool;
    uint32_t ids[COUNT], ranks[64] = {0};
    text_pool_init(&pool);
    for (int i = COUNT - 1; i >= 0; i--)
        ids[i] = text_pool_intern_string(&pool, sorted[i]);
    text_pool_rank(&pool, ids, COUNT, ranks);
    for (uint32_t i = 0; i < COUNT; i++)
        assert_int_equal(ranks[ids[i]], i + 1);
    assert_int_equal(ranks[TEXT_NULL], 0);
    text_pool_close(&pool);
}

static void test_null_comes_before_empty(void **state)
{
    (void)state;
    const struct text null = {NULL, 0}, empty = {"", 0};
    assert_true(text_compare(null, empty) < 0);
    assert_true(text_compare(empty, null) > 0);
    assert_int_equal(text_compare(null, null), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_texts_have_one_id),
        cmocka_unit_test(test_many_texts_get_the_ids_they_would_get_one_by_one),
        cmocka_unit_test(test_ids_survive_growth_and_end_with_a_reset),
        cmocka_unit_test(test_serials_differ_between_pools_and_resets),
        cmocka_unit_test(test_ranks_follow_bytes),
        cmocka_unit_test(test_null_comes_before_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
