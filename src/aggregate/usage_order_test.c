/* The rows of a day in their order, whatever the way they came there. */
#include "aggregate/usage_order.h"

#include "aggregate/usage_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void take_day(struct fixture *fixture, struct usage_day *day)
{
    struct error error = {0};
    usage_fold_complete(&fixture->fold);
    assert_true(usage_fold_take_day(&fixture->fold, FIXTURE_DAY, day, &error));
}

static void assert_namespaces(const struct usage_day *day, const char *const *expected,
                              size_t count)
{
    const struct usage_row *rows = day->rows.rows;
    assert_int_equal(day->rows.count, count);
    for (size_t i = 0; i < count; i++) {
        struct text namespace = text_pool_borrow(day->rows.texts, rows[i].namespace);
        assert_int_equal(namespace.length, strlen(expected[i]));
        assert_memory_equal(namespace.bytes, expected[i], namespace.length);
    }
}

static struct node_role roles[] = {{"n1", "i-1", "worker"}, {"n2", "i-1", "worker"}};

static const struct fixture_pod pods[] = {
    {0, "web", "n1", "p", "{}", "i-1", NULL, 3600, 0, 0, 0, 2},
    {0, "Acme", "n1", "p", "{}", "i-1", NULL, 3600, 0, 0, 0, 2},
    {0, "Worker unallocated", "n1", "p", NULL, "i-1", NULL, 3600, 0, 0, 0, 2},
    {0, "Worker unallocated", "n2", "p", NULL, "i-1", NULL, 3600, 0, 0, 0, 2},
    {0, "web", "n2", "p", "{}", "i-1", NULL, 3600, 0, 0, 0, 2},
};

static void test_unallocated_rows_stand_among_pod_rows(void **state)
{
    (void)state;
    static const char *const expected[] = {"Acme",
                                           "Worker unallocated",
                                           "Worker unallocated",
                                           "Worker unallocated",
                                           "Worker unallocated",
                                           "web",
                                           "web"};
    struct fixture fixture = {.settings = {.node_roles = roles, .node_role_count = COUNT(roles)}};
    struct error error = {0};
    struct usage_day day;
    fixture_open(&fixture, 1);
    assert_true(fixture_add_pods(&fixture, pods, COUNT(pods), false, &error));
    take_day(&fixture, &day);
    assert_namespaces(&day, expected, COUNT(expected));
    const struct usage_row *rows = day.rows.rows;
    for (size_t i = 1; i < day.rows.count; i++)
        assert_true(usage_order_compare(&rows[i - 1], &rows[i], day.rows.texts) < 0);
    for (size_t i = 1; i < 5; i++) /* on each node the pods' row, then what they left */
        assert_int_equal(rows[i].infrastructure_usage_cost == TEXT_NULL, i % 2 == 0);
    fixture_close(&fixture);
}

static void test_equal_rows_have_names_of_their_own(void **state)
{
    (void)state;
    static struct cost_category categories[] = {{"Worker %", 1}, {"Worker u%", 1}, {"W%", 2}};
    struct fixture fixture = {.settings = {.node_roles = roles,
                                           .node_role_count = COUNT(roles),
                                           .cost_categories = categories,
                                           .cost_category_count = COUNT(categories)}};
    struct error error = {0};
    struct usage_day day;
    fixture_open(&fixture, 1);
    assert_true(fixture_add_pods(&fixture, pods, 1, false, &error));
    take_day(&fixture, &day);
    const struct usage_row *rows = day.rows.rows;
    assert_int_equal(day.rows.count, 4);
    assert_int_equal(usage_order_compare(&rows[0], &rows[1], day.rows.texts), 0);
    assert_true(usage_order_compare(&rows[1], &rows[2], day.rows.texts) < 0);
    assert_true(usage_order_compare(&rows[2], &rows[1], day.rows.texts) > 0);
    for (size_t i = 1; i < day.rows.count; i++)
        assert_memory_not_equal(rows[i - 1].uuid, rows[i].uuid, sizeof rows[i].uuid);
    fixture_close(&fixture);
}

static void test_many_rows_have_the_names_they_have_alone(void **state)
{
    (void)state;
    struct fixture fixture = {.settings = {.node_role_count = 0}};
    struct error error = {0};
    struct usage_day day;
    fixture_open(&fixture, 1);
    for (int i = 0; i < 40; i++) {
        const char namespace[] = {(char)('a' + i % 7), (char)('a' + i % 11), '\0'};
        struct fixture_pod pod = pods[0];
        pod.namespace = namespace;
        pod.node = i % 3 == 0 ? "n1" : "n2";
        assert_true(fixture_add_pods(&fixture, &pod, 1, false, &error));
    }
    take_day(&fixture, &day);
    struct usage_names names;
    usage_names_init(&names, day.rows.texts);
    usage_names_begin_day(&names, day.rows.rows);
    for (size_t i = 0; i < day.rows.count; i++) {
        const struct usage_row *row = (const struct usage_row *)day.rows.rows + i;
        struct usage_row alone = *row;
        struct row_digest digest = usage_names_digest(&names, row, 0);
        usage_names_give(&names, &alone, &digest, 1);
        assert_memory_equal(alone.uuid, row->uuid, sizeof alone.uuid);
    }
    usage_names_close(&names);
    fixture_close(&fixture);
}

static void test_a_capacity_out_of_range_is_bad_data(void **state)
{
    (void)state;
    static const struct fixture_pod pod = {0,    "web", "n1", "p", "{}", "i-1",
                                           NULL, 1,     0,    0,   0,    1e60};
    struct fixture fixture = {.settings = {.node_role_count = 0}};
    struct error error = {0};
    struct usage_day day;
    fixture_open(&fixture, 1);
    assert_true(fixture_add_pods(&fixture, &pod, 1, false, &error));
    usage_fold_complete(&fixture.fold);
    assert_false(usage_fold_take_day(&fixture.fold, FIXTURE_DAY, &day, &error));
    assert_int_equal(error.kind, ERROR_BAD_DATA);
    fixture_close(&fixture);
}

/* Nobody shares the disk, so what it was asked for stands in no row. */
static void test_a_sum_that_no_row_holds_may_leave_its_range(void **state)
{
    (void)state;
    static const struct fixture_storage storage = {0,    "web", "gone", "c", "v",  "gp3",
                                                   NULL, "{}",  "{}",   1,   1e60, 1};
    struct fixture fixture = {.settings = {.node_role_count = 0}};
    struct error error = {0};
    struct usage_day day;
    fixture_open(&fixture, 1);
    assert_true(fixture_add_storage(&fixture, &storage, 1, false, &error));
    take_day(&fixture, &day);
    assert_int_equal(day.rows.count, 1);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unallocated_rows_stand_among_pod_rows),
        cmocka_unit_test(test_equal_rows_have_names_of_their_own),
        cmocka_unit_test(test_many_rows_have_the_names_they_have_alone),
        cmocka_unit_test(test_a_capacity_out_of_range_is_bad_data),
        cmocka_unit_test(test_a_sum_that_no_row_holds_may_leave_its_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
