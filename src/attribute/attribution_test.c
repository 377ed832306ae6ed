/* Both passes on whole days: what is kept, how rows are grouped and named, what does not matter. */
#include "attribute/attribution_fixture.h"

#include "base/uuid.h"

static const struct fixture_usage node[] = {
    {.namespace = "shop",
     .node = "n1",
     .resource = "i-1",
     .pod_labels = "{\"app\":\"web\"}",
     .cpu = 3,
     .cpu_capacity = 4,
     .category = 2},
    {.namespace = "shop",
     .node = "n1",
     .resource = "i-1",
     .pod_labels = "{\"app\":\"web\",\"rev\":\"2\"}",
     .cpu = 1,
     .cpu_capacity = 4},
};
static const char *app_key[] = {"app"};
static const char *more_keys[] = {"app", "a"};

#define LINE(cost)                                                                      \
    {                                                                                   \
        .resource = "i-1", .type = "Usage", .tags = "{}", .usage = 1, .unblended = cost \
    }

static void test_rows_equal_after_filtering_are_one(void **state)
{
    (void)state;
    static const struct fixture_line lines[] = {LINE(6), LINE(2)};
    static const struct fixture_usage usage[] = {
        {.namespace = "shop",
         .node = "n1",
         .resource = "i-1",
         .pod_labels = "{\"app\":\"web\"}",
         .cpu = 3,
         .cpu_capacity = 4},
        {.namespace = "shop",
         .node = "n1",
         .resource = "i-1",
         .pod_labels = "{\"app\":\"web\",\"rev\":\"2\"}",
         .cpu = 1,
         .cpu_capacity = 4},
    };
    struct fixture fixture = {FIXTURE_INPUT(usage, lines),
                              .settings.enabled_ocp_keys = {app_key, 1}, .rules.markup = 0.25};
    FIXTURE_EXPECT(&fixture, "c-east Pod shop n1 -/-/- {\"app\":\"web\"} 2 8");
    assert_true(fixture.row_list[0].markup_cost == 2);
    fixture_close(&fixture);
}

static void test_keys_of_labels_and_line_are_put_in_order(void **state)
{
    (void)state;
    static const struct fixture_line lines[] = {{.resource = "i-1",
                                                 .type = "Usage",
                                                 .unblended = 4,
                                                 .tags = "{\"a\": \"1\"}",
                                                 .currency = "USD"},
                                                {.resource = "i-1",
                                                 .type = "Usage",
                                                 .unblended = 8,
                                                 .tags = "{\"a\": \"1\"}",
                                                 .currency = "EUR"}};
    static const struct fixture_usage usage[] = {{.namespace = "shop",
                                                  .node = "n1",
                                                  .resource = "i-1",
                                                  .cpu = 4,
                                                  .cpu_capacity = 4,
                                                  .pod_labels = "{\"app\":\"web\"}"}};
    struct fixture fixture = {FIXTURE_INPUT(usage, lines),
                              .settings.enabled_ocp_keys = {app_key, 1},
                              .settings.enabled_aws_keys = {more_keys, 2}};
    FIXTURE_EXPECT(&fixture, "c-east Pod shop n1 -/-/- {\"a\":\"1\",\"app\":\"web\"} 0 8",
                   "c-east Pod shop n1 -/-/- {\"a\":\"1\",\"app\":\"web\"} 0 4");
    fixture_close(&fixture);
}

static void test_bill_facts_are_not_needed_without_labels(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {
        {.namespace = "shop", .node = "n1", .resource = "i-1", .cpu = 4, .cpu_capacity = 4}};
    static const struct fixture_line lines[] = {LINE(4)};
    struct fixture fixture = {FIXTURE_INPUT(usage, lines),
                              .settings.enabled_ocp_keys = {app_key, 1},
                              .settings.enabled_aws_keys = {more_keys, 2}};
    FIXTURE_EXPECT(&fixture, "c-east Pod shop n1 -/-/- - 1 4");
    assert_false(attribution_needs_bill_facts(fixture.attribution));
    fixture_close(&fixture);
}

