#include "rollup/rollup.h"

#include "rollup/rollup_fixture.h"

static struct row_batch rows_of(struct rollup_set *set, enum rollup_input input, const char *table)
{
    size_t count;
    const struct rollup_table *tables = rollup_tables(input, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(tables[i].table.name, table) == 0)
            return rollup_set_rows(set, i);
    fail_msg("no rollup %s", table);
    return (struct row_batch){0};
}

static struct rollup_set *fold_usage(struct fixture *fixture, const struct usage_row *rows,
                                     size_t count)
{
    struct rollup_set *set = rollup_set_open(ROLLUP_USAGE, FIXTURE_SOURCE, &fixture->arena);
    rollup_set_add(set, &(struct row_batch){&usage_table, rows, count, &fixture->texts});
    return set;
}

static struct rollup_set *fold_costs(struct fixture *fixture, const struct cost_row *rows,
                                     size_t count)
{
    struct rollup_set *set = rollup_set_open(ROLLUP_COSTS, FIXTURE_SOURCE, &fixture->arena);
    rollup_set_add(set, &(struct row_batch){&cost_table, rows, count, &fixture->texts});
    return set;
}

static void test_there_are_eleven_and_eight(void **state)
{
    (void)state;
    size_t count;
    rollup_tables(ROLLUP_USAGE, &count);
    assert_int_equal(count, 11);
    rollup_tables(ROLLUP_COSTS, &count);
    assert_int_equal(count, 8);
}

static void test_columns_lie_apart(void **state)
{
    (void)state;
    for (int input = ROLLUP_USAGE; input <= ROLLUP_COSTS; input++) {
        size_t count;
        const struct rollup_table *tables = rollup_tables((enum rollup_input)input, &count);
        for (size_t t = 0; t < count; t++) {
            unsigned char used[1024] = {0};
            const struct table *table = &tables[t].table;
            assert_true(table->row_size % 8 == 0 && table->row_size <= sizeof used);
            for (size_t i = 0; i < table->column_count; i++) {
                const struct column *column = &table->columns[i];
                size_t size = column->kind == COLUMN_UUID      ? 16
                              : column->kind == COLUMN_NUMERIC ? 8
                                                               : 4;
                for (size_t byte = 0; byte < size; byte++)
                    assert_int_equal(used[column->offset + byte]++, 0);
            }
        }
    }
}

static void test_pods_of_a_node_become_one_row(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture);
    struct usage_row rows[3];
    for (int i = 0; i < 3; i++) {
        rows[i] = fixture_usage(&fixture, "Pod", i == 0 ? NULL : "shop", "n1");
        rows[i].pod_usage_cpu_core_hours = i == 2 ? MEASURE_NULL : 1.5;
        rows[i].node_capacity_cpu_cores = 4 + i;
        rows[i].resource_id = fixture_text(&fixture, i == 2 ? NULL : i == 1 ? "" : "i-1");
    }
    struct rollup_set *set = fold_usage(&fixture, rows, 3);
    struct row_batch made = rows_of(set, ROLLUP_USAGE, "reporting_ocp_pod_summary_by_node_p");
    assert_int_equal(made.count, 1);
    fixture_expect_text(&made, 0, "node", "n1");
    fixture_expect_number(&made, 0, "pod_usage_cpu_core_hours", 3);
    fixture_expect_number(&made, 0, "pod_limit_cpu_core_hours", MEASURE_NULL);
    fixture_expect_number(&made, 0, "node_capacity_cpu_cores", 6);
    fixture_expect_text(&made, 0, "resource_ids", "[\"\",\"i-1\",null]");
    assert_int_equal(fixture_integer(&made, 0, "resource_count"), 2);
    fixture_expect_text(&made, 0, "source_uuid", FIXTURE_SOURCE);
    fixture_close(&fixture);
}

static void test_a_null_namespace_is_a_group_and_comes_first(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture);
    const struct usage_row rows[] = {fixture_usage(&fixture, "Pod", "shop", "n1"),
                                     fixture_usage(&fixture, "Pod", NULL, "n1"),
                                     fixture_usage(&fixture, "Pod", NULL, "n2")};
    struct rollup_set *set = fold_usage(&fixture, rows, 3);
    struct row_batch made = rows_of(set, ROLLUP_USAGE, "reporting_ocp_pod_summary_by_project_p");
    assert_int_equal(made.count, 2);
    fixture_expect_text(&made, 0, "namespace", NULL);
    fixture_expect_text(&made, 1, "namespace", "shop");
    fixture_close(&fixture);
}

