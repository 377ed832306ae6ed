/* Groups that outlive their span: what a day gives does not depend on the days before. */
#include "aggregate/pod_usage.h"

#include "aggregate/usage_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct settings app_and_tier(void)
{
    static const char *const keys[] = {"app", "tier"};
    return (struct settings){.enabled_ocp_keys = {(const char **)(uintptr_t)keys, 2}};
}

static void begin(struct fixture *fixture, int first, int last)
{
    usage_fold_begin(&fixture->fold, &fixture->cluster,
                     (struct period){FIXTURE_DAY + first, FIXTURE_DAY + last});
}

static void add_pods(struct fixture *fixture, const struct fixture_pod *pods, size_t count,
                     bool hourly)
{
    struct error error = {0};
    assert_true(fixture_add_pods(fixture, pods, count, hourly, &error));
}

/* "namespace labels hours, …" of a day's rows with pods. */
static void assert_day(struct fixture *fixture, int day, const char *expected)
{
    struct usage_day result;
    struct error error = {0};
    char text[512] = "";
    size_t length = 0;
    assert_true(usage_fold_take_day(&fixture->fold, FIXTURE_DAY + day, &result, &error));
    const struct usage_row *rows = result.rows.rows;
    for (size_t i = 0; i < result.rows.count; i++) {
        if (rows[i].infrastructure_usage_cost == TEXT_NULL)
            continue;
        struct text namespace = text_pool_borrow(result.rows.texts, rows[i].namespace);
        struct text labels = text_pool_borrow(result.rows.texts, rows[i].pod_labels);
        length +=
            (size_t)snprintf(text + length, sizeof text - length, "%s%.*s %.*s %g",
                             length == 0 ? "" : ", ", (int)namespace.length, namespace.bytes,
                             (int)labels.length, labels.bytes, rows[i].pod_usage_cpu_core_hours);
    }
    assert_string_equal(text, expected);
}

static void test_labels_of_a_node_change_from_day_to_day(void **state)
{
    (void)state;
    static const struct fixture_label labels[] = {
        {0, "n1", "{\"tier\": \"a\"}"},  {24, "n1", "{\"tier\": \"b\"}"},
        {48, "n1", "{\"tier\": \"b\"}"}, {48, "n1", "{\"tier\": \"a\"}"},
        {72, "n1", "{\"tier\": \"a\"}"}, {96, "n2", "{\"tier\": \"a\"}"}};
    static const char *const rows[] = {
        "web {\"app\":\"x\",\"tier\":\"a\"} 1", "web {\"app\":\"x\",\"tier\":\"b\"} 1",
        "web {\"app\":\"x\",\"tier\":\"a\"} 1, web {\"app\":\"x\",\"tier\":\"b\"} 1",
        "web {\"app\":\"x\",\"tier\":\"a\"} 1", "web {\"app\":\"x\"} 1"};
    struct fixture fixture = {.settings = app_and_tier()};
    struct error error = {0};
    fixture_open(&fixture, 1);
    for (int day = 0; day < (int)COUNT(rows); day++) {
        const struct fixture_pod pod = {
            day * 24, "web", "n1", "p", "{\"app\": \"x\"}", "i-1", NULL, 3600, 3600, 0, 3600, 4};
        begin(&fixture, day, day);
        assert_true(fixture_add_node_labels(&fixture, labels, COUNT(labels), &error));
        add_pods(&fixture, &pod, 1, false);
        usage_fold_complete(&fixture.fold);
        assert_day(&fixture, day, rows[day]);
    }
    fixture_close(&fixture);
}

static const struct fixture_pod three_days[] = {
    {0, "web", "n1", "p", "{\"app\": \"x\"}", "i-1", NULL, 3600, 3600, 0, 3600, 4},
    {0, "db", "n1", "q", "{}", "i-1", NULL, 7200, 3600, 0, 3600, 4},
    {24, "web", "n1", "p", "{\"app\": \"x\"}", "i-1", NULL, 10800, 3600, 0, 3600, 4},
    {24, "Acme", "n1", "r", "{\"app\": \"y\"}", "i-1", NULL, 3600, 3600, 0, 3600, 4},
    {48, "db", "n1", "q", "{}", "i-1", NULL, 14400, 3600, 0, 3600, 4},
};

static const char *const rows_of_three_days[] = {
    "db {} 2, web {\"app\":\"x\"} 1", "Acme {\"app\":\"y\"} 1, web {\"app\":\"x\"} 3", "db {} 4"};

static void test_pods_come_and_go(void **state)
{
    (void)state;
    for (int hourly = 0; hourly < 2; hourly++) {
        struct fixture fixture = {.settings = app_and_tier()};
        fixture_open(&fixture, 1);
        for (int round = 0; round < 2; round++)
            for (int day = 0; day < 3; day++) {
                begin(&fixture, day, day);
                add_pods(&fixture, three_days, COUNT(three_days), hourly);
                usage_fold_complete(&fixture.fold);
                assert_day(&fixture, day, rows_of_three_days[day]);
            }
        fixture_close(&fixture);
    }
}

static void test_days_of_one_span_keep_apart(void **state)
{
    (void)state;
    for (int hourly = 0; hourly < 2; hourly++) {
        struct fixture fixture = {.settings = app_and_tier()};
        fixture_open(&fixture, 3);
        for (int round = 0; round < 2; round++) {
            begin(&fixture, 0, 2);
            add_pods(&fixture, three_days, COUNT(three_days), hourly);
            usage_fold_complete(&fixture.fold);
            for (int day = 2; day >= 0; day--)
                assert_day(&fixture, day, rows_of_three_days[day]);
        }
        fixture_close(&fixture);
    }
}

