#include "attribute/reconciliation.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct text text_of(const char *string)
{
    return (struct text){string, string == NULL ? 0 : (uint32_t)strlen(string)};
}

static void add(struct reconciliation *sums, const char *currency, enum reconciliation_entry entry,
                double amount)
{
    struct currency_sums *to = reconciliation_currency(sums, text_of(currency));
    exact_sum_add(&to->amounts[entry][COST_BLENDED], amount, EXACT_SUM_FINE);
    if (entry == RECONCILE_total)
        exact_sum_add(&to->gross[COST_BLENDED], fabs(amount), EXACT_SUM_FINE);
}

static void test_rows_missing_and_excess_must_make_the_total(void **state)
{
    (void)state;
    static const struct {
        double total, rows, missing, excess;
        bool closes;
    } cases[] = {
        {100, 70, 30, 0, true},    {100, 120, 30, 50, true},      {100, 70, 29, 0, false},
        {100, 70, 30, 1, false},   {100, 100 + 1e-8, 0, 0, true}, {100, 100 + 1e-6, 0, 0, false},
        {-100, -70, -30, 0, true}, {0, 1, 0, 0, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reconciliation sums;
        reconciliation_init(&sums);
        add(&sums, "EUR", RECONCILE_total, 5);
        add(&sums, "EUR", RECONCILE_no_cluster, 5);
        add(&sums, "USD", RECONCILE_total, cases[i].total);
        add(&sums, "USD", RECONCILE_namespaces, cases[i].rows);
        add(&sums, "USD", RECONCILE_idle_node, cases[i].missing);
        add(&sums, "USD", RECONCILE_several_nodes, cases[i].excess);
        assert_int_equal(reconciliation_closes(&sums), cases[i].closes);
        double difference = reconciliation_difference(&sums, 1, COST_BLENDED);
        assert_true(fabs(difference - (cases[i].total + cases[i].excess - cases[i].rows -
                                       cases[i].missing)) < 1e-12);
        assert_true(reconciliation_difference(&sums, 1, COST_AMORTIZED) == 0);
        assert_true(reconciliation_amount(&sums, 0, RECONCILE_total, COST_BLENDED) == 5);
        reconciliation_close(&sums);
    }
}

static void test_sums_out_of_range_never_close(void **state)
{
    (void)state;
    struct reconciliation sums;
    reconciliation_init(&sums);
    add(&sums, "USD", RECONCILE_total, 1e18);
    add(&sums, "USD", RECONCILE_namespaces, 1e18);
    assert_false(reconciliation_closes(&sums));
    reconciliation_close(&sums);
}

static void spend(struct reconciliation *sums, const char *currency, const char *cluster,
                  const char *namespace_name, double amount)
{
    reconciliation_currency(sums, text_of(currency));
    struct namespace_sums *to = reconciliation_namespace(sums, text_of(currency), text_of(cluster),
                                                         text_of(namespace_name));
    exact_sum_add(&to->amounts[COST_AMORTIZED], amount, EXACT_SUM_FINE);
}

static void test_money_by_namespace_and_cluster_greatest_first(void **state)
{
    (void)state;
    struct reconciliation sums, more;
    reconciliation_init(&sums);
    reconciliation_init(&more);
    spend(&sums, "USD", "east", "shop", 1);
    spend(&sums, "USD", "east", "blog", 2);
    spend(&more, "USD", "west", "shop", 5);
    spend(&more, "USD", "west", NULL, 2);
    spend(&more, "EUR", "west", "shop", 100);
    reconciliation_merge(&sums, &more);
    struct money_line lines[8];
    assert_int_equal(reconciliation_by_namespace(&sums, 0, COST_AMORTIZED, lines), 3);
    assert_memory_equal(lines[0].name.bytes, "shop", 4);
    assert_true(lines[0].amount == 6);
    assert_null(lines[1].name.bytes); /* equal amounts: by name, none first */
    assert_memory_equal(lines[2].name.bytes, "blog", 4);
    assert_int_equal(reconciliation_by_cluster(&sums, 0, COST_AMORTIZED, lines), 2);
    assert_memory_equal(lines[0].name.bytes, "west", 4);
    assert_true(lines[0].amount == 7);
    assert_true(lines[1].amount == 3);
    uint32_t order[2];
    reconciliation_order(&sums, order);
    assert_memory_equal(reconciliation_currency_name(&sums, order[0]).bytes, "EUR", 3);
    reconciliation_close(&sums);
    reconciliation_close(&more);
}

static void test_many_currencies_and_namespaces_grow(void **state)
{
    (void)state;
    struct reconciliation sums, merged;
    reconciliation_init(&sums);
    reconciliation_init(&merged);
    for (int i = 0; i < 200; i++) {
        char name[4] = {(char)('a' + i % 26), (char)('a' + i / 26), 'x', '\0'};
        add(&sums, name, RECONCILE_total, i);
        add(&sums, name, RECONCILE_no_cluster, i);
        spend(&sums, name, name, name, i);
    }
    reconciliation_merge(&merged, &sums);
    reconciliation_merge(&merged, &sums);
    assert_true(reconciliation_closes(&merged));
    assert_true(reconciliation_amount(&merged, 199, RECONCILE_total, COST_BLENDED) == 398);
    uint32_t order[200];
    reconciliation_order(&merged, order);
    for (int i = 1; i < 200; i++)
        assert_true(text_compare(reconciliation_currency_name(&merged, order[i - 1]),
                                 reconciliation_currency_name(&merged, order[i])) < 0);
    reconciliation_close(&sums);
    reconciliation_close(&merged);
}

static void test_entries_have_names_and_meanings(void **state)
{
    (void)state;
    for (enum reconciliation_entry entry = 0; entry < RECONCILE_ENTRIES; entry++) {
        assert_true(strlen(reconciliation_entry_name(entry)) > 0);
        assert_true(strlen(reconciliation_entry_meaning(entry)) > 0);
    }
    assert_int_equal(reconciliation_entry_kind(RECONCILE_total), RECONCILIATION_TOTAL);
    assert_int_equal(reconciliation_entry_kind(RECONCILE_several_nodes), RECONCILIATION_EXCESS);
    assert_string_equal(cost_column_name(COST_AMORTIZED), "calculated_amortized_cost");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_missing_and_excess_must_make_the_total),
        cmocka_unit_test(test_sums_out_of_range_never_close),
        cmocka_unit_test(test_money_by_namespace_and_cluster_greatest_first),
        cmocka_unit_test(test_many_currencies_and_namespaces_grow),
        cmocka_unit_test(test_entries_have_names_and_meanings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
