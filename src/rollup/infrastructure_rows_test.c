#include "rollup/infrastructure_rows.h"

#include "base/settings.h"
#include "rollup/rollup_fixture.h"

static const struct cluster cluster = {FIXTURE_SOURCE, "c1", "my-east", 100};

static struct row_batch write_back(struct fixture *fixture, const struct cost_row *rows,
                                   size_t count)
{
    struct infrastructure_rows *back = infrastructure_rows_open(&cluster, &fixture->arena);
    infrastructure_rows_add(back, &(struct row_batch){&cost_table, rows, count, &fixture->texts});
    return infrastructure_rows_make(back);
}

static void test_a_row_with_either_cost_null_counts_as_null(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture);
    struct cost_row rows[] = {fixture_cost(&fixture, "shop", 4), fixture_cost(&fixture, "shop", 1)};
    rows[1].markup_cost_amortized = MEASURE_NULL;
    struct row_batch made = write_back(&fixture, rows, 2);
    assert_int_equal(made.count, 1);
    fixture_expect_number(&made, 0, "infrastructure_raw_cost", 4.4);
    fixture_expect_number(&made, 0, "infrastructure_project_raw_cost", 4.4);
    fixture_expect_number(&made, 0, "infrastructure_markup_cost", MEASURE_NULL);
    fixture_expect_text(&made, 0, "raw_currency", "USD");
    fixture_close(&fixture);
}

static void test_zero_null_and_negative_costs_make_rows_too(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture);
    const struct cost_row rows[] = {fixture_cost(&fixture, "a", 0),
                                    fixture_cost(&fixture, "b", MEASURE_NULL),
                                    fixture_cost(&fixture, "c", -1)};
    struct row_batch made = write_back(&fixture, rows, 3);
    assert_int_equal(made.count, 3);
    fixture_expect_number(&made, 0, "infrastructure_raw_cost", 0);
    fixture_expect_number(&made, 1, "infrastructure_raw_cost", MEASURE_NULL);
    fixture_expect_number(&made, 2, "infrastructure_raw_cost", -1.1);
    fixture_close(&fixture);
}

static void test_the_mark_and_the_zeros(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture);
    const struct cost_row row = fixture_cost(&fixture, "shop", 1);
    struct row_batch made = write_back(&fixture, &row, 1);
    for (size_t i = 0; i < TABLE_MARKS; i++)
        fixture_expect_number(&made, 0, usage_table.marks[i], 0);
    fixture_expect_number(&made, 0, "pod_limit_memory_gigabyte_hours", 0);
    fixture_expect_number(&made, 0, "pod_effective_usage_cpu_core_hours", MEASURE_NULL);
    fixture_expect_number(&made, 0, "pod_effective_usage_memory_gigabyte_hours", MEASURE_NULL);
    fixture_expect_text(&made, 0, "source_uuid", FIXTURE_SOURCE);
    fixture_close(&fixture);
}

static void test_labels_stand_where_the_data_source_says(void **state)
{
    (void)state;
    static const struct {
        const char *data_source, *labels, *pod, *volume;
    } cases[] = {
        {"Pod", "{\"app\":\"web\"}", "{\"app\":\"web\"}", "{}"},
        {"Storage", "{\"app\":\"web\"}", "{}", "{\"app\":\"web\"}"},
        {"Pod", NULL, NULL, "{}"},
        {"Storage", NULL, "{}", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture fixture;
        fixture_open(&fixture);
        struct cost_row row = fixture_cost(&fixture, "shop", 1);
        row.data_source = fixture_text(&fixture, cases[i].data_source);
        row.pod_labels = fixture_text(&fixture, cases[i].labels);
        struct row_batch made = write_back(&fixture, &row, 1);
        fixture_expect_text(&made, 0, "pod_labels", cases[i].pod);
        fixture_expect_text(&made, 0, "volume_labels", cases[i].volume);
        fixture_expect_text(&made, 0, "all_labels", cases[i].labels);
        fixture_close(&fixture);
    }
}

static void test_traffic_counts_in_its_own_direction_only(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture);
    struct cost_row rows[] = {fixture_cost(&fixture, "a", 1), fixture_cost(&fixture, "b", 1)};
    rows[0].data_transfer_direction = fixture_text(&fixture, "IN");
    for (int i = 0; i < 2; i++) {
        rows[i].infrastructure_data_in_gigabytes = 5;
        rows[i].infrastructure_data_out_gigabytes = 0;
    }
    struct row_batch made = write_back(&fixture, rows, 2);
    fixture_expect_number(&made, 0, "infrastructure_data_in_gigabytes", 5);
    fixture_expect_number(&made, 0, "infrastructure_data_out_gigabytes", MEASURE_NULL);
    fixture_expect_number(&made, 1, "infrastructure_data_in_gigabytes", MEASURE_NULL);
    fixture_close(&fixture);
}

static void test_other_clusters_and_periods_are_left_aside(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture);
    struct cost_row rows[] = {fixture_cost(&fixture, "shop", 1), fixture_cost(&fixture, "shop", 2)};
    rows[0].cluster_id = fixture_text(&fixture, "c2");
    rows[1].report_period_id = 99;
    assert_int_equal(write_back(&fixture, rows, 2).count, 0);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_row_with_either_cost_null_counts_as_null),
        cmocka_unit_test(test_zero_null_and_negative_costs_make_rows_too),
        cmocka_unit_test(test_the_mark_and_the_zeros),
        cmocka_unit_test(test_labels_stand_where_the_data_source_says),
        cmocka_unit_test(test_traffic_counts_in_its_own_direction_only),
        cmocka_unit_test(test_other_clusters_and_periods_are_left_aside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