static void test_tags_of_the_line_win_and_disabled_keys_go(void **state)
{
    (void)state;
    static const struct fixture_line lines[] = {{.resource = "i-1",
                                                 .type = "Usage",
                                                 .unblended = 4,
                                                 .tags = "{\"app\": \"LINE\\n\", \"zz\": \"gone\", "
                                                         "\"openshift_project\": \"x\"}"}};
    static const struct fixture_usage usage[] = {
        {.namespace = "shop",
         .node = "n1",
         .resource = "i-1",
         .cpu = 4,
         .cpu_capacity = 4,
         .pod_labels = "{\"a\":\"b\",\"app\":\"web\",\"vm_kubevirt_io_name\":\"v\"}"}};
    struct fixture fixture = {FIXTURE_INPUT(usage, lines),
                              .settings.enabled_ocp_keys = {app_key, 1},
                              .settings.enabled_aws_keys = {more_keys, 2}};
    FIXTURE_EXPECT(&fixture, "c-east Pod shop n1 -/-/- "
                             "{\"a\":\"b\",\"app\":\"LINE\\n\",\"vm_kubevirt_io_name\":\"v\"} 0 4");
    fixture_close(&fixture);
}

static void test_missing_product_and_account_are_empty_and_counted(void **state)
{
    (void)state;
    static const struct account_alias aliases_of_two[] = {
        {"111", 11}, {"1", 12}, {"222", 14}, {"111", 13}};
    static const struct fixture_line lines[] = {
        LINE(4),
        {.resource = "i-1",
         .type = "Usage",
         .tags = "{}",
         .usage = 1,
         .unblended = 4,
         .product = "AmazonEC2",
         .account = "111",
         .currency = "EUR"},
    };
    struct fixture fixture = {FIXTURE_INPUT(node, lines)};
    struct account_alias aliases[4];
    memcpy(aliases, aliases_of_two, sizeof aliases);
    fixture.settings.account_aliases = aliases;
    fixture.settings.account_alias_count = 4;
    fixture_run(&fixture);
    assert_int_equal(fixture.row_count, 4); /* one group is in a category */
    assert_int_equal(fixture.row_list[0].product_code, TEXT_EMPTY);
    assert_int_equal(fixture.row_list[0].usage_account_id, TEXT_EMPTY);
    assert_int_equal(fixture.row_list[0].account_alias_id, INTEGER_NULL);
    assert_int_equal(fixture.row_list[1].account_alias_id, 13);
    assert_int_equal(fixture.notices.counts[NOTICE_null_product_code], 2);
    assert_int_equal(fixture.notices.counts[NOTICE_null_usage_account], 2);
    /* Two currencies, each closes on its own; null comes first. */
    uint32_t order[2];
    assert_int_equal(fixture.sums.currencies.count, 2);
    reconciliation_order(&fixture.sums, order);
    assert_null(reconciliation_currency_name(&fixture.sums, order[0]).bytes);
    assert_true(reconciliation_closes(&fixture.sums));
    fixture_close(&fixture);
}

