#include "run/work_unit.h"

#include "source/inventory.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct inventory sizes[] = {{.bytes = 1000000, .rows = 10},
                                         {.bytes = 900000},
                                         {.bytes = 120000},
                                         {.bytes = 110000},
                                         {.bytes = 0}};

static struct work_unit unit(const char *stage, const char *source, int size)
{
    return (struct work_unit){.stage = stage, .source = source, .inventory = &sizes[size]};
}

static void test_great_units_go_to_shards_of_their_own(void **state)
{
    (void)state;
    struct work_unit units[] = {unit("usage", "d", 3), unit("usage", "a", 0), unit("usage", "b", 1),
                                unit("usage", "c", 2)};
    work_unit_deal(units, 4, 2);
    assert_int_not_equal(units[1].shard, units[2].shard);
    assert_int_not_equal(units[0].shard, units[3].shard);
}

static void test_the_order_of_units_does_not_matter(void **state)
{
    (void)state;
    struct work_unit one[] = {unit("usage", "a", 2), unit("cost", "b", 2), unit("usage", "c", 3),
                              unit("usage", "d", 0)};
    struct work_unit two[] = {one[3], one[2], one[1], one[0]};
    work_unit_deal(one, 4, 3);
    work_unit_deal(two, 4, 3);
    for (int i = 0; i < 4; i++)
        assert_int_equal(one[i].shard, two[3 - i].shard);
}

static void test_a_little_more_data_moves_nothing(void **state)
{
    (void)state;
    static const struct inventory grown = {.bytes = 125000};
    struct work_unit before[] = {unit("usage", "a", 2), unit("usage", "b", 3)};
    struct work_unit after[] = {unit("usage", "a", 2), unit("usage", "b", 3)};
    after[1].inventory = &grown;
    work_unit_deal(before, 2, 2);
    work_unit_deal(after, 2, 2);
    assert_int_equal(before[0].shard, after[0].shard);
    assert_int_equal(before[1].shard, after[1].shard);
}

static void test_units_without_input_are_dealt_too(void **state)
{
    (void)state;
    struct work_unit units[] = {{.stage = "usage", .source = "a"}, unit("usage", "b", 4)};
    work_unit_deal(units, 2, 1);
    assert_int_equal(units[0].shard, 0);
    assert_int_equal(work_unit_bytes(&units[0]), 0);
    assert_int_equal(work_unit_rows(&units[0]), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_great_units_go_to_shards_of_their_own),
        cmocka_unit_test(test_the_order_of_units_does_not_matter),
        cmocka_unit_test(test_a_little_more_data_moves_nothing),
        cmocka_unit_test(test_units_without_input_are_dealt_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
