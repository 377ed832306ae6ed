/* Rule c on whole days. */
#include "attribute/attribution_fixture.h"

/* Node i-0a1 offers 48 core-hours and 40 GiB-hours. */
#define POD(ns, labels, cpu_hours, gib_hours)                                            \
    {                                                                                    \
        .namespace = ns, .node = "n1", .resource = "i-0a1", .pod_labels = labels,        \
        .cpu = cpu_hours, .cpu_capacity = 48, .memory = gib_hours, .memory_capacity = 40 \
    }

static const struct fixture_usage node[] = {
    POD("shop", "{\"app\":\"web\"}", 24, 10),
    POD("shop", "{}", 6, 10),
    POD("Worker unallocated", NULL, 18, 20),
};
static const struct fixture_line instance[] = {
    {.resource = "i-0a1",
     .product = "AmazonEC2",
     .type = "Usage",
     .tags = "{}",
     .usage = 24,
     .unblended = 12,
     .currency = "USD"},
};

static void test_cost_is_shared_by_effective_cpu(void **state)
{
    (void)state;
    struct fixture fixture = {FIXTURE_INPUT(node, instance)};
    fixture.settings.enabled_ocp_keys = (struct string_list){(const char *[]){"app"}, 1};
    FIXTURE_EXPECT(&fixture, "c-east Pod Worker unallocated n1 -/-/- - 8 4.5",
                   "c-east Pod shop n1 -/-/- {\"app\":\"web\"} 8 6",
                   "c-east Pod shop n1 -/-/- {} 8 1.5");
    fixture_close(&fixture);
}

static void test_cost_is_shared_by_memory(void **state)
{
    (void)state;
    struct fixture fixture = {FIXTURE_INPUT(node, instance),
                              .rules.distribution = DISTRIBUTION_MEMORY};
    FIXTURE_EXPECT(&fixture, "c-east Pod Worker unallocated n1 -/-/- - 8 6",
                   "c-east Pod shop n1 -/-/- {} 16 6");
    fixture_close(&fixture);
}

static void test_weights_mix_cpu_and_memory(void **state)
{
    (void)state;
    struct fixture fixture = {FIXTURE_INPUT(node, instance),
                              .rules = {.distribution = DISTRIBUTION_WEIGHTED,
                                        .cpu_weight = 0.73,
                                        .memory_weight = 0.27}};
    fixture.settings.enabled_ocp_keys = (struct string_list){(const char *[]){"app"}, 1};
    FIXTURE_EXPECT(&fixture, "c-east Pod Worker unallocated n1 -/-/- - 8 4.905",
                   "c-east Pod shop n1 -/-/- {\"app\":\"web\"} 8 5.19",
                   "c-east Pod shop n1 -/-/- {} 8 1.905");
    fixture_close(&fixture);
}

static void test_storage_rows_of_the_node_have_null_cost_but_count(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {
        POD("shop", "{}", 48, 40),
        {.storage = true,
         .namespace = "shop",
         .node = "n1",
         .resource = "i-0a1",
         .volume_labels = "{}",
         .claim = "data",
         .volume = "pv",
         .claim_gib = 5,
         .category = 3},
    };
    struct fixture fixture = {FIXTURE_INPUT(usage, instance)};
    FIXTURE_EXPECT(&fixture, "c-east Pod shop n1 -/-/- {} 12 12",
                   "c-east Pod shop n1 -/-/- - 12 -");
    assert_int_equal(fixture.row_list[1].cost_category_id, 3);
    fixture_close(&fixture);
}

static void test_idle_and_overused_nodes_are_told(void **state)
{
    (void)state;
    static const struct fixture_usage half[] = {POD("shop", "{}", 24, 0)};
    static const struct fixture_usage twice[] = {POD("shop", "{}", 96, 0)};
    struct fixture idle = {FIXTURE_INPUT(half, instance)};
    FIXTURE_EXPECT(&idle, "c-east Pod shop n1 -/-/- {} 24 6");
    fixture_assert_entry(&idle, RECONCILE_idle_node, 6);
    fixture_close(&idle);
    struct fixture overused = {FIXTURE_INPUT(twice, instance)};
    FIXTURE_EXPECT(&overused, "c-east Pod shop n1 -/-/- {} 24 24");
    fixture_assert_entry(&overused, RECONCILE_overused_node, 12);
    fixture_close(&overused);
}

