#include "command/run_report.h"

#include "aggregate/usage_row.h"
#include "attribute/notices.h"
#include "attribute/reconciliation.h"
#include "base/arena.h"
#include "command/run_metrics.h"
#include "command/run_text.h"
#include "config/config.h"
#include "result/run_summary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#define SOURCE "be3edc0a-1ef2-44f0-8be0-3db0dc2574bd"

/* A run of one day: namespace shop, and a bill of 10 USD of which shop got 6. */
static struct arena arena;
static struct config config;
static struct run_summary *summary;
static struct bill bill = {.provider = "AWS", .source = SOURCE};
static struct reconciliation sums;
static struct attribution_notices notices;
static char path[64];

static void add_money(enum reconciliation_entry entry, double amount)
{
    struct currency_sums *currency = reconciliation_currency(&sums, (struct text){"USD", 3});
    for (int column = 0; column < COST_COLUMNS; column++) {
        exact_sum_add(&currency->amounts[entry][column], amount, EXACT_SUM_FINE);
        if (entry == RECONCILE_total)
            exact_sum_add(&currency->gross[column], amount, EXACT_SUM_FINE);
    }
}

static void fill_bill(void)
{
    struct namespace_sums *shop = reconciliation_namespace(
        &sums, (struct text){"USD", 3}, (struct text){"c1", 2}, (struct text){"shop\x1b[1m", 8});
    exact_sum_add(&shop->amounts[COST_AMORTIZED], 6, EXACT_SUM_FINE);
    add_money(RECONCILE_total, 10);
    add_money(RECONCILE_namespaces, 6);
    add_money(RECONCILE_no_cluster, 4);
    attribution_notices_add(&notices, NOTICE_null_product_code, (struct text){"i-1", 3});
}

static void fill_usage(void)
{
    struct text_pool texts;
    struct usage_row row = {0};
    text_pool_init(&texts);
    row.namespace = text_pool_intern_string(&texts, "shop");
    row.pod_usage_cpu_core_hours = 2.5;
    row.pod_request_cpu_core_hours = MEASURE_NULL;
    row.pod_usage_memory_gigabyte_hours = 1234.5;
    row.pod_request_memory_gigabyte_hours = 8;
    run_summary_add_usage(summary, &row, 1, &texts);
    text_pool_close(&texts);
}

static int set_up(void **state)
{
    const struct unit_summary usage = {"usage", SOURCE, "east", {20362, 20362}, 24, 1, 4096, 0.5};
    const struct unit_summary cost = {"cost", SOURCE, "AWS", {20362, 20362}, 7, 2, 1024, 0.25};
    (void)state;
    arena_init(&arena);
    summary = arena_alloc(&arena, sizeof *summary);
    run_summary_open(summary, &arena);
    reconciliation_init(&sums);
    attribution_notices_init(&notices);
    config = (struct config){.org_id = "org1", .threads = 2, .shard_count = 1, .cluster_count = 1};
    config.period = summary->period = (struct period){20362, 20362};
    config.cost_rules.markup = 0.1;
    fill_usage();
    fill_bill();
    run_summary_add_unit(summary, &usage);
    run_summary_add_unit(summary, &cost);
    summary->bills = arena_alloc(&arena, sizeof *summary->bills);
    summary->bills[0] = (struct bill_summary){&bill, &sums, &notices};
    summary->bill_count = 1;
    snprintf(path, sizeof path, "/tmp/run_report_test.%ld", (long)getpid());
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    reconciliation_close(&sums);
    attribution_notices_close(&notices);
    arena_close(&arena);
    return 0;
}

