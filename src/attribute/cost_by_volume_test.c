/* Rules a and b, and volumes without a CSI handle, on whole days. */
#include "attribute/attribution_fixture.h"

#define CLAIM(in_cluster, on_day, ns, claim_name, volume_name, handle_name, gib)              \
    {                                                                                         \
        .cluster = in_cluster, .day = on_day, .storage = true, .namespace = ns, .node = "n1", \
        .volume_labels = "{}", .claim = claim_name, .volume = volume_name, .class = "gp3",    \
        .handle = handle_name, .claim_gib = gib                                               \
    }

/* 0.01 an hour at a rate of 0.0744 a month of 744 hours: 100 GB. */
#define CHARGE(at, id)                                                \
    {                                                                 \
        .hour = at, .resource = id, .unblended = 0.01, .rate = 0.0744 \
    }

static const struct fixture_line disk[] = {
    {.resource = "vol-9", .type = "Usage", .tags = "{}", .usage = 5, .unblended = 10}};
static const struct fixture_line charge[] = {CHARGE(3, "vol-9")};

static void test_claims_get_their_part_and_the_rest_is_unattributed(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {
        CLAIM(0, 0, "shop", "data", "pv-1", "vol-9", 40),
        CLAIM(0, 0, "ops", "logs", "pv-2", "vol-9", 25),
    };
    struct fixture fixture = {FIXTURE_INPUT(usage, disk), .hourly = charge, .hourly_count = 1};
    FIXTURE_EXPECT(&fixture, "c-east Storage Storage unattributed - logs/pv-2/gp3 - - 3.5",
                   "c-east Storage ops n1 logs/pv-2/gp3 {} 5 2.5",
                   "c-east Storage shop n1 data/pv-1/gp3 {} 5 4");
    fixture_assert_entry(&fixture, RECONCILE_storage_unattributed, 3.5);
    fixture_close(&fixture);
}

static void test_the_rest_is_split_between_clusters(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {
        CLAIM(0, 0, "shop", "data", "pv-1", "vol-9", 40),
        CLAIM(1, 0, "ops", "logs", "pv-2", "vol-9", 25),
    };
    struct fixture fixture = {FIXTURE_INPUT(usage, disk), .hourly = charge, .hourly_count = 1,
                              .clusters = 2};
    FIXTURE_EXPECT(&fixture, "c-east Storage Storage unattributed - data/pv-1/gp3 - - 1.75",
                   "c-east Storage shop n1 data/pv-1/gp3 {} 5 4",
                   "c-west Storage Storage unattributed - logs/pv-2/gp3 - - 1.75",
                   "c-west Storage ops n1 logs/pv-2/gp3 {} 5 2.5");
    fixture_close(&fixture);
}

static void test_claims_of_other_billed_days_count_as_claimed(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {
        CLAIM(0, 0, "shop", "data", "pv-1", "vol-9", 40),
        CLAIM(1, 1, "ops", "logs", "pv-2", "vol-9", 25),
        CLAIM(1, 2, "late", "none", "pv-3", "vol-9", 35), /* a day without a bill */
    };
    static const struct fixture_line two_days[] = {
        {.resource = "vol-9", .type = "Usage", .unblended = 10},
        {.hour = 24, .resource = "vol-9", .type = "Usage", .unblended = 10},
    };
    static const struct fixture_line charges[] = {CHARGE(3, "vol-9"), CHARGE(30, "vol-9")};
    struct fixture fixture = {FIXTURE_INPUT(usage, two_days), .hourly = charges, .hourly_count = 2,
                              .clusters = 2};
    FIXTURE_EXPECT(&fixture, "c-east Storage Storage unattributed - data/pv-1/gp3 - - 1.75",
                   "c-east Storage shop n1 data/pv-1/gp3 - 0 4",
                   "c-west Storage Storage unattributed - logs/pv-2/gp3 - - 1.75",
                   "c-west Storage ops n1 logs/pv-2/gp3 - 0 2.5");
    fixture_assert_entry(&fixture, RECONCILE_claim_away, 6.5);
    fixture_assert_entry(&fixture, RECONCILE_cluster_away, 3.5);
    fixture_close(&fixture);
}