static void test_lines_off_midnight_match_but_reach_nobody(void **state)
{
    (void)state;
    static const struct fixture_line lines[] = {
        {.hour = 5, .resource = "i-1", .type = "Usage", .unblended = 4, .blended = 3},
        {.hour = 5,
         .resource = "i-1",
         .type = "SavingsPlanCoveredUsage",
         .unblended = 2,
         .blended = 1,
         .savingsplan = 7},
        {.hour = 5, .resource = "other", .type = "Usage", .unblended = 1},
        {.no_time = true, .resource = "i-1", .type = "Usage", .unblended = 100},
        {.hour = -1, .resource = "i-1", .type = "Usage", .unblended = 100},
        {.hour = 24 * FIXTURE_DAYS, .resource = "i-1", .type = "Usage", .unblended = 100},
    };
    struct fixture fixture = {FIXTURE_INPUT(node, lines), .explain = "i-1"};
    fixture_run(&fixture);
    assert_int_equal(fixture.row_count, 0);
    fixture_assert_entry(&fixture, RECONCILE_total, 7);
    fixture_assert_entry(&fixture, RECONCILE_not_midnight, 4);
    fixture_assert_entry(&fixture, RECONCILE_covered, 2);
    fixture_assert_entry(&fixture, RECONCILE_no_cluster, 1);
    assert_true(reconciliation_amount(&fixture.sums, 0, RECONCILE_not_midnight, COST_SAVINGSPLAN) ==
                7);
    assert_non_null(strstr(fixture.explanation, "not midnight"));
    fixture_close(&fixture);
}

static void test_covered_lines_cost_nothing_but_the_plan(void **state)
{
    (void)state;
    static const struct fixture_line lines[] = {{.resource = "i-1",
                                                 .type = "SavingsPlanCoveredUsage",
                                                 .tags = "{}",
                                                 .unblended = 8,
                                                 .blended = 8,
                                                 .savingsplan = 4}};
    struct fixture fixture = {FIXTURE_INPUT(node, lines)};
    fixture_run(&fixture);
    assert_int_equal(fixture.row_count, 2);
    assert_true(fixture.row_list[0].unblended_cost == 0);
    assert_true(fixture.row_list[0].savingsplan_effective_cost == 1);
    assert_true(fixture.row_list[1].calculated_amortized_cost == 3);
    fixture_assert_entry(&fixture, RECONCILE_covered, 8);
    fixture_close(&fixture);
}

static void test_nulls_of_some_lines_do_not_spoil_the_sum(void **state)
{
    (void)state;
    static const struct fixture_line lines[] = {
        {.resource = "i-1",
         .type = "Usage",
         .usage = NONE,
         .unblended = 4,
         .blended = NONE,
         .savingsplan = NONE},
        {.resource = "i-1",
         .type = "Usage",
         .usage = 4,
         .unblended = NONE,
         .blended = NONE,
         .savingsplan = NONE},
    };
    struct fixture fixture = {FIXTURE_INPUT(node, lines)};
    FIXTURE_EXPECT(&fixture, "c-east Pod shop n1 -/-/- - 2 1", "c-east Pod shop n1 -/-/- - 2 3");
    assert_true(measure_is_null(fixture.row_list[0].blended_cost));
    assert_true(measure_is_null(fixture.row_list[0].markup_cost_blended));
    fixture_close(&fixture);
}

static void test_categories_are_printed_canonically(void **state)
{
    (void)state;
    static const struct fixture_line lines[] = {
        {.resource = "i-1",
         .type = "Usage",
         .unblended = 4,
         .category = "{\"b\": \"1\", \"a\": \"2\"}"},
        {.resource = "i-1", .type = "Usage", .unblended = 4, .category = "nonsense"},
    };
    static const struct fixture_usage usage[] = {{.namespace = "shop",
                                                  .node = "n1",
                                                  .resource = "i-1",
                                                  .pod_labels = "{}",
                                                  .cpu = 4,
                                                  .cpu_capacity = 4}};
    struct fixture fixture = {FIXTURE_INPUT(usage, lines)};
    fixture_run(&fixture);
    assert_int_equal(fixture.row_count, 2);
    assert_string_equal(fixture_show(&fixture, fixture.row_list[0].aws_cost_category),
                        "{\"a\":\"2\",\"b\":\"1\"}");
    assert_string_equal(fixture_show(&fixture, fixture.row_list[1].aws_cost_category), "{}");
    assert_int_equal(fixture.notices.counts[NOTICE_malformed_tags], 1);
    fixture_close(&fixture);
}

