#include "attribute/ranking.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* Orders numbers by what stands for them. */
static bool value_precedes(const void *context, uint32_t a, uint32_t b)
{
    const int *values = context;
    return values[a] < values[b];
}

static void assert_order(const struct ranking *ranking, const uint32_t *expected, uint32_t count)
{
    assert_int_equal(ranking->order.count, count);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(ranking->order.items[i], expected[i]);
        assert_int_equal(ranking_of(ranking, expected[i]), i + 1);
    }
}

static void test_new_numbers_are_sorted_in(void **state)
{
    (void)state;
    static const int values[] = {50, 10, 40, 20, 30, 60, 0};
    static const uint32_t first[] = {1, 2, 0}, second[] = {6, 3, 4, 5};
    struct ranking ranking = {0};
    ranking_merge(&ranking, first, 3, value_precedes, values);
    assert_order(&ranking, first, 3);
    ranking_merge(&ranking, NULL, 0, value_precedes, values);
    ranking_merge(&ranking, second, 4, value_precedes, values);
    assert_order(&ranking, (const uint32_t[]){6, 1, 3, 4, 2, 0, 5}, 7);
    assert_true(ranking_size(&ranking) > 0);
    ranking_clear(&ranking);
    ranking_merge(&ranking, first, 3, value_precedes, values);
    assert_order(&ranking, first, 3);
    ranking_close(&ranking);
}

/* Few among many, wherever they belong. */
static void test_one_number_finds_its_place_among_many(void **state)
{
    (void)state;
    enum { MANY = 100 };
    int values[MANY + 1];
    uint32_t numbers[MANY];
    for (uint32_t i = 0; i < MANY; i++) {
        numbers[i] = i;
        values[i] = (int)i * 2;
    }
    for (int value = -1; value <= MANY * 2; value += 2) {
        struct ranking ranking = {0};
        const uint32_t late = MANY;
        values[MANY] = value;
        ranking_merge(&ranking, numbers, MANY, value_precedes, values);
        ranking_merge(&ranking, &late, 1, value_precedes, values);
        assert_int_equal(ranking_of(&ranking, late), (value + 1) / 2 + 1);
        for (uint32_t i = 1; i < ranking.order.count; i++)
            assert_true(values[ranking.order.items[i - 1]] < values[ranking.order.items[i]]);
        ranking_close(&ranking);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_numbers_are_sorted_in),
        cmocka_unit_test(test_one_number_finds_its_place_among_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