static void test_a_claim_without_name_is_unattributed_without_tags(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {CLAIM(0, 0, "shop", "", "pv-1", "vol-9", 100)};
    struct fixture fixture = {FIXTURE_INPUT(usage, disk), .hourly = charge, .hourly_count = 1};
    FIXTURE_EXPECT(&fixture, "c-east Storage Storage unattributed n1 ''/pv-1/gp3 - - 10");
    fixture_close(&fixture);
}

static void test_overclaimed_disks_have_a_negative_rest(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {CLAIM(0, 0, "shop", "data", "pv-1", "vol-9", 150)};
    struct fixture fixture = {FIXTURE_INPUT(usage, disk), .hourly = charge, .hourly_count = 1};
    FIXTURE_EXPECT(&fixture, "c-east Storage Storage unattributed - data/pv-1/gp3 - - -5",
                   "c-east Storage shop n1 data/pv-1/gp3 {} 5 15");
    fixture_close(&fixture);
}

static void test_the_rest_of_an_overclaimed_disk_on_another_day_is_told(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {
        CLAIM(0, 0, "shop", "data", "pv-1", "vol-9", 100),
        CLAIM(1, 1, "ops", "logs", "pv-2", "vol-9", 50),
    };
    static const struct fixture_line two_days[] = {
        {.resource = "vol-9", .type = "Usage", .unblended = 10},
        {.hour = 24, .resource = "vol-9", .type = "Usage", .unblended = 0},
    };
    struct fixture fixture = {FIXTURE_INPUT(usage, two_days), .hourly = charge, .hourly_count = 1,
                              .clusters = 2};
    fixture_run(&fixture);
    fixture_assert_entry(&fixture, RECONCILE_overclaimed_disk, 2.5);
    fixture_assert_entry(&fixture, RECONCILE_claim_away, 5);
    fixture_close(&fixture);
}

static void test_one_volume_under_two_label_sets_is_charged_twice(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {
        CLAIM(0, 0, "shop", "data", "pv-1", "vol-9", 100),
        {.storage = true,
         .namespace = "shop",
         .node = "n2",
         .pod_labels = "{}",
         .volume_labels = "{\"a\":\"b\"}",
         .claim = "data",
         .volume = "pv-1",
         .class = "gp2",
         .handle = "vol-9",
         .claim_gib = 100,
         .category = 5},
    };
    struct fixture fixture = {FIXTURE_INPUT(usage, disk), .hourly = charge, .hourly_count = 1};
    FIXTURE_EXPECT(&fixture, "c-east Storage shop n1 data/pv-1/gp3 {} 5 10",
                   "c-east Storage shop n2 data/pv-1/gp2 {} 5 10");
    fixture_assert_entry(&fixture, RECONCILE_several_claims, 10);
    fixture_close(&fixture);
}

static void test_rows_without_volume_and_of_unattributed_storage_get_no_part(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {
        CLAIM(0, 0, "shop", "data", "pv-1", "vol-9", 40),
        CLAIM(0, 0, "shop", "data", NULL, "vol-9", 30),
        CLAIM(0, 0, "Storage unattributed", "data", "pv-7", "vol-9", 10),
        CLAIM(0, 0, "shop", "none", "pv-8", NULL, 10),
        CLAIM(0, 0, "shop", "none", "", "", 10),
    };
    struct fixture fixture = {FIXTURE_INPUT(usage, disk), .hourly = charge, .hourly_count = 1};
    FIXTURE_EXPECT(&fixture, "c-east Storage Storage unattributed - data/pv-7/gp3 - - 2",
                   "c-east Storage shop n1 data/pv-1/gp3 {} 5 4");
    fixture_close(&fixture);
}

static void test_null_claim_capacities_give_null_costs(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {
        CLAIM(0, 0, "shop", "data", "pv-1", "vol-9", NONE)};
    struct fixture fixture = {FIXTURE_INPUT(usage, disk), .hourly = charge, .hourly_count = 1};
    FIXTURE_EXPECT(&fixture, "c-east Storage shop n1 data/pv-1/gp3 {} 5 -");
    fixture_assert_entry(&fixture, RECONCILE_null_claim_capacity, 10);
    fixture_close(&fixture);
}