static void test_daily_lines_are_made_of_hourly_ones(void **state)
{
    (void)state;
    static const struct fixture_line hours[] = {
        {.hour = 0,
         .resource = "i-1",
         .type = "Usage",
         .tags = "{}",
         .currency = "EUR",
         .usage = 1,
         .unblended = 1,
         .entity = "AWS Marketplace",
         .name = "A"},
        {.hour = 7,
         .resource = "i-1",
         .type = "Usage",
         .tags = "{}",
         .currency = "USD",
         .usage = 1,
         .unblended = 1,
         .entity = "AWS Marketplace",
         .name = "B"},
        {.hour = 23,
         .resource = "i-1",
         .type = "Usage",
         .tags = "{}",
         .currency = "USD",
         .usage = NONE,
         .unblended = 2,
         .entity = "AWS Marketplace",
         .name = NULL},
        {.hour = 25, .resource = "i-1", .type = "Usage", .tags = "{}", .currency = "USD"},
        {.hour = 1, .resource = "elsewhere", .type = "Usage", .currency = "USD"},
    };
    struct fixture fixture = {FIXTURE_INPUT(node, hours), .daily_from_hourly = true};
    FIXTURE_EXPECT(&fixture, "c-east Pod shop n1 -/-/- {} 1 1", "c-east Pod shop n1 -/-/- {} 1 3");
    assert_string_equal(fixture_show(&fixture, fixture.row_list[0].product_code), "B");
    assert_string_equal(fixture_show(&fixture, fixture.row_list[0].currency_code), "USD");
    assert_true((attribution_bill_columns(fixture.attribution) &
                 BILL_LINE_MASK(product_operatingsystem)) != 0);
    fixture_close(&fixture);
}

static void test_hourly_lines_make_disks_known_on_their_day(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {{.storage = true,
                                                  .namespace = "shop",
                                                  .node = "n1",
                                                  .volume_labels = "{}",
                                                  .claim = "data",
                                                  .volume = "pv-1",
                                                  .handle = "vol-9",
                                                  .claim_gib = 100}};
    static const struct fixture_line hours[] = {
        {.hour = 3,
         .resource = "vol-9",
         .type = "Usage",
         .tags = "{}",
         .unblended = 0.01,
         .rate = 0.0744,
         .usage = 1},
        {.hour = 4,
         .resource = "vol-9",
         .type = "Usage",
         .tags = "{}",
         .unblended = 0.01,
         .rate = 0.0744,
         .usage = 1},
        {.hour = 30, .resource = "vol-9", .type = "Usage", .unblended = 5, .rate = 0.0744},
    };
    struct fixture fixture = {FIXTURE_INPUT(usage, hours), .hourly = hours, .hourly_count = 3,
                              .daily_from_hourly = true, .explain = "vol-9"};
    fixture_run(&fixture);
    assert_string_equal(fixture.rows[0], "c-east Storage shop n1 data/pv-1/- {} 2 0.02");
    assert_int_equal(fixture.row_count, 1);
    assert_non_null(strstr(fixture.explanation, "capacity GB 100"));
    fixture_close(&fixture);
}

/* ---- order, names, sizes ---- */

static int compare_uuids(const void *left, const void *right)
{
    return memcmp(left, right, UUID_SIZE);
}