static void test_no_capacity_makes_null_cost(void **state)
{
    (void)state;
    static const struct fixture_usage none[] = {
        {.namespace = "shop",
         .node = "n1",
         .resource = "i-0a1",
         .pod_labels = "{}",
         .cpu = 5,
         .cpu_capacity = NONE},
        {.namespace = "zero", .node = "n1", .resource = "i-0a1", .pod_labels = "{}", .cpu = 5},
        {.namespace = "idle",
         .node = "n1",
         .resource = "i-0a1",
         .pod_labels = "{}",
         .cpu = NONE,
         .cpu_capacity = 48},
    };
    struct fixture fixture = {FIXTURE_INPUT(none, instance)};
    FIXTURE_EXPECT(&fixture, "c-east Pod idle n1 -/-/- {} 8 -", "c-east Pod shop n1 -/-/- {} 8 -",
                   "c-east Pod zero n1 -/-/- {} 8 -");
    fixture_assert_entry(&fixture, RECONCILE_null_node_capacity, 12);
    fixture_close(&fixture);
}

static void test_an_id_that_contains_two_nodes_is_shared_by_both(void **state)
{
    (void)state;
    static const struct fixture_usage two[] = {
        {.namespace = "shop",
         .node = "n1",
         .resource = "i-1",
         .pod_labels = "{}",
         .cpu = 12,
         .cpu_capacity = 24,
         .category = 1},
        {.namespace = "shop",
         .node = "n2",
         .resource = "i-10",
         .pod_labels = "{}",
         .cpu = 24,
         .cpu_capacity = 48,
         .category = 4},
        {.namespace = "ops",
         .node = "n1",
         .resource = "i-1",
         .pod_labels = "{}",
         .cpu = 6,
         .cpu_capacity = 24,
         .category = 2},
    };
    static const struct fixture_line ten[] = {
        {.resource = "i-10", .type = "Usage", .tags = "{}", .unblended = 48, .usage = 1}};
    struct fixture fixture = {FIXTURE_INPUT(two, ten)};
    FIXTURE_EXPECT(&fixture, "c-east Pod ops n1 -/-/- {} 0.5 12",
                   "c-east Pod shop n2 -/-/- {} 0.5 36");
    assert_int_equal(fixture.row_list[1].cost_category_id, 4);
    fixture_close(&fixture);
}

static void test_a_node_without_usage_that_day_takes_nothing(void **state)
{
    (void)state;
    static const struct fixture_line second[] = {
        {.hour = 24, .resource = "i-0a1", .type = "Usage", .unblended = 12}};
    struct fixture fixture = {FIXTURE_INPUT(node, second)};
    fixture_run(&fixture);
    assert_int_equal(fixture.row_count, 0);
    fixture_assert_entry(&fixture, RECONCILE_no_node, 12);
    fixture_close(&fixture);
}

static void test_two_clusters_with_one_node_both_charge_it(void **state)
{
    (void)state;
    static const struct fixture_usage both[] = {
        {.namespace = "shop",
         .node = "n1",
         .resource = "i-0a1",
         .pod_labels = "{}",
         .cpu = 48,
         .cpu_capacity = 48},
        {.cluster = 1,
         .namespace = "ops",
         .node = "n1",
         .resource = "i-0a1",
         .pod_labels = "{}",
         .cpu = 12,
         .cpu_capacity = 48},
    };
    struct fixture fixture = {FIXTURE_INPUT(both, instance), .clusters = 2};
    FIXTURE_EXPECT(&fixture, "c-east Pod shop n1 -/-/- {} 24 12",
                   "c-west Pod ops n1 -/-/- {} 24 3");
    fixture_assert_entry(&fixture, RECONCILE_several_clusters, 3);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cost_is_shared_by_effective_cpu),
        cmocka_unit_test(test_cost_is_shared_by_memory),
        cmocka_unit_test(test_weights_mix_cpu_and_memory),
        cmocka_unit_test(test_storage_rows_of_the_node_have_null_cost_but_count),
        cmocka_unit_test(test_idle_and_overused_nodes_are_told),
        cmocka_unit_test(test_no_capacity_makes_null_cost),
        cmocka_unit_test(test_an_id_that_contains_two_nodes_is_shared_by_both),
        cmocka_unit_test(test_a_node_without_usage_that_day_takes_nothing),
        cmocka_unit_test(test_two_clusters_with_one_node_both_charge_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