static void test_disks_without_known_capacity_go_to_nobody(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {CLAIM(0, 0, "shop", "data", "pv-1", "vol-9", 40)};
    static const struct fixture_line free_of_charge[] = {
        {.hour = 3, .resource = "vol-9", .unblended = 0.01, .rate = 0}};
    struct fixture unknown = {FIXTURE_INPUT(usage, disk)};
    fixture_run(&unknown);
    assert_int_equal(unknown.row_count, 0);
    fixture_assert_entry(&unknown, RECONCILE_no_disk_capacity, 10);
    fixture_close(&unknown);
    struct fixture infinite = {FIXTURE_INPUT(usage, disk), .hourly = free_of_charge,
                               .hourly_count = 1};
    fixture_run(&infinite);
    fixture_assert_entry(&infinite, RECONCILE_no_disk_capacity, 10);
    assert_int_equal(infinite.notices.counts[NOTICE_infinite_capacity], 1);
    assert_string_equal(infinite.notices.examples[NOTICE_infinite_capacity][0], "vol-9");
    fixture_close(&infinite);
}

static void test_lines_that_only_contain_a_handle_do_not_belong(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {CLAIM(0, 0, "shop", "data", "pv-1", "vol-9", 40)};
    static const struct fixture_line longer[] = {
        {.resource = "vol-99", .type = "Usage", .unblended = 10}};
    struct fixture fixture = {FIXTURE_INPUT(usage, longer), .hourly = charge, .hourly_count = 1};
    fixture_run(&fixture);
    assert_int_equal(fixture.row_count, 0);
    fixture_assert_entry(&fixture, RECONCILE_no_cluster, 10);
    fixture_close(&fixture);
}

/* East and west own the disk; on the second day only west has a claim on it, and east a node. */
static void test_clusters_that_own_a_disk_without_using_it_that_day(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {
        CLAIM(0, 0, "shop", "data", "pv-1", "vol-9", 60),
        CLAIM(1, 1, "ops", "logs", "pv-2", "vol-9", 40),
        {.cluster = 1,
         .namespace = "ops",
         .node = "n1",
         .resource = "ol-9",
         .pod_labels = "{}",
         .cpu = 1,
         .cpu_capacity = 4},
    };
    struct fixture fixture = {FIXTURE_INPUT(usage, disk), .hourly = charge, .hourly_count = 1,
                              .clusters = 2};
    FIXTURE_EXPECT(&fixture, "c-east Storage Storage unattributed - data/pv-1/gp3 - - 4",
                   "c-east Storage shop n1 data/pv-1/gp3 {} 5 6",
                   "c-west Pod ops n1 -/-/- {} 5 2.5");
    fixture_assert_entry(&fixture, RECONCILE_several_clusters, 2.5);
    fixture_close(&fixture);
}

static void test_claims_of_nothing_on_a_full_disk_are_told(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {
        CLAIM(0, 0, "Storage unattributed", "data", "pv-1", "vol-9", 100)};
    struct fixture fixture = {FIXTURE_INPUT(usage, disk), .hourly = charge, .hourly_count = 1};
    fixture_run(&fixture);
    assert_int_equal(fixture.row_count, 0);
    fixture_assert_entry(&fixture, RECONCILE_null_claim_capacity, 10);
    fixture_close(&fixture);
}

/* West keeps the volume's name, but its handle belongs to east alone. */
static void test_disks_sized_for_one_cluster_may_be_unknown_to_another(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {
        CLAIM(0, 0, "shop", "data", "pv-1", "vol-9", 100),
        CLAIM(1, 0, "ops", "logs", "vol-9", NULL, 40),
    };
    static const struct fixture_usage west_only[] = {CLAIM(1, 0, "ops", "x", "9", NULL, 40)};
    static const struct fixture_fact handle[] = {
        {.cluster = 0, .fact = USAGE_FACT_NODE, .value = "n"}};
    struct fixture both = {FIXTURE_INPUT(usage, disk), .hourly = charge, .hourly_count = 1,
                           .clusters = 2};
    FIXTURE_EXPECT(&both, "c-east Storage shop n1 data/pv-1/gp3 {} 5 10");
    fixture_close(&both);
    struct fixture alone = {FIXTURE_INPUT(west_only, disk),
                            .hourly = charge,
                            .hourly_count = 1,
                            .facts = handle,
                            .fact_count = 1,
                            .clusters = 2,
                            .rules.non_csi_to_namespace = true};
    FIXTURE_EXPECT(&alone, "c-west Storage ops n1 x/9/gp3 {} 5 10");
    fixture_close(&alone);
}