static void test_synthetic_namespaces_are_no_pods(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture);
    const struct usage_row rows[] = {fixture_usage(&fixture, "Pod", "Worker unallocated", "n1"),
                                     fixture_usage(&fixture, "Pod", "Platform unallocated", "n1"),
                                     fixture_usage(&fixture, "Pod", "Network unattributed", "n1"),
                                     fixture_usage(&fixture, "Pod", "Storage unattributed", "n1")};
    struct rollup_set *set = fold_usage(&fixture, rows, 4);
    assert_int_equal(rows_of(set, ROLLUP_USAGE, "reporting_ocp_pod_summary_p").count, 0);
    assert_int_equal(rows_of(set, ROLLUP_USAGE, "reporting_ocp_cost_summary_by_project_p").count,
                     4);
    fixture_close(&fixture);
}

static void test_an_empty_claim_is_a_volume_and_a_null_one_is_none(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture);
    struct usage_row rows[] = {fixture_usage(&fixture, "Storage", "Storage unattributed", NULL),
                               fixture_usage(&fixture, "Storage", "shop", NULL)};
    rows[0].persistentvolumeclaim = TEXT_EMPTY;
    rows[0].persistentvolumeclaim_usage_gigabyte_months = 0.25;
    struct rollup_set *set = fold_usage(&fixture, rows, 2);
    struct row_batch made = rows_of(set, ROLLUP_USAGE, "reporting_ocp_volume_summary_p");
    assert_int_equal(made.count, 1);
    fixture_expect_text(&made, 0, "persistentvolumeclaim", "");
    fixture_expect_number(&made, 0, "persistentvolumeclaim_usage_gigabyte_months", 0.25);
    fixture_close(&fixture);
}

static void test_traffic_in_and_out_are_rows_of_their_own(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture);
    struct usage_row rows[] = {fixture_usage(&fixture, "Pod", "Network unattributed", "n1"),
                               fixture_usage(&fixture, "Pod", "Network unattributed", "n1"),
                               fixture_usage(&fixture, "Pod", "Network unattributed", "n1")};
    rows[0].infrastructure_data_in_gigabytes = 2;
    rows[0].infrastructure_raw_cost = 1;
    rows[1].infrastructure_data_out_gigabytes = 3;
    rows[1].infrastructure_raw_cost = 0.5;
    struct rollup_set *set = fold_usage(&fixture, rows, 3);
    struct row_batch made = rows_of(set, ROLLUP_USAGE, "reporting_ocp_network_summary_p");
    assert_int_equal(made.count, 2);
    fixture_expect_number(&made, 0, "infrastructure_data_in_gigabytes", 2);
    fixture_expect_number(&made, 0, "infrastructure_data_out_gigabytes", 0);
    fixture_expect_number(&made, 0, "infrastructure_raw_cost", 1);
    fixture_expect_number(&made, 1, "infrastructure_data_in_gigabytes", 0);
    fixture_expect_number(&made, 1, "infrastructure_data_out_gigabytes", 3);
    assert_memory_not_equal(fixture_cell(&made, 0, "id"), fixture_cell(&made, 1, "id"), 16);
    fixture_close(&fixture);
}

static void test_numbers_count_as_they_are_stored(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture);
    struct usage_row rows[2] = {fixture_usage(&fixture, "Pod", "shop", "n1"),
                                fixture_usage(&fixture, "Pod", "shop", "n1")};
    rows[0].pod_usage_cpu_core_hours = 0.0000000000000004; /* rounds to 0 */
    rows[1].pod_usage_cpu_core_hours = 0.0000000000000005; /* rounds to 1e-15 */
    struct rollup_set *set = fold_usage(&fixture, rows, 2);
    struct row_batch made = rows_of(set, ROLLUP_USAGE, "reporting_ocp_pod_summary_p");
    double sum = fixture_number(&made, 0, "pod_usage_cpu_core_hours");
    assert_true(sum > 0.99e-15 && sum < 1.01e-15);
    fixture_close(&fixture);
}

static void test_costs_are_kept_apart_by_cluster_and_account(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture);
    struct cost_row rows[] = {fixture_cost(&fixture, "shop", 1), fixture_cost(&fixture, "web", 2),
                              fixture_cost(&fixture, "shop", 4), fixture_cost(&fixture, "shop", 8)};
    rows[2].cluster_id = fixture_text(&fixture, "c2");
    rows[3].usage_account_id = fixture_text(&fixture, "222222222222");
    rows[0].cost_category_id = 3;
    struct rollup_set *set = fold_costs(&fixture, rows, 4);
    struct row_batch made = rows_of(set, ROLLUP_COSTS, "reporting_ocpaws_cost_summary_p");
    assert_int_equal(made.count, 2);
    fixture_expect_number(&made, 0, "calculated_amortized_cost", 11);
    assert_int_equal(fixture_integer(&made, 0, "cost_category_id"), 3);
    made = rows_of(set, ROLLUP_COSTS, "reporting_ocpaws_cost_summary_by_account_p");
    assert_int_equal(made.count, 3);
    fixture_expect_number(&made, 0, "calculated_amortized_cost", 3);
    assert_int_equal(fixture_integer(&made, 0, "cost_category_id"), INTEGER_NULL);
    fixture_close(&fixture);
}