static void test_rows_are_sorted_and_named_alike_whatever_the_order_of_the_input(void **state)
{
    (void)state;
    static const char *const tags[] = {NULL, "{}", "{\"app\": \"a\"}", "{\"app\": \"b\"}"};
    static const char *const zones[] = {"z1", "z2", NULL};
    struct fixture_line lines[COUNT(tags) * COUNT(zones) * 2];
    struct fixture_line turned[COUNT(lines)];
    for (size_t i = 0; i < COUNT(lines); i++) {
        lines[i] = (struct fixture_line){.resource = "i-1",
                                         .type = "Usage",
                                         .tags = tags[i % COUNT(tags)],
                                         .zone = zones[i / COUNT(tags) % COUNT(zones)],
                                         .category = i % 5 == 0 ? "{\"a\":\"b\"}" : NULL,
                                         .unblended = (double)i / 3};
        turned[COUNT(lines) - 1 - i] = lines[i];
    }
    struct fixture first = {FIXTURE_INPUT(node, lines), .settings.enabled_aws_keys = {app_key, 1}};
    struct fixture second = {FIXTURE_INPUT(node, turned),
                             .settings.enabled_aws_keys = {app_key, 1}};
    fixture_run(&first);
    fixture_run(&second);
    assert_int_equal(first.row_count, second.row_count);
    unsigned char uuids[FIXTURE_MOST][UUID_SIZE];
    for (size_t i = 0; i < first.row_count; i++) {
        assert_string_equal(first.rows[i], second.rows[i]);
        assert_memory_equal(first.row_list[i].uuid, second.row_list[i].uuid, UUID_SIZE);
        assert_true(first.row_list[i].unblended_cost == second.row_list[i].unblended_cost);
        assert_int_equal(first.row_list[i].uuid[6] >> 4, 5);
        memcpy(uuids[i], first.row_list[i].uuid, UUID_SIZE);
    }
    qsort(uuids, first.row_count, UUID_SIZE, compare_uuids);
    for (size_t i = 1; i < first.row_count; i++)
        assert_memory_not_equal(uuids[i - 1], uuids[i], UUID_SIZE);
    fixture_close(&first);
    fixture_close(&second);
}

static void test_a_day_object_forgets_the_day_before(void **state)
{
    (void)state;
    static const struct fixture_line lines[] = {LINE(4)};
    struct fixture fixture = {FIXTURE_INPUT(node, lines), .explain = "nowhere"};
    fixture_run(&fixture);
    assert_int_equal(fixture.row_count, 2); /* of the first day only */
    assert_string_equal(fixture.explanation, "");
    assert_true(attribution_size(fixture.attribution) > 0);
    fixture_close(&fixture);
}

static void test_rows_facts_and_days_outside_are_skipped(void **state)
{
    (void)state;
    struct fixture fixture = {.clusters = 1};
    static const struct fixture_line lines[] = {LINE(4)};
    fixture.lines = lines;
    fixture.line_count = 1;
    fixture_run(&fixture);
    struct arena arena;
    arena_init(&arena);
    const struct attribution_request request = {.settings = &fixture.settings,
                                                .rules = &fixture.rules,
                                                .bill = &fixture.bill,
                                                .period = {FIXTURE_DAY, FIXTURE_DAY}};
    struct attribution *attribution = attribution_open(&request, &arena);
    assert_true(attribution_size(attribution) > 0); /* also before anything is built */
    struct usage_line row = fixture_usage_line(&fixture, &node[0]);
    struct usage_fact fact = {.usage_start = FIXTURE_DAY + 1,
                              .fact = fixture_text(&fixture, USAGE_FACT_RESOURCE_ID),
                              .value = fixture_text(&fixture, "i-1")};
    attribution_add_usage_day(attribution, 0, FIXTURE_DAY + 1, &row, 1, &fact, 1, &fixture.texts);
    attribution_add_usage_day(attribution, 0, FIXTURE_DAY - 1, &row, 1, &fact, 1, &fixture.texts);
    attribution_add_usage_day(attribution, 0, FIXTURE_DAY, &row, 1, &fact, 1, &fixture.texts);
    attribution_end_usage(attribution);
    assert_false(attribution_needs_bill_facts(attribution));
    attribution_end_facts(attribution);
    struct attribution_lore *lore = attribution_lore_build(attribution, &fixture.texts, &arena);
    struct attribution_day *day = attribution_day_build(attribution, lore, &arena);
    attribution_day_open(day, FIXTURE_DAY);
    attribution_day_add_usage(day, 0, &row, 1);
    assert_false(attribution_day_needs_hourly(day));
    struct fixture_columns columns;
    struct bill_line_batch batch = fixture_batch(&fixture, lines, 1, &columns);
    attribution_day_add_bill(day, &batch);
    struct row_batch out;
    attribution_day_finish(day, &fixture.sums);
    assert_false(attribution_day_take_rows(day, &out, &fixture.notices));
    assert_true(attribution_day_size(day) > 0);
    assert_true(attribution_hourly_columns() != 0);
    arena_close(&arena);
    fixture_close(&fixture);
}

