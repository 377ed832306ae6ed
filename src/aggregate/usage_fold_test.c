/* The rules of the daily summary, each on a handful of rows written out as literals. */
#include "aggregate/usage_fold.h"

#include "aggregate/usage_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NONE         MEASURE_NULL
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *const keys[] = {"app", "tier"};

static struct settings app_and_tier(void)
{
    return (struct settings){.enabled_ocp_keys = {(const char **)(uintptr_t)keys, 2}};
}

/* A row as text: what a test says it expects. Nulls print as -. */
static const char *text_of(const struct fixture *fixture, uint32_t id)
{
    static char buffers[8][128];
    static int next;
    struct text text = text_pool_borrow(&fixture->fold.texts, id);
    if (text.bytes == NULL)
        return "-";
    char *buffer = buffers[next++ % 8];
    snprintf(buffer, sizeof buffers[0], "%.*s", (int)text.length, text.bytes);
    return buffer;
}

static const char *number(double value)
{
    static char buffers[4][32];
    static int next;
    if (measure_is_null(value))
        return "-";
    char *buffer = buffers[next++ % 4];
    snprintf(buffer, sizeof buffers[0], "%.6g", value);
    return buffer;
}

static void take_day(struct fixture *fixture, int day, struct usage_day *result)
{
    struct error error = {0};
    assert_true(usage_fold_take_day(&fixture->fold, FIXTURE_DAY + day, result, &error));
}

/* namespace node labels usage request effective category, of one row */
static void assert_pod_rows(struct fixture *fixture, int day, const char *const *expected,
                            size_t count)
{
    struct usage_day result;
    take_day(fixture, day, &result);
    const struct usage_row *rows = result.rows.rows;
    size_t seen = 0;
    for (size_t i = 0; i < result.rows.count; i++) {
        const struct usage_row *row = &rows[i];
        char text[512];
        if (strcmp(text_of(fixture, row->data_source), "Pod") != 0)
            continue;
        snprintf(text, sizeof text, "%s %s %s %s %s %s %d", text_of(fixture, row->namespace),
                 text_of(fixture, row->node), text_of(fixture, row->pod_labels),
                 number(row->pod_usage_cpu_core_hours), number(row->pod_request_cpu_core_hours),
                 number(row->pod_effective_usage_cpu_core_hours),
                 row->cost_category_id == INTEGER_NULL ? 0 : row->cost_category_id);
        if (seen < count)
            assert_string_equal(text, expected[seen]);
        seen++;
    }
    assert_int_equal(seen, count);
}

static void test_usage_is_summed_by_labels_of_enabled_keys(void **state)
{
    (void)state;
    static const struct fixture_pod pods[] = {
        {0, "web", "n1", "a", "{\"app\": \"x\", \"hash\": \"1\"}", "i-1", NULL, 3600, 7200, 0, NONE,
         4},
        {0, "web", "n1", "b", "{\"hash\": \"2\", \"app\": \"x\"}", "i-2", NULL, 7200, 3600, 0, NONE,
         4},
        {0, "web", "n1", "c", "{\"app\": \"y\"}", "i-1", NULL, 3600, NONE, 0, 1800, 4},
        {0, "web", "n1", "d", NULL, "i-1", NULL, 3600, NONE, 0, NONE, 4},
    };
    static const char *const rows[] = {"- n1 - -1 1 -0.5 0", "web n1 - 1 - - 0",
                                       "web n1 {\"app\":\"x\"} 3 3 4 0",
                                       "web n1 {\"app\":\"y\"} 1 - 0.5 0"};
    struct fixture fixture = {.settings = app_and_tier()};
    struct error error = {0};
    fixture_open(&fixture, 1);
    assert_true(fixture_add_pods(&fixture, pods, COUNT(pods), false, &error));
    usage_fold_complete(&fixture.fold);
    assert_pod_rows(&fixture, 0, rows, COUNT(rows));
    struct usage_day day;
    take_day(&fixture, 0, &day);
    const struct usage_row *group = (const struct usage_row *)day.rows.rows + 2;
    assert_string_equal(text_of(&fixture, group->resource_id), "i-2"); /* the greatest */
    assert_true(group->pod_usage_memory_gigabyte_hours == 3);
    assert_true(group->node_capacity_memory_gigabytes == 4);
    fixture_close(&fixture);
}

