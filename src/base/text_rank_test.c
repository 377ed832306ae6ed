#include "base/text_rank.h"

#include "base/text_pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_ranks_follow_texts(const struct text_rank *rank, const struct text_pool *pool)
{
    assert_int_equal(text_rank_of(rank, TEXT_NULL), 0);
    for (uint32_t i = 0; i < rank->count; i++)
        assert_int_equal(text_rank_of(rank, rank->sorted[i]), i + 1);
    for (uint32_t i = 1; i < rank->count; i++)
        assert_true(text_compare(text_pool_borrow(pool, rank->sorted[i - 1]),
                                 text_pool_borrow(pool, rank->sorted[i])) < 0);
}

static void ask_for_texts(struct text_rank *rank, struct text_pool *pool, int count)
{
    for (int i = 0; i < count; i++) {
        char text[16];
        size_t length = (size_t)snprintf(text, sizeof text, "%d", rand() % 5000);
        text_rank_ask(rank, text_pool_intern(pool, text, length));
    }
    text_rank_ask(rank, TEXT_NULL);
}

static void test_new_texts_take_their_place_among_the_old(void **state)
{
    (void)state;
    struct text_pool pool;
    struct text_rank rank;
    text_pool_init(&pool);
    text_rank_init(&rank, &pool);
    text_rank_reset(&rank);
    srand(7);
    for (int round = 0; round < 2; round++) {
        for (int day = 0; day < 8; day++) {
            ask_for_texts(&rank, &pool, day % 3 == 2 ? 3 : 700);
            text_rank_update(&rank);
            assert_int_equal(rank.count, pool.count - 2); /* all but null and empty */
            assert_ranks_follow_texts(&rank, &pool);
        }
        text_rank_update(&rank);
        assert_ranks_follow_texts(&rank, &pool);
        text_pool_reset(&pool);
        text_rank_reset(&rank);
        assert_int_equal(rank.count, 0);
    }
    text_rank_close(&rank);
    text_pool_close(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_texts_take_their_place_among_the_old),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
