#include "rollup/tag_summary.h"

#include "rollup/rollup_fixture.h"

static const char *const ocp_keys[] = {"app", "team"};
static const char *const gone_keys[] = {"old"};

static const struct settings settings = {
    .enabled_ocp_keys = {(const char **)ocp_keys, 2},
    .enabled_aws_keys = {(const char **)ocp_keys, 1},
    .disabled_ocp_keys = {(const char **)gone_keys, 1},
};

static void add_usage(struct tag_summary *summary, struct fixture *fixture, const char *namespace,
                      const char *labels)
{
    struct usage_row row = fixture_usage(fixture, "Pod", namespace, NULL);
    row.pod_labels = fixture_text(fixture, labels);
    tag_summary_add(summary, &(struct row_batch){&usage_table, &row, 1, &fixture->texts});
}

static void add_stored(struct tag_summary *summary, struct fixture *fixture, const char *key,
                       const char *values)
{
    const struct tag_row row = {.key = fixture_text(fixture, key),
                                .values = fixture_text(fixture, values),
                                .report_period_id = 100,
                                .namespace = fixture_text(fixture, "shop")};
    tag_summary_add_stored(
        summary, &(struct row_batch){tag_summary_table(TAG_POD_LABELS), &row, 1, &fixture->texts});
}

static void test_values_are_united_with_those_stored(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture);
    struct tag_summary *summary =
        tag_summary_open(TAG_POD_LABELS, &settings, FIXTURE_SOURCE, &fixture.arena);
    add_usage(summary, &fixture, "shop", "{\"app\":\"api\"}");
    add_stored(summary, &fixture, "app", "[\"web\"]");
    struct row_batch rows = tag_summary_rows(summary);
    assert_int_equal(rows.count, 1);
    fixture_expect_text(&rows, 0, "values", "[\"api\",\"web\"]");
    fixture_expect_text(&rows, 0, "node", NULL);
    fixture_close(&fixture);
}

static void test_only_enabled_keys_are_taken(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture);
    struct tag_summary *summary =
        tag_summary_open(TAG_POD_LABELS, &settings, FIXTURE_SOURCE, &fixture.arena);
    add_usage(summary, &fixture, NULL, "{\"team\":\"a\\\"b\",\"vm_kubevirt_io_name\":\"vm\"}");
    struct row_batch rows = tag_summary_rows(summary);
    assert_int_equal(rows.count, 1);
    fixture_expect_text(&rows, 0, "key", "team");
    fixture_expect_text(&rows, 0, "values", "[\"a\\\"b\"]");
    fixture_expect_text(&rows, 0, "namespace", "");
    fixture_close(&fixture);
}

static void test_stored_rows_stay_until_their_key_is_disabled(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture);
    struct tag_summary *summary =
        tag_summary_open(TAG_POD_LABELS, &settings, FIXTURE_SOURCE, &fixture.arena);
    add_stored(summary, &fixture, "unheard", "[\"x\"]");
    add_stored(summary, &fixture, "old", "[\"y\"]");
    struct row_batch rows = tag_summary_rows(summary);
    assert_int_equal(rows.count, 1);
    fixture_expect_text(&rows, 0, "key", "unheard");
    fixture_close(&fixture);
}

static void test_the_alias_of_an_account_is_the_greatest(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture);
    struct tag_summary *summary =
        tag_summary_open(TAG_AWS_TAGS, &settings, FIXTURE_SOURCE, &fixture.arena);
    struct cost_row rows[] = {fixture_cost(&fixture, "shop", 1), fixture_cost(&fixture, "shop", 1)};
    rows[0].tags = rows[1].tags = fixture_text(&fixture, "{\"app\":\"web\"}");
    rows[1].account_alias_id = 11;
    tag_summary_add(summary, &(struct row_batch){&cost_table, rows, 2, &fixture.texts});
    struct row_batch made = tag_summary_rows(summary);
    assert_int_equal(made.count, 1);
    assert_int_equal(fixture_integer(&made, 0, "account_alias_id"), 11);
    assert_int_equal(fixture_integer(&made, 0, "cost_entry_bill_id"), 7);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_are_united_with_those_stored),
        cmocka_unit_test(test_only_enabled_keys_are_taken),
        cmocka_unit_test(test_stored_rows_stay_until_their_key_is_disabled),
        cmocka_unit_test(test_the_alias_of_an_account_is_the_greatest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
