/* What a reader is told about one bill resource. */
#include "attribute/attribution_fixture.h"

static void assert_told(const struct fixture *fixture, const char *const *expected, size_t count)
{
    const char *at = fixture->explanation;
    for (size_t i = 0; i < count; i++) {
        const char *found = strstr(at, expected[i]);
        if (found == NULL)
            fail_msg("not told (in this order): %s\nof\n%s", expected[i], fixture->explanation);
        at = found + strlen(expected[i]);
    }
}

#define EXPECT_TOLD(fixture, ...)                            \
    do {                                                     \
        static const char *const expected[] = {__VA_ARGS__}; \
        fixture_run(fixture);                                \
        assert_told(fixture, expected, COUNT(expected));     \
        fixture_close(fixture);                              \
    } while (0)

static const struct fixture_usage node[] = {
    {.namespace = "shop",
     .node = "n1",
     .resource = "i-1",
     .pod_labels = "{}",
     .cpu = 3,
     .cpu_capacity = 4},
    {.namespace = NULL, .node = "n1", .resource = "i-1", .cpu = NONE, .cpu_capacity = 4},
};

static void test_an_instance_is_told_with_its_shares_and_what_is_idle(void **state)
{
    (void)state;
    static const struct fixture_line lines[] = {{.resource = "arn/i-1",
                                                 .type = "Usage",
                                                 .tags = "{}",
                                                 .unblended = 8,
                                                 .blended = NONE,
                                                 .product = "AmazonEC2",
                                                 .currency = "USD"}};
    struct fixture fixture = {FIXTURE_INPUT(node, lines), .explain = "arn/i-1"};
    EXPECT_TOLD(&fixture, "arn/i-1 on 2025-10-01\n",
                "belongs to cluster c-east by id: it ends with the node id i-1",
                "contains the node id or CSI handle i-1", "lines of product AmazonEC2",
                "unblended_cost 8, blended_cost null", "tags kept: {}",
                "rule c (by node and effective usage), cluster c-east: namespace null (Pod)",
                "null of it: null", "namespace shop (Pod), node n1, labels {}: 0.75 of it: 6",
                "in no row: share of a node that no row accounts for, 0.25 of it: 2");
}

static void test_a_disk_is_told_with_capacity_and_claims(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {{.storage = true,
                                                  .namespace = "shop",
                                                  .node = "n1",
                                                  .volume_labels = "{}",
                                                  .claim = "data",
                                                  .volume = "pv-1",
                                                  .handle = "vol-9",
                                                  .claim_gib = 40},
                                                 {.cluster = 1,
                                                  .storage = true,
                                                  .namespace = "ops",
                                                  .volume_labels = "{}",
                                                  .claim = "data",
                                                  .volume = "pv-1",
                                                  .handle = "vol-9",
                                                  .claim_gib = 10}};
    static const struct fixture_line lines[] = {
        {.resource = "vol-9", .type = "Usage", .tags = "{}", .unblended = 10}};
    static const struct fixture_line hourly[] = {
        {.hour = 3, .resource = "vol-9", .unblended = 0.01, .rate = 0.0744}};
    struct fixture fixture = {FIXTURE_INPUT(usage, lines), .hourly = hourly, .hourly_count = 1,
                              .clusters = 2, .explain = "vol-9"};
    EXPECT_TOLD(&fixture, "it ends with the volume or CSI handle vol-9",
                "disk: greatest hourly cost 0.01, greatest rate 0.0744, 744 hours in the month: "
                "capacity GB 100",
                "claimed in the period, GiB 50 by 2 cluster(s)",
                "rule a (storage by claim capacity), cluster c-east", "0.4 of it: 4",
                "rule b (rest of the disk), cluster c-east", "claim data, volume pv-1: 0.5 / 2",
                "cluster c-west");
}