static void test_rows_without_node_or_outside_the_period_drop_out(void **state)
{
    (void)state;
    static const struct fixture_pod pods[] = {
        {0, "web", NULL, "a", "{}", NULL, NULL, 3600, 0, 0, NONE, 4},
        {0, "web", "", "b", "{}", NULL, NULL, 3600, 0, 0, NONE, 4},
        {-1, "web", "n1", "c", "{}", NULL, NULL, 3600, 0, 0, NONE, 4},
        {24, "web", "n1", "d", "{}", NULL, NULL, 3600, 0, 0, NONE, 4},
        {INT32_MIN, "web", "n1", "e", "{}", NULL, NULL, 3600, 0, 0, NONE, 4},
    };
    struct fixture fixture = {.settings = app_and_tier()};
    struct error error = {0};
    fixture_open(&fixture, 1);
    assert_true(fixture_add_pods(&fixture, pods, COUNT(pods), false, &error));
    usage_fold_complete(&fixture.fold);
    assert_pod_rows(&fixture, 0, NULL, 0);
    assert_int_equal(fixture.fold.rows_in, 2);
    fixture_close(&fixture);
}

static void test_every_label_set_of_a_node_takes_the_pod_in(void **state)
{
    (void)state;
    static const struct fixture_label nodes[] = {{0, "n1", "{\"app\": \"a\"}"},
                                                 {1, "n1", "{\"app\": \"b\"}"},
                                                 {2, "n1", "{\"app\": \"a\"}"}};
    static const struct fixture_pod pods[] = {
        {0, "web", "n1", "p", "{}", "i-1", NULL, 3600, 0, 0, NONE, 4},
        {0, "web", "n1", "q", "{\"app\": \"c\"}", "i-1", NULL, 3600, 0, 0, NONE, 4},
        {0, "web", "n1", "r", NULL, "i-1", NULL, 3600, 0, 0, NONE, 4},
    };
    static const char *const rows[] = {
        "- n1 - -2 4 -2 0", "web n1 - 2 0 2 0", "web n1 {\"app\":\"a\"} 1 0 1 0",
        "web n1 {\"app\":\"b\"} 1 0 1 0", "web n1 {\"app\":\"c\"} 2 0 2 0"};
    struct fixture fixture = {.settings = app_and_tier()};
    struct error error = {0};
    fixture_open(&fixture, 1);
    assert_true(fixture_add_node_labels(&fixture, nodes, COUNT(nodes), &error));
    assert_true(fixture_add_pods(&fixture, pods, COUNT(pods), false, &error));
    usage_fold_complete(&fixture.fold);
    assert_pod_rows(&fixture, 0, rows, COUNT(rows));
    fixture_close(&fixture);
}

static void test_null_and_empty_label_sets_of_a_node_are_two(void **state)
{
    (void)state;
    static const struct fixture_label nodes[] = {{0, "n1", NULL}, {0, "n1", "{}"}};
    static const struct fixture_pod pods[] = {
        {0, "web", "n1", "p", "{}", "i-1", NULL, 3600, 0, 0, NONE, 4}};
    static const char *const rows[] = {"- n1 - 2 4 2 0", "web n1 {} 2 0 2 0"};
    struct fixture fixture = {.settings = app_and_tier()};
    struct error error = {0};
    fixture_open(&fixture, 1);
    assert_true(fixture_add_node_labels(&fixture, nodes, COUNT(nodes), &error));
    assert_true(fixture_add_pods(&fixture, pods, COUNT(pods), false, &error));
    usage_fold_complete(&fixture.fold);
    assert_pod_rows(&fixture, 0, rows, COUNT(rows));
    fixture_close(&fixture);
}

static void test_later_labels_win(void **state)
{
    (void)state;
    static const struct fixture_label nodes[] = {{0, "n1", "{\"app\": \"n\", \"tier\": \"n\"}"}};
    static const struct fixture_label spaces[] = {{0, "web", "{\"app\": \"s\"}"}};
    static const struct fixture_pod pods[] = {
        {0, "web", "n1", "p", "{}", "i-1", NULL, 3600, 0, 0, NONE, 4},
        {0, "web", "n1", "q", "{\"app\": \"p\"}", "i-1", NULL, 3600, 0, 0, NONE, 4}};
    static const char *const rows[] = {"- n1 - 2 4 2 0",
                                       "web n1 {\"app\":\"p\",\"tier\":\"n\"} 1 0 1 0",
                                       "web n1 {\"app\":\"s\",\"tier\":\"n\"} 1 0 1 0"};
    struct fixture fixture = {.settings = app_and_tier()};
    struct error error = {0};
    fixture_open(&fixture, 1);
    assert_true(fixture_add_node_labels(&fixture, nodes, COUNT(nodes), &error));
    assert_true(fixture_add_namespace_labels(&fixture, spaces, COUNT(spaces), &error));
    assert_true(fixture_add_pods(&fixture, pods, COUNT(pods), false, &error));
    usage_fold_complete(&fixture.fold);
    assert_pod_rows(&fixture, 0, rows, COUNT(rows));
    fixture_close(&fixture);
}