static void test_filters_of_a_bill(void **state)
{
    (void)state;
    static const struct {
        const char *product_code, *product_family, *instance_type, *unit;
        size_t compute, storage, database, network;
    } cases[] = {
        {"AmazonEC2", "Compute Instance", "m5.large", "Hrs", 1, 0, 0, 0},
        {"AmazonEC2", "Storage", NULL, "GB-Mo", 0, 1, 0, 0},
        {"AmazonEC2", "Storage Snapshot", NULL, "GB-Mo", 0, 1, 0, 0},
        {"AmazonEC2", "storage", NULL, "GB-Mo", 0, 0, 0, 0},
        {"AmazonEC2", "Storage", NULL, "IOs", 0, 0, 0, 0},
        {"AmazonRDS", "Database Instance", "db.t3", "Hrs", 1, 0, 1, 0},
        {"AmazonVPC", NULL, NULL, NULL, 0, 0, 0, 1},
        {"AmazonEC2", "Data Transfer", NULL, "GB", 0, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture fixture;
        fixture_open(&fixture);
        struct cost_row row = fixture_cost(&fixture, "shop", 1);
        row.product_code = fixture_text(&fixture, cases[i].product_code);
        row.product_family = fixture_text(&fixture, cases[i].product_family);
        row.instance_type = fixture_text(&fixture, cases[i].instance_type);
        row.unit = fixture_text(&fixture, cases[i].unit);
        struct rollup_set *set = fold_costs(&fixture, &row, 1);
        assert_int_equal(rows_of(set, ROLLUP_COSTS, "reporting_ocpaws_compute_summary_p").count,
                         cases[i].compute);
        assert_int_equal(rows_of(set, ROLLUP_COSTS, "reporting_ocpaws_storage_summary_p").count,
                         cases[i].storage);
        assert_int_equal(rows_of(set, ROLLUP_COSTS, "reporting_ocpaws_database_summary_p").count,
                         cases[i].database);
        assert_int_equal(rows_of(set, ROLLUP_COSTS, "reporting_ocpaws_network_summary_p").count,
                         cases[i].network);
        fixture_close(&fixture);
    }
}

static void test_a_missing_currency_is_written_empty_and_counted(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture);
    struct cost_row row = fixture_cost(&fixture, "shop", 1);
    row.currency_code = TEXT_NULL;
    struct rollup_set *set = fold_costs(&fixture, &row, 1);
    struct row_batch made = rows_of(set, ROLLUP_COSTS, "reporting_ocpaws_cost_summary_p");
    fixture_expect_text(&made, 0, "currency_code", "");
    assert_int_equal(rollup_set_emptied(set), 1);
    fixture_close(&fixture);
}

static void test_a_cleared_set_starts_anew(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture);
    const struct usage_row row = fixture_usage(&fixture, "Pod", "shop", "n1");
    struct rollup_set *set = fold_usage(&fixture, &row, 1);
    struct row_batch made = rows_of(set, ROLLUP_USAGE, "reporting_ocp_pod_summary_p");
    unsigned char uuid[16];
    memcpy(uuid, fixture_cell(&made, 0, "id"), sizeof uuid);
    rollup_set_clear(set);
    assert_int_equal(rows_of(set, ROLLUP_USAGE, "reporting_ocp_pod_summary_p").count, 0);
    rollup_set_add(set, &(struct row_batch){&usage_table, &row, 1, &fixture.texts});
    made = rows_of(set, ROLLUP_USAGE, "reporting_ocp_pod_summary_p");
    assert_memory_equal(fixture_cell(&made, 0, "id"), uuid, sizeof uuid);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_are_eleven_and_eight),
        cmocka_unit_test(test_columns_lie_apart),
        cmocka_unit_test(test_pods_of_a_node_become_one_row),
        cmocka_unit_test(test_a_null_namespace_is_a_group_and_comes_first),
        cmocka_unit_test(test_synthetic_namespaces_are_no_pods),
        cmocka_unit_test(test_an_empty_claim_is_a_volume_and_a_null_one_is_none),
        cmocka_unit_test(test_traffic_in_and_out_are_rows_of_their_own),
        cmocka_unit_test(test_numbers_count_as_they_are_stored),
        cmocka_unit_test(test_costs_are_kept_apart_by_cluster_and_account),
        cmocka_unit_test(test_filters_of_a_bill),
        cmocka_unit_test(test_a_missing_currency_is_written_empty_and_counted),
        cmocka_unit_test(test_a_cleared_set_starts_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
