#include "base/text_sort.h"

#include "base/text_pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_sorts(struct text_pool *pool)
{
    uint32_t count = pool->count - 1;
    uint32_t *ids = malloc(count * sizeof *ids);
    assert_non_null(ids);
    for (uint32_t i = 0; i < count; i++)
        ids[i] = count - i; /* every id but null's */
    text_sort(pool, ids, count);
    for (uint32_t i = 1; i < count; i++)
        assert_true(
            text_compare(text_pool_borrow(pool, ids[i - 1]), text_pool_borrow(pool, ids[i])) < 0);
    free(ids);
    text_pool_close(pool);
}

static void test_texts_of_one_beginning_are_sorted_by_what_follows(void **state)
{
    (void)state;
    struct text_pool pool;
    text_pool_init(&pool);
    srand(5);
    for (int i = 0; i < 3000; i++) {
        char text[80];
        text_pool_intern(&pool, text,
                         (size_t)snprintf(text, sizeof text, "{\"app\":\"web-%d\",\"tier\":\"%x\"}",
                                          rand() % 40, (unsigned)rand() % 5000));
    }
    assert_sorts(&pool);
}

static void test_zeros_at_the_end_count(void **state)
{
    (void)state;
    static const char zeros[64] = "common";
    struct text_pool pool;
    text_pool_init(&pool);
    for (size_t length = 0; length < sizeof zeros; length++) {
        text_pool_intern(&pool, zeros, length);
        text_pool_intern(&pool, zeros + 8, length % 40);
    }
    assert_sorts(&pool);
}

static void test_few_texts_are_sorted(void **state)
{
    (void)state;
    struct text_pool pool;
    text_pool_init(&pool);
    text_pool_intern_string(&pool, "b");
    text_pool_intern_string(&pool, "a");
    text_pool_intern_string(&pool, "ab");
    assert_sorts(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_of_one_beginning_are_sorted_by_what_follows),
        cmocka_unit_test(test_zeros_at_the_end_count),
        cmocka_unit_test(test_few_texts_are_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