static void test_without_enabled_keys_every_label_goes(void **state)
{
    (void)state;
    static const struct fixture_pod pods[] = {{0, "web", "n1", "p",
                                               "{\"vm_kubevirt_io_name\": \"v\"}", "i-1", NULL,
                                               3600, 0, 0, NONE, 4}};
    static const char *const none[] = {"- n1 - 3 4 3 0", "web n1 {} 1 0 1 0"};
    static const char *const some[] = {"- n1 - 3 4 3 0",
                                       "web n1 {\"vm_kubevirt_io_name\":\"v\"} 1 0 1 0"};
    for (int with_keys = 0; with_keys < 2; with_keys++) {
        struct fixture fixture = {0};
        struct error error = {0};
        if (with_keys)
            fixture.settings = app_and_tier();
        fixture_open(&fixture, 1);
        assert_true(fixture_add_pods(&fixture, pods, COUNT(pods), false, &error));
        usage_fold_complete(&fixture.fold);
        assert_pod_rows(&fixture, 0, with_keys ? some : none, 2);
        fixture_close(&fixture);
    }
}

static void test_malformed_labels_read_as_empty_and_are_counted(void **state)
{
    (void)state;
    static const struct fixture_pod pods[] = {
        {0, "web", "n1", "p", "{\"app\": \"x\"}", "i-1", NULL, 3600, 0, 0, NONE, 4},
        {0, "web", "n1", "q", "{\"app\": ", "i-1", NULL, 3600, 0, 0, NONE, 4},
        {0, "web", "n1", "r", "", "i-1", NULL, 3600, 0, 0, NONE, 4}};
    static const char *const rows[] = {"- n1 - 1 4 1 0", "web n1 {\"app\":\"x\"} 1 0 1 0",
                                       "web n1 {} 2 0 2 0"};
    for (int strict = 0; strict < 2; strict++) {
        struct fixture fixture = {.settings = app_and_tier(), .rules = {.strict = strict}};
        struct error error = {0};
        fixture_open(&fixture, 1);
        assert_int_equal(fixture_add_pods(&fixture, pods, COUNT(pods), false, &error), !strict);
        if (strict) {
            assert_int_equal(error.kind, ERROR_BAD_DATA);
            assert_non_null(strstr(error.message, "pods.parquet: row 2"));
        } else {
            usage_fold_complete(&fixture.fold);
            assert_pod_rows(&fixture, 0, rows, COUNT(rows));
            assert_int_equal(fixture.fold.filter.malformed.count, 2);
            assert_string_equal(fixture.fold.filter.first_malformed, "pods.parquet: row 2");
        }
        fixture_close(&fixture);
    }
}

static void test_a_namespace_of_two_categories_counts_twice(void **state)
{
    (void)state;
    static struct cost_category categories[] = {
        {"openshift-%", 2}, {"%-dns", 9}, {"%unallocated", 4}, {"Worker%", 4}};
    static struct node_role roles[] = {{"n1", "i-1", "worker"}};
    static const struct fixture_pod pods[] = {
        {0, "openshift-dns", "n1", "p", "{}", "i-1", NULL, 3600, 0, 0, NONE, 8}};
    static const char *const rows[] = {"Worker unallocated n1 - 6 8 6 4",
                                       "Worker unallocated n1 - 6 8 6 4",
                                       "openshift-dns n1 {} 2 0 2 9"};
    struct fixture fixture = {.settings = app_and_tier()};
    struct error error = {0};
    fixture.settings.cost_categories = categories;
    fixture.settings.cost_category_count = COUNT(categories);
    fixture.settings.node_roles = roles;
    fixture.settings.node_role_count = COUNT(roles);
    fixture_open(&fixture, 1);
    assert_true(fixture_add_pods(&fixture, pods, COUNT(pods), false, &error));
    usage_fold_complete(&fixture.fold);
    assert_pod_rows(&fixture, 0, rows, COUNT(rows));
    struct usage_day day;
    take_day(&fixture, 0, &day);
    const struct usage_row *twins = day.rows.rows;
    assert_memory_not_equal(twins[0].uuid, twins[1].uuid, sizeof twins[0].uuid);
    fixture_close(&fixture);
}

