/* Rule e, and the lines it is for, on whole days. */
#include "attribute/attribution_fixture.h"

static const struct fixture_usage nodes[] = {
    {.namespace = "shop",
     .node = "n1",
     .resource = "i-1",
     .pod_labels = "{}",
     .cpu = 4,
     .cpu_capacity = 4},
    {.namespace = "Worker unallocated", .node = "n1", .resource = "i-1", .cpu_capacity = 4},
    {.storage = true,
     .namespace = "shop",
     .node = "n9",
     .resource = "i-1",
     .claim = "data",
     .volume = "pv-1"},
};

#define TRAFFIC(usage_type_text, operation_text)                                               \
    {                                                                                          \
        .resource = "i-1", .product = "AmazonEC2", .family = "Data Transfer", .type = "Usage", \
        .usage_type = usage_type_text, .operation = operation_text, .tags = "{\"app\":\"x\"}", \
        .usage = 7, .unblended = 0.63, .category = "{\"b\":\"1\",\"a\":\"2\"}"                 \
    }

static void test_traffic_goes_to_network_unattributed_with_its_own_tags(void **state)
{
    (void)state;
    static const struct fixture_line lines[] = {TRAFFIC("USE1-DataTransfer-Out-Bytes", NULL)};
    struct fixture fixture = {FIXTURE_INPUT(nodes, lines)};
    fixture.settings.enabled_aws_keys = (struct string_list){(const char *[]){"app"}, 1};
    FIXTURE_EXPECT(&fixture, "c-east Pod Network unattributed n1 -/-/- {\"app\":\"x\"} 7 0.63");
    const struct cost_row *row = &fixture.row_list[0];
    assert_string_equal(fixture_show(&fixture, row->data_transfer_direction), "OUT");
    assert_true(row->infrastructure_data_out_gigabytes == 7);
    assert_true(row->infrastructure_data_in_gigabytes == 0);
    assert_int_equal(row->aws_cost_category, TEXT_NULL);
    fixture_assert_entry(&fixture, RECONCILE_network_unattributed, 0.63);
    fixture_close(&fixture);
}

static void test_each_node_of_an_id_gets_the_full_cost(void **state)
{
    (void)state;
    static const struct fixture_usage two[] = {
        {.namespace = "shop", .node = "n1", .resource = "i-1", .pod_labels = "{}"},
        {.namespace = "shop", .node = "n2", .resource = "i-1", .pod_labels = "{}"},
    };
    static const struct fixture_line lines[] = {TRAFFIC("In-Bytes", NULL)};
    struct fixture fixture = {FIXTURE_INPUT(two, lines), .clusters = 2};
    FIXTURE_EXPECT(&fixture, "c-east Pod Network unattributed n1 -/-/- {} 7 0.63",
                   "c-east Pod Network unattributed n2 -/-/- {} 7 0.63");
    assert_true(fixture.row_list[0].infrastructure_data_in_gigabytes == 7);
    fixture_assert_entry(&fixture, RECONCILE_several_nodes, 0.63);
    fixture_close(&fixture);
}

static void test_traffic_of_a_node_without_usage_is_told(void **state)
{
    (void)state;
    static const struct fixture_fact facts[] = {{.fact = USAGE_FACT_RESOURCE_ID, .value = "i-5"}};
    static const struct fixture_line lines[] = {{.resource = "i-5",
                                                 .product = "AmazonEC2",
                                                 .family = "Data Transfer",
                                                 .type = "Usage",
                                                 .usage_type = "out-bytes",
                                                 .unblended = 2}};
    struct fixture fixture = {FIXTURE_INPUT(nodes, lines), .facts = facts, .fact_count = 1};
    fixture_run(&fixture);
    assert_int_equal(fixture.row_count, 0);
    fixture_assert_entry(&fixture, RECONCILE_no_node, 2);
    fixture_close(&fixture);
}

static void test_other_lines_of_the_node_are_shared_as_usual(void **state)
{
    (void)state;
    static const struct fixture_line lines[] = {{.resource = "i-1",
                                                 .product = "AmazonEC2",
                                                 .family = "Data Transfer",
                                                 .type = "Usage",
                                                 .usage_type = "Regional-Bytes",
                                                 .operation = "PublicIP",
                                                 .tags = "{}",
                                                 .unblended = 3}};
    struct fixture fixture = {FIXTURE_INPUT(nodes, lines)};
    FIXTURE_EXPECT(&fixture, "c-east Pod Worker unallocated n1 -/-/- - 0 0",
                   "c-east Pod shop n1 -/-/- {} 0 3", "c-east Pod shop n9 -/-/- - 0 -");
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_traffic_goes_to_network_unattributed_with_its_own_tags),
        cmocka_unit_test(test_each_node_of_an_id_gets_the_full_cost),
        cmocka_unit_test(test_traffic_of_a_node_without_usage_is_told),
        cmocka_unit_test(test_other_lines_of_the_node_are_shared_as_usual),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