static const char *content(void)
{
    char *text = arena_alloc(&arena, 1 << 16);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    text[fread(text, 1, (1 << 16) - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void test_report_is_json_with_everything(void **state)
{
    const struct error none = {0};
    const struct run_outcome outcome = {&none, 0, 1759276800, 1759276801};
    struct error error = {0};
    const char *start, *stage, *currency, *namespace;
    double total, difference, amount, cpu;
    json_int_t rows;
    int closes;
    (void)state;
    assert_true(run_report_write(path, &config, summary, &outcome, &error));
    json_t *root = json_loads(content(), 0, NULL);
    assert_non_null(root);
    assert_int_equal(
        json_unpack(root,
                    "{s:{s:s}, s:[{s:s}, {}], s:{s:I}, s:[{s:b, s:[{s:s, s:{s:F, s:F}, "
                    "s:[{s:s, s:F}]}]}], s:[{s:F}]}",
                    "period", "start", &start, "units", "stage", &stage, "rows", "in", &rows,
                    "bills", "closes", &closes, "currencies", "currency", &currency, "amortized",
                    "total", &total, "difference", &difference, "namespaces", "namespace",
                    &namespace, "amortized", &amount, "namespaces", "usage_cpu_core_hours", &cpu),
        0);
    assert_string_equal(start, "2025-10-01");
    assert_string_equal(stage, "usage");
    assert_int_equal(rows, 31);
    assert_true(closes == 1 && total == 10 && difference == 0 && amount == 6 && cpu == 2.5);
    assert_string_equal(namespace, "shop\x1b[1m");
    assert_true(json_is_null(json_object_get(root, "error")));
    assert_string_equal(json_string_value(json_object_get(root, "started")),
                        "2025-10-01T00:00:00Z");
    json_decref(root);
}

static void test_report_of_a_failure_says_why(void **state)
{
    struct error failure;
    error_set(&failure, ERROR_BAD_DATA, "row 7 of \"x\"");
    const struct run_outcome outcome = {&failure, 65, 0, 1};
    struct error error = {0};
    (void)state;
    assert_true(run_report_write(path, &config, summary, &outcome, &error));
    json_t *root = json_loads(content(), 0, NULL);
    json_t *why = json_object_get(root, "error");
    assert_string_equal(json_string_value(json_object_get(why, "kind")), "bad_data");
    assert_string_equal(json_string_value(json_object_get(why, "message")), "row 7 of \"x\"");
    assert_int_equal(json_integer_value(json_object_get(root, "status")), 65);
    json_decref(root);
}

static void test_last_success_outlives_a_failure(void **state)
{
    const struct error none = {0};
    struct error failure;
    error_set(&failure, ERROR_TRY_AGAIN, "later");
    const struct run_outcome good = {&none, 0, 1759276800, 1759276801};
    const struct run_outcome bad = {&failure, 75, 1759363200, 1759363201};
    struct error error = {0};
    (void)state;
    assert_true(run_metrics_write(path, summary, &good, &error));
    assert_non_null(strstr(content(), "\ncostagg_last_success_timestamp_seconds 1759276801\n"));
    assert_non_null(strstr(content(), "\ncostagg_last_run_exit_status 0\n"));
    assert_non_null(strstr(content(), "\ncostagg_stage_seconds{stage=\"cost\"} 0.250000\n"));
    assert_non_null(strstr(content(), "\ncostagg_reconciliation_closes{bill=\"" SOURCE "\"} 1\n"));
    assert_true(run_metrics_write(path, summary, &bad, &error));
    assert_non_null(strstr(content(), "\ncostagg_last_success_timestamp_seconds 1759276801\n"));
    assert_non_null(strstr(content(), "\ncostagg_last_run_timestamp_seconds 1759363201\n"));
    assert_non_null(strstr(content(), "\ncostagg_last_run_exit_status 75\n"));
}

static char *printed(void)
{
    char *text;
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    run_text_print(stream, &config, summary);
    fclose(stream);
    return text;
}

static void test_text_leads_with_money_and_is_harmless(void **state)
{
    static const char *const parts[] = {
        "Money, amortized cost in USD",
        "shop?[1m                                               6.00    60.0 %",
        "10.00   100.0 %  on the bill in the period",
        "4.00    40.0 %  belonging to no cluster",
        "0.60           markup of 10 %",
        "The sums close",
        "1  rows whose missing product code was written as '', for example i-1",
        "2.50               -        1,234.50            8.00",
        "2025-10-01 to 2025-10-01: 31 rows in (0 bytes), 1 usage row and 2 cost rows out",
    };
    char *text = printed();
    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (strstr(text, parts[i]) == NULL)
            print_error("missing: %s\nin: %s\n", parts[i], text);
        assert_non_null(strstr(text, parts[i]));
    }
    assert_null(strchr(text, '\x1b'));
    free(text);
}

static void test_sums_that_do_not_close_are_shouted(void **state)
{
    char *text;
    size_t length;
    (void)state;
    add_money(RECONCILE_namespaces, 1);
    text = printed();
    assert_non_null(strstr(text, "THE SUMS DO NOT CLOSE"));
    free(text);
    FILE *stream = open_memstream(&text, &length);
    run_text_print_reconciliation(stream, &sums);
    fclose(stream);
    assert_non_null(strstr(text, "-1.000000000  bill - (rows + missing - counted again)"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_report_is_json_with_everything),
        cmocka_unit_test(test_report_of_a_failure_says_why),
        cmocka_unit_test(test_last_success_outlives_a_failure),
        cmocka_unit_test(test_text_leads_with_money_and_is_harmless),
        cmocka_unit_test(test_sums_that_do_not_close_are_shouted),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