static void test_unallocated_namespace_follows_the_greatest_role(void **state)
{
    (void)state;
    static struct node_role roles[] = {{"n1", "i-1", "infra"},  {"n1", "i-2", "worker"},
                                       {"n2", "i-1", "master"}, {"n3", "i-1", "guest"},
                                       {"n4", "i-1", "infra"},  {"n4", "i-1", "worker"}};
    static const struct fixture_pod pods[] = {
        {0, "web", "n1", "p", "{}", "i-1", NULL, 3600, 0, 0, NONE, 2},
        {0, "db", "n1", "q", "{}", "i-2", NULL, 3600, 0, 0, NONE, 2},
        {0, "web", "n2", "p", "{}", "i-1", NULL, 3600, 0, 0, NONE, 2},
        {0, "web", "n3", "p", "{}", "i-1", NULL, 3600, 0, 0, NONE, 2},
        {0, "web", "n4", "p", "{}", "i-1", NULL, 3600, 0, 0, NONE, 2},
        {0, "Worker unallocated", "n5", "p", "{}", "i-1", NULL, 3600, 0, 0, NONE, 2}};
    static const char *const rows[] = {"- n3 - 1 2 1 0",
                                       "Platform unallocated n2 - 1 2 1 0",
                                       "Worker unallocated n1 - 0 2 0 0",
                                       "Worker unallocated n4 - 1 2 1 0",
                                       "Worker unallocated n5 {} 1 0 1 0",
                                       "db n1 {} 1 0 1 0",
                                       "web n1 {} 1 0 1 0",
                                       "web n2 {} 1 0 1 0",
                                       "web n3 {} 1 0 1 0",
                                       "web n4 {} 1 0 1 0"};
    struct fixture fixture = {.settings = app_and_tier()};
    struct error error = {0};
    fixture.settings.node_roles = roles;
    fixture.settings.node_role_count = COUNT(roles);
    fixture_open(&fixture, 1);
    assert_true(fixture_add_pods(&fixture, pods, COUNT(pods), false, &error));
    usage_fold_complete(&fixture.fold);
    assert_pod_rows(&fixture, 0, rows, COUNT(rows));
    fixture_close(&fixture);
}

static void test_daily_rows_from_hourly_ones_take_the_greater_per_hour(void **state)
{
    (void)state;
    static const struct fixture_pod pods[] = {
        {0, "web", "n1", "p", "{}", "i-1", NULL, 3600, 7200, 0, NONE, 4},
        {1, "web", "n1", "p", "{}", "i-2", NULL, 10800, 7200, 0, NONE, 4},
        {25, "web", "n1", "p", "{}", "i-1", NULL, NONE, 3600, 0, NONE, 4},
        {26, "web", "n1", "p", "{}", "i-1", NULL, 7200, NONE, 0, NONE, 4}};
    static const char *const first[] = {"- n1 - 4 4 3 0", "web n1 {} 4 4 5 0"};
    /* No hour has both: the day's effective usage falls back to the greater of the day's sums. */
    static const char *const second[] = {"- n1 - 6 7 6 0", "web n1 {} 2 1 2 0"};
    struct fixture fixture = {.settings = app_and_tier()};
    struct error error = {0};
    fixture_open(&fixture, 2);
    assert_true(fixture_add_pods(&fixture, pods, COUNT(pods), true, &error));
    usage_fold_complete(&fixture.fold);
    assert_pod_rows(&fixture, 0, first, COUNT(first));
    assert_pod_rows(&fixture, 1, second, COUNT(second));
    fixture_close(&fixture);
}

