#include "result/row_match.h"

#include "attribute/cost_row.h"
#include "base/arena.h"
#include "result/result.h"
#include "result/row_cell.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_ROWS = 8 };

/* A row in few words; the rest of the cost row is null. */
struct brief {
    int day;
    const char *namespace;
    const char *tags;
    const char *node;
    double cost;
};

struct side {
    struct brief rows[MOST_ROWS];
    size_t count;
};

struct fixture {
    struct arena arena;
    struct text_pool texts;
    struct compare_profile profile;
    struct row_match match;
    struct cost_row rows[2][MOST_ROWS];
    struct row_batch batches[2];
};

static struct fixture fixture;

static int set_up(void **state)
{
    (void)state;
    uint64_t only_a, only_b;
    struct result_table everything = {.found = true};
    arena_init(&fixture.arena);
    text_pool_init(&fixture.texts);
    row_match_init(&fixture.match);
    everything.columns = arena_alloc_array(&fixture.arena, cost_table.column_count, sizeof(bool));
    for (size_t i = 1; i < cost_table.column_count; i++)
        everything.columns[i] = true;
    compare_profile_build(&cost_table, &everything, &everything, &fixture.arena, &fixture.profile,
                          &only_a, &only_b);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    row_match_close(&fixture.match);
    text_pool_close(&fixture.texts);
    arena_close(&fixture.arena);
    return 0;
}

static void fill(int number, const struct side *side)
{
    for (size_t i = 0; i < side->count; i++) {
        struct cost_row *row = &fixture.rows[number][i];
        const struct brief *brief = &side->rows[i];
        row_cell_clear(&cost_table, (unsigned char *)row);
        row->usage_start = row->usage_end = brief->day;
        row->namespace = text_pool_intern_string(&fixture.texts, brief->namespace);
        row->tags = row->pod_labels = text_pool_intern_string(&fixture.texts, brief->tags);
        row->node = text_pool_intern_string(&fixture.texts, brief->node);
        row->unblended_cost = brief->cost;
    }
    fixture.batches[number] =
        (struct row_batch){&cost_table, fixture.rows[number], side->count, &fixture.texts};
}

static void match(const struct side *a, const struct side *b, double relative)
{
    fill(0, a);
    fill(1, b);
    row_match_build(&fixture.match, &fixture.profile, (struct row_tolerance){relative},
                    &fixture.batches[0], &fixture.batches[1]);
}

static bool differs_in(const struct row_pair *pair, const char *name)
{
    return (pair->differs & compare_columns(&cost_table, &name, 1)) != 0;
}

static const struct side two = {{{1, "web", "{}", "n1", 2}, {1, "api", "{}", "n1", 3}}, 2};

static void test_order_plays_no_part(void **state)
{
    (void)state;
    const struct side turned = {{two.rows[1], two.rows[0]}, 2};
    match(&two, &turned, 1e-9);
    assert_int_equal(fixture.match.equal, 2);
    assert_int_equal(fixture.match.count, 0);
}

static void test_numbers_are_equal_within_the_tolerance_or_the_last_digit(void **state)
{
    (void)state;
    static const struct {
        double a, b, relative;
        bool equal;
    } cases[] = {
        {1, 1 + 1e-10, 1e-9, true}, {1, 1 + 1e-8, 1e-9, false}, {1, 1 + 1e-8, 1e-4, true},
        {0, 4e-16, 1e-9, true},     {0, 6e-16, 1e-9, false},    {0, NAN, 1e-4, false},
        {NAN, NAN, 1e-9, true},     {-5, 5, 1e-4, false},       {1e12, 1e12 + 1, 1e-9, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct side a = {{{1, "web", "{}", "n1", cases[i].a}}, 1};
        const struct side b = {{{1, "web", "{}", "n1", cases[i].b}}, 1};
        match(&a, &b, cases[i].relative);
        assert_int_equal(fixture.match.equal, cases[i].equal);
        assert_int_equal(fixture.match.count, !cases[i].equal);
    }
}

static void test_equal_rows_are_paired_before_unequal_ones(void **state)
{
    (void)state;
    const struct side a = {{{1, "web", "{}", "n", 1}, {1, "web", "{}", "n", 5}}, 2};
    const struct side b = {{{1, "web", "{}", "n", 5}, {1, "web", "{}", "n", 2}}, 2};
    match(&a, &b, 1e-9);
    assert_int_equal(fixture.match.equal, 1);
    assert_int_equal(fixture.match.count, 1);
    assert_int_equal(fixture.match.pairs[0].a, 0);
    assert_int_equal(fixture.match.pairs[0].b, 1);
    assert_true(differs_in(&fixture.match.pairs[0], "unblended_cost"));
}

static void test_a_row_too_many_is_a_duplicate(void **state)
{
    (void)state;
    const struct side b = {{two.rows[0], two.rows[1], two.rows[0]}, 3};
    match(&two, &b, 1e-9);
    assert_int_equal(fixture.match.equal, 2);
    assert_int_equal(fixture.match.count, 1);
    assert_int_equal(fixture.match.pairs[0].a, ROW_MATCH_NONE);
    assert_int_equal(fixture.match.pairs[0].lone, LONE_DUPLICATE);
}

static void test_rows_that_add_up_are_a_split(void **state)
{
    (void)state;
    const struct side a = {{{1, "web", "{}", "n", 5}}, 1};
    const struct side b = {{{1, "web", "{}", "n", 2}, {1, "web", "{}", "n", 3}}, 2};
    match(&a, &b, 1e-9);
    assert_int_equal(fixture.match.count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(fixture.match.pairs[i].lone, LONE_SPLIT);
}

static void test_a_row_that_differs_in_part_of_its_key_is_one_pair(void **state)
{
    (void)state;
    static const struct {
        struct brief b;
        const char *column;
    } cases[] = {
        {{1, "web", "{\"x\":\"y\"}", "n1", 2}, "tags"},
        {{1, "web", "{}", "n2", 2}, "node"},
        {{1, "shop", "{}", "n1", 2}, "namespace"},
        {{2, "web", "{}", "n1", 2}, "usage_start"},
        {{1, "web", "{}", "", 2}, "node"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct side b = {{cases[i].b, two.rows[1]}, 2};
        match(&two, &b, 1e-9);
        assert_int_equal(fixture.match.equal, 1);
        assert_int_equal(fixture.match.count, 1);
        assert_true(differs_in(&fixture.match.pairs[0], cases[i].column));
    }
}

static void test_rows_with_nothing_in_common_stay_alone(void **state)
{
    (void)state;
    const struct side b = {{{9, "other", "{\"a\":\"b\"}", "n9", 77}}, 1};
    match(&two, &b, 1e-9);
    assert_int_equal(fixture.match.equal, 0);
    assert_int_equal(fixture.match.count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(fixture.match.pairs[i].lone, LONE_UNKNOWN);
}

static void test_nothing_matches_nothing(void **state)
{
    (void)state;
    const struct side none = {.count = 0};
    match(&none, &none, 1e-9);
    assert_int_equal(fixture.match.count, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_order_plays_no_part),
        TEST(test_numbers_are_equal_within_the_tolerance_or_the_last_digit),
        TEST(test_equal_rows_are_paired_before_unequal_ones),
        TEST(test_a_row_too_many_is_a_duplicate),
        TEST(test_rows_that_add_up_are_a_split),
        TEST(test_a_row_that_differs_in_part_of_its_key_is_one_pair),
        TEST(test_rows_with_nothing_in_common_stay_alone),
        TEST(test_nothing_matches_nothing),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