static void test_tags_traffic_and_dead_ends_are_told(void **state)
{
    (void)state;
    static const struct fixture_line lines[] = {{.resource = "i-1",
                                                 .product = "AmazonEC2",
                                                 .family = "Data Transfer",
                                                 .type = "Usage",
                                                 .usage_type = "in-bytes",
                                                 .unblended = 1},
                                                {.resource = "i-1",
                                                 .product = "AmazonEC2",
                                                 .family = "Data Transfer",
                                                 .type = "Usage",
                                                 .usage_type = "out-bytes",
                                                 .unblended = 1}};
    struct fixture traffic = {FIXTURE_INPUT(node, lines), .explain = "i-1"};
    EXPECT_TOLD(&traffic, ", direction IN", "rule e (network)", ", direction OUT");

    static const struct fixture_usage twins[] = {
        {.namespace = "shop", .node = "n1", .pod_labels = "{}"},
        {.cluster = 1, .namespace = "shop", .node = "n1", .pod_labels = "{}"}};
    static const struct fixture_line tagged[] = {{.resource = "x\ty\x7f",
                                                  .type = "Usage",
                                                  .unblended = 1,
                                                  .tags = "{\"openshift_project\": \"shop\"}"}};
    struct fixture tags = {FIXTURE_INPUT(twins, tagged), .clusters = 2, .explain = "x\ty\x7f"};
    EXPECT_TOLD(&tags, "x?y? on 2025-10-01", "tags kept: {\"openshift_project\":\"shop\"}",
                "tag text contains \"openshift_project\": \"shop\", of cluster c-east, c-west",
                "rule d (by tag)", "1 / 2 of it: 0.5");

    static const struct fixture_usage volume[] = {{.storage = true,
                                                   .namespace = "shop",
                                                   .volume = "pv-1",
                                                   .claim = "data",
                                                   .volume_labels = "{}",
                                                   .class = "gp3",
                                                   .claim_gib = 1}};
    static const struct fixture_line named[] = {
        {.resource = "pv-1", .type = "Usage", .unblended = 1},
        {.hour = 24, .resource = "other", .type = "Usage", .unblended = 1}};
    struct fixture dead_end = {FIXTURE_INPUT(volume, named), .explain = "pv-1"};
    EXPECT_TOLD(&dead_end, "in no row: matched by the name of a volume");
    struct fixture to_namespace = {FIXTURE_INPUT(volume, named), .explain = "pv-1",
                                   .rules.non_csi_to_namespace = true};
    EXPECT_TOLD(&to_namespace, "rule volume without CSI handle");
    struct fixture stranger = {FIXTURE_INPUT(volume, named), .explain = "other"};
    EXPECT_TOLD(&stranger, "other on 2025-10-02", "its id belongs to no cluster");
}

static void test_a_disk_billed_off_midnight_only_is_told(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {{.storage = true,
                                                  .namespace = "shop",
                                                  .claim = "data",
                                                  .volume = "pv-1",
                                                  .handle = "vol-9",
                                                  .claim_gib = 40}};
    static const struct fixture_line lines[] = {
        {.hour = 5, .resource = "vol-9", .type = "Usage", .unblended = 10}};
    struct fixture fixture = {FIXTURE_INPUT(usage, lines), .explain = "vol-9"};
    EXPECT_TOLD(&fixture, "greatest hourly cost null", "GiB null by 0 cluster(s)",
                "in no row: matched, but the line's time is not midnight");
}

static void test_excess_is_told(void **state)
{
    (void)state;
    static const struct fixture_usage twins[] = {{.namespace = "shop",
                                                  .node = "n1",
                                                  .resource = "i-1",
                                                  .pod_labels = "{}",
                                                  .cpu = 8,
                                                  .cpu_capacity = 4},
                                                 {.cluster = 1,
                                                  .namespace = "shop",
                                                  .node = "n1",
                                                  .resource = "i-1",
                                                  .pod_labels = "{}",
                                                  .cpu = 4,
                                                  .cpu_capacity = 4}};
    static const struct fixture_line lines[] = {
        {.resource = "i-1", .type = "Usage", .unblended = 1}};
    struct fixture fixture = {FIXTURE_INPUT(twins, lines), .clusters = 2, .explain = "i-1"};
    EXPECT_TOLD(&fixture, "too much: rows together above the capacity of the node, 1 of it: 1",
                "too much: counted again by a further cluster or rule, 1 of it: 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_instance_is_told_with_its_shares_and_what_is_idle),
        cmocka_unit_test(test_a_disk_is_told_with_capacity_and_claims),
        cmocka_unit_test(test_tags_traffic_and_dead_ends_are_told),
        cmocka_unit_test(test_a_disk_billed_off_midnight_only_is_told),
        cmocka_unit_test(test_excess_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