static void test_capacity_is_the_greatest_per_interval_summed_over_the_day(void **state)
{
    (void)state;
    static const struct fixture_pod pods[] = {
        {0, "web", "n1", "p", "{}", "i-1", NULL, 0, 0, 0, NONE, 4},
        {0, "web", "n1", "q", "{}", "i-1", NULL, 0, 0, 0, NONE, 2},
        {1, "web", "n1", "p", "{}", "i-1", NULL, 0, 0, 0, NONE, 4},
        {1, "web", "", "x", "{}", "i-1", NULL, 0, 0, 0, NONE, 16},
        {1, "web", NULL, "y", "{}", "i-1", NULL, 0, 0, 0, NONE, 32},
        {1, "web", "n2", "z", "{}", "i-1", NULL, 0, 0, 0, NONE, NONE}};
    struct fixture fixture = {.settings = app_and_tier()};
    struct error error = {0};
    struct usage_day day;
    fixture_open(&fixture, 1);
    assert_true(fixture_add_pods(&fixture, pods, COUNT(pods), false, &error));
    usage_fold_complete(&fixture.fold);
    take_day(&fixture, 0, &day);
    const struct usage_row *rows = day.rows.rows;
    assert_int_equal(day.rows.count, 4);
    for (size_t i = 0; i < day.rows.count; i++) {
        bool first = strcmp(text_of(&fixture, rows[i].node), "n1") == 0;
        assert_string_equal(number(rows[i].node_capacity_cpu_core_hours), first ? "8" : "-");
        assert_string_equal(number(rows[i].node_capacity_memory_gigabyte_hours), first ? "8" : "-");
        assert_true(rows[i].cluster_capacity_cpu_core_hours == 56);
    }
    fixture_close(&fixture);
}

/* namespace node resource_id claim volume labels capacity capacity-months request usage */
static void assert_storage_rows(struct fixture *fixture, const char *const *expected, size_t count)
{
    struct usage_day result;
    take_day(fixture, 0, &result);
    const struct usage_row *rows = result.rows.rows;
    size_t seen = 0;
    for (size_t i = 0; i < result.rows.count; i++) {
        const struct usage_row *row = &rows[i];
        char text[512];
        if (strcmp(text_of(fixture, row->data_source), "Storage") != 0)
            continue;
        int length = snprintf(text, sizeof text, "%s %s %s ", text_of(fixture, row->namespace),
                              text_of(fixture, row->node), text_of(fixture, row->resource_id));
        snprintf(text + length, sizeof text - (size_t)length, "%s %s %s %s %s %s %s",
                 text_of(fixture, row->persistentvolumeclaim),
                 text_of(fixture, row->persistentvolume), text_of(fixture, row->volume_labels),
                 number(row->persistentvolumeclaim_capacity_gigabyte),
                 number(row->persistentvolumeclaim_capacity_gigabyte_months * 31),
                 number(row->volume_request_storage_gigabyte_months * 31),
                 number(row->persistentvolumeclaim_usage_gigabyte_months * 31));
        if (seen < count)
            assert_string_equal(text, expected[seen]);
        seen++;
    }
    assert_int_equal(seen, count);
}

static void test_storage_is_shared_by_the_nodes_of_its_pod(void **state)
{
    (void)state;
    static const struct fixture_storage storage[] = {
        {0, "web", "p", "c", "v", "gp3", "vol-1", "{\"app\": \"v\"}", "{\"app\": \"c\"}", 10, 8, 4},
        {0, "web", "gone", "d", "w", "gp3", "vol-2", "{}", "{}", 5, 5, 5},
        {0, "web", "p", "e", "x", "gp3", NULL, NULL, "{}", 1, 1, 1}};
    static const struct fixture_pod pods[] = {
        {0, "web", "n1", "p", "{}", "i-1", NULL, 0, 0, 0, NONE, 4},
        {0, "web", "n2", "p", "{}", "i-2", NULL, 0, 0, 0, NONE, 4},
        {0, "web", NULL, "p", "{}", NULL, NULL, 0, 0, 0, NONE, 4},
        {0, "other", "n3", "p", "{}", "i-3", NULL, 0, 0, 0, NONE, 4}};
    static const char *const rows[] = {"web - - c v {\"app\":\"c\"} 10 10 4 2",
                                       "web - - d w {} 5 5 - -",
                                       "web - - e x - 1 1 0.5 0.5",
                                       "web n1 i-1 c v {\"app\":\"c\"} 10 10 4 2",
                                       "web n1 i-1 e x - 1 1 0.5 0.5",
                                       "web n2 i-2 c v {\"app\":\"c\"} 10 10 4 2",
                                       "web n2 i-2 e x - 1 1 0.5 0.5"};
    struct fixture fixture = {.settings = app_and_tier()};
    struct error error = {0};
    fixture_open(&fixture, 1);
    assert_true(fixture_add_storage(&fixture, storage, COUNT(storage), false, &error));
    assert_true(fixture_add_pods(&fixture, pods, COUNT(pods), false, &error));
    usage_fold_complete(&fixture.fold);
    assert_storage_rows(&fixture, rows, COUNT(rows));
    fixture_close(&fixture);
}