static void test_many_rows_of_one_resource_keep_their_order(void **state)
{
    (void)state;
    struct fixture_line lines[40];
    char tags[COUNT(lines)][32];
    for (size_t i = 0; i < COUNT(lines); i++) {
        snprintf(tags[i], sizeof tags[i], "{\"app\": \"%zu\"}", (i * 17) % COUNT(lines) + 10);
        lines[i] = (struct fixture_line){
            .resource = "i-1", .type = "Usage", .tags = tags[i], .unblended = 4};
    }
    static const struct fixture_usage usage[] = {{.namespace = "shop",
                                                  .node = "n1",
                                                  .resource = "i-1",
                                                  .pod_labels = "{}",
                                                  .cpu = 4,
                                                  .cpu_capacity = 4}};
    struct fixture fixture = {FIXTURE_INPUT(usage, lines),
                              .settings.enabled_aws_keys = {app_key, 1}};
    fixture_run(&fixture);
    assert_int_equal(fixture.row_count, COUNT(lines));
    for (size_t i = 1; i < fixture.row_count; i++)
        assert_true(strcmp(fixture.rows[i - 1], fixture.rows[i]) < 0);
    fixture_close(&fixture);
}

/* Facts are gathered of the period only, and of midnight for disks. */
static void test_facts_of_the_bill_are_of_the_period_and_of_midnight(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {{.storage = true,
                                                  .namespace = "shop",
                                                  .node = "n1",
                                                  .volume_labels = "{\"app\":\"a\"}",
                                                  .claim = "data",
                                                  .volume = "pv-1",
                                                  .handle = "vol-9",
                                                  .claim_gib = 40},
                                                 {.storage = true,
                                                  .day = 1,
                                                  .namespace = "late",
                                                  .node = "n1",
                                                  .volume_labels = "{\"app\":\"b\"}",
                                                  .claim = "data",
                                                  .volume = "pv-2",
                                                  .handle = "vol-9",
                                                  .claim_gib = 25}};
    static const struct fixture_line lines[] = {
        {.resource = "vol-9", .type = "Usage", .tags = "{}", .unblended = 10},
        {.hour = 30, .resource = "vol-9", .type = "Usage", .tags = "{}"},
        {.hour = -24, .resource = "vol-9", .type = "Usage", .tags = "{\"app\": \"b\"}"},
        {.hour = 24 * FIXTURE_DAYS,
         .resource = "vol-9",
         .type = "Usage",
         .tags = "{\"app\": \"b\"}"},
        {.no_time = true, .resource = "vol-9", .tags = "{\"app\": \"b\"}"},
        {.resource = "bucket", .type = "Usage", .tags = "{\"app\":\"b\"}", .unblended = 3},
    };
    static const struct fixture_line hourly[] = {
        {.hour = 1, .resource = "vol-9", .unblended = 0.01, .rate = 0.0744},
        {.hour = 1, .resource = "elsewhere", .unblended = 1, .rate = 1}};
    struct fixture fixture = {
        FIXTURE_INPUT(usage, lines), .hourly = hourly, .hourly_count = 2,
        .settings = {.enabled_ocp_keys = {app_key, 1}, .enabled_aws_keys = {app_key, 1}},
        .explain = "vol-9"};
    /* Only the first day's claim counts: the rest is 60 of 100. The tag of the bucket has no space,
     * so nothing matches it; the same tag with a space is of other days. */
    FIXTURE_EXPECT(&fixture, "c-east Storage Storage unattributed - data/pv-1/- - - 6",
                   "c-east Storage shop n1 data/pv-1/- {\"app\":\"a\"} 0 4");
    fixture_assert_entry(&fixture, RECONCILE_no_cluster, 3);
    fixture_assert_entry(&fixture, RECONCILE_not_midnight, 0);
    assert_true((attribution_bill_columns(fixture.attribution) &
                 BILL_LINE_MASK(product_operatingsystem)) == 0);
    fixture_close(&fixture);
}