static void test_labels_of_days_of_one_span_keep_apart(void **state)
{
    (void)state;
    static const struct fixture_label labels[] = {{0, "n1", "{\"tier\": \"a\"}"},
                                                  {24, "n1", "{\"tier\": \"b\"}"}};
    static const char *const rows[] = {
        "db {\"tier\":\"a\"} 2, web {\"app\":\"x\",\"tier\":\"a\"} 1",
        "Acme {\"app\":\"y\",\"tier\":\"b\"} 1, web {\"app\":\"x\",\"tier\":\"b\"} 3", "db {} 4"};
    struct fixture fixture = {.settings = app_and_tier()};
    struct error error = {0};
    fixture_open(&fixture, 3);
    assert_true(fixture_add_node_labels(&fixture, labels, COUNT(labels), &error));
    add_pods(&fixture, three_days, COUNT(three_days), false);
    usage_fold_complete(&fixture.fold);
    for (int day = 0; day < 3; day++)
        assert_day(&fixture, day, rows[day]);
    fixture_close(&fixture);
}

/* Two groups of own labels that merge into one, and one row that counts for two categories. */
static void test_groups_that_merge_are_summed(void **state)
{
    (void)state;
    static struct cost_category categories[] = {{"web", 1}, {"w%", 2}};
    static const struct fixture_label labels[] = {{0, "n1", "{\"app\": \"x\"}"}};
    static const struct fixture_pod pods[] = {
        {0, "db", "n1", "p", "{\"app\": \"x\"}", "i-1", NULL, 3600, 3600, 0, 3600, 4},
        {0, "db", "n1", "q", "{}", "i-1", NULL, 7200, 3600, 0, 3600, 4},
        {0, "web", "n1", "q", "{}", "i-1", NULL, 7200, 3600, 0, 3600, 4},
    };
    struct fixture fixture = {.settings = app_and_tier()};
    struct error error = {0};
    fixture.settings.cost_categories = categories;
    fixture.settings.cost_category_count = COUNT(categories);
    fixture_open(&fixture, 1);
    for (int round = 0; round < 2; round++) {
        begin(&fixture, 0, 0);
        assert_true(fixture_add_node_labels(&fixture, labels, COUNT(labels), &error));
        add_pods(&fixture, pods, COUNT(pods), false);
        usage_fold_complete(&fixture.fold);
        assert_day(&fixture, 0, "db {\"app\":\"x\"} 3, web {\"app\":\"x\"} 4");
    }
    fixture_close(&fixture);
}

static void add_many_pods(struct fixture *fixture, int count, bool hourly)
{
    for (int i = 0; i < count; i++) {
        char name[16];
        snprintf(name, sizeof name, "p%d", i);
        const struct fixture_pod pod = {0,    name, "n1", name, "{}", NULL,
                                        NULL, 3600, 3600, 0,    3600, 4};
        add_pods(fixture, &pod, 1, hourly);
    }
}

static void test_groups_seen_no_more_are_forgotten(void **state)
{
    (void)state;
    for (int hourly = 0; hourly < 2; hourly++) {
        struct fixture fixture = {.settings = app_and_tier()};
        fixture_open(&fixture, 1);
        begin(&fixture, 0, 0);
        add_many_pods(&fixture, 1500, hourly);
        usage_fold_complete(&fixture.fold);
        assert_int_equal(fixture.fold.pods.groups.count, 1500);
        for (int day = 1; day < 3; day++) {
            begin(&fixture, day, day);
            add_pods(&fixture, &three_days[2], 1, hourly);
            usage_fold_complete(&fixture.fold);
            assert_int_equal(fixture.fold.pods.groups.count, day == 1 ? 1501 : 0);
            assert_day(&fixture, day, day == 1 ? "web {\"app\":\"x\"} 3" : "");
        }
        assert_int_equal(fixture.fold.pod_hours.pods.count, 0);
        fixture_close(&fixture);
    }
}

static void test_groups_end_with_the_texts_of_their_names(void **state)
{
    (void)state;
    struct fixture fixture = {.settings = app_and_tier()};
    fixture_open(&fixture, 1);
    for (int round = 0; round < 2; round++) {
        begin(&fixture, 0, 0);
        add_pods(&fixture, three_days, COUNT(three_days), false);
        usage_fold_complete(&fixture.fold);
        assert_day(&fixture, 0, rows_of_three_days[0]);
        for (int i = 0; i < 200000; i++) {
            char text[16];
            text_pool_intern(&fixture.fold.texts, text,
                             (size_t)snprintf(text, sizeof text, "%d", i));
        }
        begin(&fixture, 0, 0);
        assert_int_equal(fixture.fold.pods.groups.count, 0);
    }
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels_of_a_node_change_from_day_to_day),
        cmocka_unit_test(test_pods_come_and_go),
        cmocka_unit_test(test_days_of_one_span_keep_apart),
        cmocka_unit_test(test_labels_of_days_of_one_span_keep_apart),
        cmocka_unit_test(test_groups_that_merge_are_summed),
        cmocka_unit_test(test_groups_seen_no_more_are_forgotten),
        cmocka_unit_test(test_groups_end_with_the_texts_of_their_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