static void test_a_claim_with_two_volumes_counts_each_row_twice(void **state)
{
    (void)state;
    static const struct fixture_storage storage[] = {
        {0, "web", "p", "c", "v", "gp3", NULL, "{}", "{}", 10, 8, 4},
        {0, "web", "p", "c", "w", "gp3", NULL, "{}", "{}", 20, 8, 4}};
    static const struct fixture_pod pods[] = {
        {0, "web", "n1", "p", "{}", "i-1", NULL, 0, 0, 0, NONE, 4}};
    static const char *const rows[] = {"web n1 i-1 c v {} 10 20 16 8",
                                       "web n1 i-1 c w {} 20 40 16 8"};
    struct fixture fixture = {.settings = app_and_tier()};
    struct error error = {0};
    fixture_open(&fixture, 1);
    assert_true(fixture_add_storage(&fixture, storage, COUNT(storage), false, &error));
    assert_true(fixture_add_pods(&fixture, pods, COUNT(pods), false, &error));
    usage_fold_complete(&fixture.fold);
    assert_storage_rows(&fixture, rows, COUNT(rows));
    fixture_close(&fixture);
}

static void test_hourly_storage_keeps_the_greatest_capacity(void **state)
{
    (void)state;
    static const struct fixture_storage storage[] = {
        {0, "web", "p", "c", "v", "gp3", NULL, "{}", "{}", 10, 8, 4},
        {1, "web", "p", "c", "v", "gp3", NULL, "{}", "{}", 12, 8, 4},
        {2, "web", "p", "c", "v", "gp3", NULL, "{\"app\": \"x\"}", "{}", 1, 1, 1}};
    static const struct fixture_pod pods[] = {
        {0, "web", "", "p", "{}", "", NULL, 0, 0, 0, NONE, 4}};
    static const char *const rows[] = {"web   c v {\"app\":\"x\"} 1 1 1 1",
                                       "web   c v {} 12 22 16 8"};
    struct fixture fixture = {.settings = app_and_tier()};
    struct error error = {0};
    fixture_open(&fixture, 1);
    assert_true(fixture_add_storage(&fixture, storage, COUNT(storage), true, &error));
    assert_true(fixture_add_pods(&fixture, pods, COUNT(pods), false, &error));
    usage_fold_complete(&fixture.fold);
    assert_storage_rows(&fixture, rows, COUNT(rows));
    fixture_close(&fixture);
}

static void test_storage_joins_label_sets_and_categories_too(void **state)
{
    (void)state;
    static struct cost_category categories[] = {{"web", 1}, {"w%", 3}};
    static const struct fixture_label nodes[] = {{0, "n1", "{\"tier\": \"a\"}"},
                                                 {0, "n1", "{\"tier\": \"b\"}"}};
    static const struct fixture_label spaces[] = {{0, "web", "{\"app\": \"s\"}"}};
    static const struct fixture_storage storage[] = {
        {0, "web", "p", "c", "v", "gp3", NULL, "{}", "{}", 10, 8, 4}};
    static const struct fixture_pod pods[] = {
        {0, "web", "n1", "p", "{}", "i-1", NULL, 0, 0, 0, NONE, 4}};
    static const char *const rows[] = {"web n1 i-1 c v {\"app\":\"s\",\"tier\":\"a\"} 10 20 16 8",
                                       "web n1 i-1 c v {\"app\":\"s\",\"tier\":\"b\"} 10 20 16 8"};
    struct fixture fixture = {.settings = app_and_tier()};
    struct error error = {0};
    fixture.settings.cost_categories = categories;
    fixture.settings.cost_category_count = COUNT(categories);
    fixture_open(&fixture, 1);
    assert_true(fixture_add_node_labels(&fixture, nodes, COUNT(nodes), &error));
    assert_true(fixture_add_namespace_labels(&fixture, spaces, COUNT(spaces), &error));
    assert_true(fixture_add_storage(&fixture, storage, COUNT(storage), false, &error));
    assert_true(fixture_add_pods(&fixture, pods, COUNT(pods), false, &error));
    usage_fold_complete(&fixture.fold);
    assert_storage_rows(&fixture, rows, COUNT(rows));
    fixture_close(&fixture);
}