/* The line ends with east's node and contains west's handle: it is no disk of east's. */
static void test_a_disk_of_another_cluster_is_no_disk_here(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {
        CLAIM(1, 0, "ops", "logs", "pv-2", "vol-9", 40),
        {.namespace = "shop",
         .node = "n1",
         .resource = "i-1",
         .pod_labels = "{}",
         .cpu = 4,
         .cpu_capacity = 4},
    };
    static const struct fixture_line mixed[] = {{.resource = "vol-9-i-1",
                                                 .type = "Usage",
                                                 .tags = "{\"openshift_project\": \"shop\"}",
                                                 .unblended = 10}};
    static const struct fixture_line charges[] = {CHARGE(3, "vol-9-i-1")};
    struct fixture fixture = {FIXTURE_INPUT(usage, mixed), .hourly = charges, .hourly_count = 1,
                              .clusters = 2};
    FIXTURE_EXPECT(&fixture, "c-east Pod shop n1 -/-/- {} 0 10");
    fixture_close(&fixture);
}

static void test_rows_of_one_group_count_once_with_the_greatest_capacity(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {
        CLAIM(0, 0, "shop", "data", "pv-1", "vol-9", 40),
        CLAIM(0, 0, "shop", "more", "pv-1", "vol-9", 50),
        CLAIM(0, 1, "shop", "data", "pv-1", "vol-9", 30),
    };
    static const struct fixture_line two_days[] = {
        {.resource = "vol-9", .type = "Usage", .unblended = 10},
        {.hour = 24, .resource = "vol-9", .type = "Usage", .unblended = 0}};
    struct fixture fixture = {FIXTURE_INPUT(usage, two_days), .hourly = charge, .hourly_count = 1,
                              .clusters = 2};
    FIXTURE_EXPECT(&fixture, "c-east Storage Storage unattributed - more/pv-1/gp3 - - 5",
                   "c-east Storage shop n1 more/pv-1/gp3 - 0 5");
    fixture_close(&fixture);
}

static void test_only_the_rest_of_a_disk_may_be_emitted(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {
        CLAIM(0, 0, "shop", "data", NULL, "vol-9", 40),
        {.storage = true, .day = 1, .namespace = "shop", .volume = "pv-1", .handle = "vol-9"}};
    struct fixture fixture = {FIXTURE_INPUT(usage, disk), .hourly = charge, .hourly_count = 1};
    FIXTURE_EXPECT(&fixture, "c-east Storage Storage unattributed - data/-/gp3 - - 6");
    fixture_assert_entry(&fixture, RECONCILE_claim_away, 4);
    fixture_close(&fixture);
}

/* ---- volumes without a CSI handle ---- */

static const struct fixture_line named[] = {
    {.resource = "disk/vol-77", .type = "Usage", .tags = "{}", .usage = 3, .unblended = 9}};

static void test_volumes_without_handle_reach_nobody_by_default(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {CLAIM(0, 0, "shop", "data", "vol-77", NULL, 20)};
    struct fixture fixture = {FIXTURE_INPUT(usage, named)};
    fixture_run(&fixture);
    assert_int_equal(fixture.row_count, 0);
    fixture_assert_entry(&fixture, RECONCILE_no_claim, 9);
    fixture_close(&fixture);
}