static void test_tag_texts_that_say_the_same_are_one_case(void **state)
{
    (void)state;
    static const struct fixture_line lines[] = {
        {.resource = "a",
         .type = "Usage",
         .unblended = 1,
         .tags = "{\"openshift_project\": \"shop\"}"},
        {.resource = "a",
         .type = "Usage",
         .unblended = 2,
         .tags = "{ \"openshift_project\": \"shop\", \"zz\": \"dropped\" }"}};
    struct fixture fixture = {FIXTURE_INPUT(node, lines)};
    FIXTURE_EXPECT(&fixture, "c-east Pod shop n1 -/-/- {} 0 3");
    fixture_close(&fixture);
}

static void test_namespaces_named_like_synthetic_ones_are_told_apart_by_every_byte(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {{.namespace = "Network unattribut_d",
                                                  .node = "n1",
                                                  .resource = "i-1",
                                                  .pod_labels = "{}",
                                                  .cpu = 2,
                                                  .cpu_capacity = 4},
                                                 {.namespace = "Storage unattribut_d",
                                                  .node = "n1",
                                                  .resource = "i-1",
                                                  .pod_labels = "{}",
                                                  .cpu = 2,
                                                  .cpu_capacity = 4}};
    static const struct fixture_line lines[] = {LINE(4)};
    static const struct fixture_fact facts[] = {{.fact = "nods", .value = "no such fact"}};
    struct fixture fixture = {FIXTURE_INPUT(usage, lines), .facts = facts, .fact_count = 1};
    fixture_run(&fixture);
    fixture_assert_entry(&fixture, RECONCILE_namespaces, 4);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_equal_after_filtering_are_one),
        cmocka_unit_test(test_keys_of_labels_and_line_are_put_in_order),
        cmocka_unit_test(test_bill_facts_are_not_needed_without_labels),
        cmocka_unit_test(test_tags_of_the_line_win_and_disabled_keys_go),
        cmocka_unit_test(test_missing_product_and_account_are_empty_and_counted),
        cmocka_unit_test(test_lines_off_midnight_match_but_reach_nobody),
        cmocka_unit_test(test_covered_lines_cost_nothing_but_the_plan),
        cmocka_unit_test(test_nulls_of_some_lines_do_not_spoil_the_sum),
        cmocka_unit_test(test_categories_are_printed_canonically),
        cmocka_unit_test(test_daily_lines_are_made_of_hourly_ones),
        cmocka_unit_test(test_hourly_lines_make_disks_known_on_their_day),
        cmocka_unit_test(test_rows_are_sorted_and_named_alike_whatever_the_order_of_the_input),
        cmocka_unit_test(test_a_day_object_forgets_the_day_before),
        cmocka_unit_test(test_rows_facts_and_days_outside_are_skipped),
        cmocka_unit_test(test_many_rows_of_one_resource_keep_their_order),
        cmocka_unit_test(test_facts_of_the_bill_are_of_the_period_and_of_midnight),
        cmocka_unit_test(test_tag_texts_that_say_the_same_are_one_case),
        cmocka_unit_test(test_namespaces_named_like_synthetic_ones_are_told_apart_by_every_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