static void test_facts_name_what_the_reports_hold(void **state)
{
    (void)state;
    static const struct fixture_storage storage[] = {
        {0, "web", "p", "c", "v", "gp3", "vol-1", "{}", "{}", 1, 1, 1},
        {0, "web", "p", "c", "", "gp3", "vol-2", "{}", "{}", 1, 1, 1},
        {0, "web", "p", "c", NULL, "gp3", "vol-3", "{}", "{}", 1, 1, 1}};
    static const struct fixture_pod pods[] = {
        {0, "web", "n1", "p", "{}", "i-1", NULL, 0, 0, 0, NONE, 4},
        {0, "db", "", "q", "{}", NULL, NULL, 0, 0, 0, NONE, 4},
        {0, "db", NULL, "r", "{}", "i-2", NULL, 0, 0, 0, NONE, 4}};
    static const char *const facts[] = {"csi_volume_handle vol-1",
                                        "namespace db",
                                        "namespace web",
                                        "node ",
                                        "node n1",
                                        "persistentvolume ",
                                        "persistentvolume v",
                                        "resource_id i-1",
                                        "resource_id i-2"};
    struct fixture fixture = {.settings = app_and_tier()};
    struct error error = {0};
    struct usage_day day;
    fixture_open(&fixture, 1);
    assert_true(fixture_add_storage(&fixture, storage, COUNT(storage), false, &error));
    assert_true(fixture_add_pods(&fixture, pods, COUNT(pods), false, &error));
    usage_fold_complete(&fixture.fold);
    take_day(&fixture, 0, &day);
    assert_int_equal(day.facts.count, COUNT(facts));
    for (size_t i = 0; i < COUNT(facts); i++) {
        const struct usage_fact *fact = (const struct usage_fact *)day.facts.rows + i;
        char text[128];
        snprintf(text, sizeof text, "%s %s", text_of(&fixture, fact->fact),
                 text_of(&fixture, fact->value));
        assert_string_equal(text, facts[i]);
    }
    fixture_close(&fixture);
}

static void test_a_sum_out_of_range_is_bad_data(void **state)
{
    (void)state;
    static const struct fixture_pod pods[] = {
        {0, "web", "n1", "p", "{}", "i-1", NULL, 1e300, 0, 0, NONE, 4}};
    struct fixture fixture = {.settings = app_and_tier()};
    struct error error = {0};
    struct usage_day day;
    fixture_open(&fixture, 1);
    assert_true(fixture_add_pods(&fixture, pods, COUNT(pods), false, &error));
    usage_fold_complete(&fixture.fold);
    assert_false(usage_fold_take_day(&fixture.fold, FIXTURE_DAY, &day, &error));
    assert_int_equal(error.kind, ERROR_BAD_DATA);
    fixture_close(&fixture);
}

/* The same rows in another order, in more batches, after another span: the same bytes. */
static void test_order_of_rows_does_not_matter(void **state)
{
    (void)state;
    struct fixture_pod pods[24], reversed[24];
    struct usage_row first[64];
    struct error error = {0};
    for (int i = 0; i < 24; i++) {
        pods[i] = (struct fixture_pod){i % 5,
                                       i % 2 ? "web" : "db",
                                       i % 3 ? "n1" : "n2",
                                       "p",
                                       i % 4 ? "{\"app\": \"x\"}" : "{\"tier\": \"y\"}",
                                       "i-1",
                                       NULL,
                                       0.1 * i + 1e-7,
                                       0.3 * i,
                                       7,
                                       NONE,
                                       4};
        reversed[23 - i] = pods[i];
    }
    for (int round = 0; round < 2; round++) {
        struct fixture fixture = {.settings = app_and_tier()};
        struct usage_day day;
        fixture_open(&fixture, 1);
        if (round == 1) {
            assert_true(fixture_add_pods(&fixture, pods, 3, false, &error));
            usage_fold_begin(&fixture.fold, &fixture.cluster,
                             (struct period){FIXTURE_DAY, FIXTURE_DAY});
        }
        assert_true(fixture_add_pods(&fixture, round ? reversed : pods, 11, false, &error));
        assert_true(fixture_add_pods(&fixture, (round ? reversed : pods) + 11, 13, false, &error));
        usage_fold_complete(&fixture.fold);
        take_day(&fixture, 0, &day);
        const struct usage_row *rows = day.rows.rows;
        for (size_t i = 0; i < day.rows.count; i++) {
            if (round == 0) {
                first[i] = rows[i];
                continue;
            }
            assert_memory_equal(rows[i].uuid, first[i].uuid, sizeof rows[i].uuid);
            assert_memory_equal(&rows[i].pod_usage_cpu_core_hours,
                                &first[i].pod_usage_cpu_core_hours, 14 * sizeof(double));
        }
        fixture_close(&fixture);
    }
}