static void test_volumes_without_handle_go_to_namespaces_when_asked(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {
        CLAIM(0, 0, "shop", "data", "vol-77", NULL, 20),
        {.storage = true,
         .namespace = "shop",
         .node = "n2",
         .pod_labels = "{}",
         .claim = "data",
         .volume = "vol-77",
         .class = "gp3",
         .claim_gib = 10,
         .category = 3},
        CLAIM(1, 0, "ops", "logs", "vol-77", NULL, 10),
        CLAIM(1, 0, "ops", "more", "a-much-longer-name-than-the-resource", NULL, 10),
        CLAIM(0, 0, "shop", "other", "vol-78", NULL, 10),
        CLAIM(1, 0, "west", "only", "77", NULL, NONE),
        CLAIM(1, 0, "west", "only", "abc", NULL, 5),
        CLAIM(1, 0, "ops", "less", "vol-77", NULL, 10),
    };
    struct fixture fixture = {FIXTURE_INPUT(usage, named), .clusters = 2,
                              .rules.non_csi_to_namespace = true};
    FIXTURE_EXPECT(&fixture, "c-east Storage shop n1 data/vol-77/gp3 {} 1.5 4.5",
                   "c-east Storage shop n2 data/vol-77/gp3 {} 0.75 2.25",
                   "c-west Storage ops n1 logs/vol-77/gp3 {} 0.75 2.25",
                   "c-west Storage west n1 only/77/gp3 {} 0 0");
    assert_int_equal(fixture.row_list[1].cost_category_id, 3);
    fixture_close(&fixture);
}

static void test_volumes_without_capacity_share_evenly(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {
        CLAIM(0, 0, "shop", "data", "vol-77", NULL, NONE),
        CLAIM(0, 0, "ops", "data", "vol-77", NULL, NONE),
    };
    struct fixture fixture = {FIXTURE_INPUT(usage, named), .rules.non_csi_to_namespace = true};
    FIXTURE_EXPECT(&fixture, "c-east Storage ops n1 data/vol-77/gp3 {} 1.5 4.5",
                   "c-east Storage shop n1 data/vol-77/gp3 {} 1.5 4.5");
    fixture_close(&fixture);
}

static void test_no_claim_that_day_stays_in_no_row_even_when_asked(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {CLAIM(0, 1, "shop", "data", "vol-77", NULL, 20)};
    struct fixture fixture = {FIXTURE_INPUT(usage, named), .rules.non_csi_to_namespace = true};
    fixture_run(&fixture);
    assert_int_equal(fixture.row_count, 0);
    fixture_assert_entry(&fixture, RECONCILE_no_claim, 9);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims_get_their_part_and_the_rest_is_unattributed),
        cmocka_unit_test(test_the_rest_is_split_between_clusters),
        cmocka_unit_test(test_claims_of_other_billed_days_count_as_claimed),
        cmocka_unit_test(test_a_claim_without_name_is_unattributed_without_tags),
        cmocka_unit_test(test_overclaimed_disks_have_a_negative_rest),
        cmocka_unit_test(test_the_rest_of_an_overclaimed_disk_on_another_day_is_told),
        cmocka_unit_test(test_one_volume_under_two_label_sets_is_charged_twice),
        cmocka_unit_test(test_rows_without_volume_and_of_unattributed_storage_get_no_part),
        cmocka_unit_test(test_null_claim_capacities_give_null_costs),
        cmocka_unit_test(test_disks_without_known_capacity_go_to_nobody),
        cmocka_unit_test(test_lines_that_only_contain_a_handle_do_not_belong),
        cmocka_unit_test(test_clusters_that_own_a_disk_without_using_it_that_day),
        cmocka_unit_test(test_claims_of_nothing_on_a_full_disk_are_told),
        cmocka_unit_test(test_disks_sized_for_one_cluster_may_be_unknown_to_another),
        cmocka_unit_test(test_a_disk_of_another_cluster_is_no_disk_here),
        cmocka_unit_test(test_rows_of_one_group_count_once_with_the_greatest_capacity),
        cmocka_unit_test(test_only_the_rest_of_a_disk_may_be_emitted),
        cmocka_unit_test(test_volumes_without_handle_reach_nobody_by_default),
        cmocka_unit_test(test_volumes_without_handle_go_to_namespaces_when_asked),
        cmocka_unit_test(test_volumes_without_capacity_share_evenly),
        cmocka_unit_test(test_no_claim_that_day_stays_in_no_row_even_when_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