/* Folds spans of pods with labels of `LONG` bytes, the same every time or never; returns what the
 * texts took at most, as a multiple of what they took after the first span. */
static double fold_spans(bool same_every_day)
{
    enum { SPANS = 12, PODS = 50, LONG = 100 * 1000 };
    struct fixture fixture = {.settings = app_and_tier()};
    struct error error = {0};
    size_t first = 0, most = 0;
    fixture_open(&fixture, 1);
    char *padding = memset(arena_alloc(&fixture.arena, LONG + 1), 'x', LONG);
    for (int span = 0; span < SPANS; span++) {
        struct fixture_pod pods[PODS];
        struct arena arena;
        arena_init(&arena);
        for (int i = 0; i < PODS; i++) {
            const char *labels = arena_printf(&arena, "{\"app\": \"a%d\", \"other\": \"%d %s\"}",
                                              i % 3, same_every_day ? i : span * PODS + i, padding);
            pods[i] =
                (struct fixture_pod){0, "web", "n1", "p", labels, "i-1", NULL, 3600, 0, 0, NONE, 4};
        }
        if (span > 0)
            usage_fold_begin(&fixture.fold, &fixture.cluster,
                             (struct period){FIXTURE_DAY, FIXTURE_DAY});
        assert_true(fixture_add_pods(&fixture, pods, PODS, false, &error));
        usage_fold_complete(&fixture.fold);
        static const char *const rows[] = {
            "- n1 - -46 4 -46 0", "web n1 {\"app\":\"a0\"} 17 0 17 0",
            "web n1 {\"app\":\"a1\"} 17 0 17 0", "web n1 {\"app\":\"a2\"} 16 0 16 0"};
        assert_pod_rows(&fixture, 0, rows, COUNT(rows));
        size_t bytes = fixture.fold.texts.bytes;
        first = span == 0 ? bytes : first;
        most = bytes > most ? bytes : most;
        arena_close(&arena);
    }
    fixture_close(&fixture);
    return (double)most / (double)first;
}

static void test_texts_that_do_not_come_again_are_forgotten(void **state)
{
    (void)state;
    assert_true(fold_spans(true) < 1.01);
    assert_true(fold_spans(false) > 1.5); /* what comes again soon is not */
    assert_true(fold_spans(false) < 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usage_is_summed_by_labels_of_enabled_keys),
        cmocka_unit_test(test_rows_without_node_or_outside_the_period_drop_out),
        cmocka_unit_test(test_every_label_set_of_a_node_takes_the_pod_in),
        cmocka_unit_test(test_null_and_empty_label_sets_of_a_node_are_two),
        cmocka_unit_test(test_later_labels_win),
        cmocka_unit_test(test_without_enabled_keys_every_label_goes),
        cmocka_unit_test(test_malformed_labels_read_as_empty_and_are_counted),
        cmocka_unit_test(test_a_namespace_of_two_categories_counts_twice),
        cmocka_unit_test(test_unallocated_namespace_follows_the_greatest_role),
        cmocka_unit_test(test_daily_rows_from_hourly_ones_take_the_greater_per_hour),
        cmocka_unit_test(test_capacity_is_the_greatest_per_interval_summed_over_the_day),
        cmocka_unit_test(test_storage_is_shared_by_the_nodes_of_its_pod),
        cmocka_unit_test(test_a_claim_with_two_volumes_counts_each_row_twice),
        cmocka_unit_test(test_hourly_storage_keeps_the_greatest_capacity),
        cmocka_unit_test(test_storage_joins_label_sets_and_categories_too),
        cmocka_unit_test(test_facts_name_what_the_reports_hold),
        cmocka_unit_test(test_a_sum_out_of_range_is_bad_data),
        cmocka_unit_test(test_order_of_rows_does_not_matter),
        cmocka_unit_test(test_texts_that_do_not_come_again_are_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
