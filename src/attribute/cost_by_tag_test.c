/* Rule d and the matching by tags, on whole days. */
#include "attribute/attribution_fixture.h"

static const char *app_key[] = {"app"};

#define APP_ENABLED .settings = {.enabled_ocp_keys = {app_key, 1}, .enabled_aws_keys = {app_key, 1}}

static const struct fixture_usage two_clusters[] = {
    {.namespace = "shop",
     .node = "n1",
     .resource = "i-1",
     .pod_labels = "{\"app\":\"web\"}",
     .category = 2},
    {.namespace = "shop",
     .node = "n2",
     .resource = "i-2",
     .pod_labels = "{\"app\":\"web\"}",
     .category = 1},
    {.namespace = "blog", .node = "n1", .resource = "i-1", .pod_labels = "{\"app\":\"web\"}"},
    {.namespace = "else", .node = "n1", .resource = "i-1", .pod_labels = "{\"app\":\"db\"}"},
    {.storage = true,
     .namespace = "shop",
     .node = "n1",
     .volume_labels = "{\"app\":\"web\"}",
     .claim = "data",
     .volume = "",
     .class = "gp3"},
    {.namespace = "Worker unallocated", .node = "n1", .resource = "i-1"},
    {.namespace = NULL, .node = "n1", .resource = "i-1", .pod_labels = "{\"app\":\"web\"}"},
    {.cluster = 1,
     .namespace = "west",
     .node = "n7",
     .resource = "i-7",
     .pod_labels = "{\"app\":\"web\"}"},
};

#define TAGGED(tag_text)                                                                     \
    {                                                                                        \
        .resource = "bucket", .type = "Usage", .tags = tag_text, .usage = 12, .unblended = 6 \
    }

static void test_a_generic_tag_goes_to_namespaces_with_the_label_in_all_clusters(void **state)
{
    (void)state;
    static const struct fixture_line lines[] = {TAGGED("{\"app\": \"web\"}")};
    struct fixture fixture = {FIXTURE_INPUT(two_clusters, lines), .clusters = 2, APP_ENABLED};
    FIXTURE_EXPECT(&fixture, "c-east Pod blog n1 -/-/- {\"app\":\"web\"} 2 1",
                   "c-east Pod shop n2 -/-/- {\"app\":\"web\"} 2 1",
                   "c-east Storage shop n1 data/-/gp3 {\"app\":\"web\"} 2 1",
                   "c-west Pod west n7 -/-/- {\"app\":\"web\"} 6 3");
    assert_int_equal(fixture.row_list[1].cost_category_id, 2);
    fixture_close(&fixture);
}

static void test_special_tags_name_namespace_node_and_cluster(void **state)
{
    (void)state;
    static const struct {
        const char *tags;
        const char *rows[6];
        size_t count;
    } cases[] = {
        {"{\"openshift_project\": \"blog\"}", {"c-east Pod blog n1 -/-/- {} 12 6"}, 1},
        {"{\"openshift_node\": \"n2\"}", {"c-east Pod shop n2 -/-/- {} 12 6"}, 1},
        {"{\"openshift_cluster\": \"c-west\"}", {"c-west Pod west n7 -/-/- {} 12 6"}, 1},
        {"{\"openshift_cluster\": \"west\"}", {"c-west Pod west n7 -/-/- {} 12 6"}, 1},
        {"{\"openshift_cluster\": \"east\"}",
         {"c-east Pod blog n1 -/-/- {} 3 1.5", "c-east Pod else n1 -/-/- {} 3 1.5",
          "c-east Pod shop n2 -/-/- {} 3 1.5", "c-east Storage shop n1 data/-/gp3 {} 3 1.5"},
         4},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct fixture_line lines[] = {TAGGED(cases[i].tags)};
        struct fixture fixture = {FIXTURE_INPUT(two_clusters, lines), .clusters = 2};
        fixture_run(&fixture);
        fixture_assert_rows(&fixture, cases[i].rows, cases[i].count);
        assert_true(reconciliation_closes(&fixture.sums));
        fixture_close(&fixture);
    }
}

static void test_tags_that_no_namespace_has_that_day_are_told(void **state)
{
    (void)state;
    static const struct fixture_fact facts[] = {{.fact = USAGE_FACT_NAMESPACE, .value = "gone"},
                                                {.fact = USAGE_FACT_NODE, .value = ""}};
    static const struct fixture_line lines[] = {
        TAGGED("{\"openshift_project\": \"gone\"}"), TAGGED("{\"openshift_node\": \"\"}"),
        TAGGED("{\"openshift_project\": \"unknown\"}"), TAGGED(NULL), TAGGED("")};
    struct fixture fixture = {FIXTURE_INPUT(two_clusters, lines), .facts = facts, .fact_count = 2,
                              .clusters = 2};
    fixture_run(&fixture);
    assert_int_equal(fixture.row_count, 0);
    fixture_assert_entry(&fixture, RECONCILE_no_tagged_namespace, 12);
    fixture_assert_entry(&fixture, RECONCILE_no_cluster, 18);
    assert_int_equal(fixture.notices.counts[NOTICE_malformed_tags], FIXTURE_DAYS > 0);
    fixture_close(&fixture);
}

static void test_commas_cut_tags_into_pieces(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {
        {.namespace = "first", .node = "n1", .pod_labels = "{\"app\":\"a,b\"}"},
        {.namespace = "second", .node = "n1", .pod_labels = "{\"app\":\"b\"}"},
        {.namespace = "third", .node = "n1", .pod_labels = "{\"app\":\"c\"}"},
        {.namespace = "fourth", .node = "n1", .pod_labels = "{}"},
        {.namespace = "fifth", .node = "n1"},
    };
    static const struct fixture_line comma[] = {TAGGED("{\"app\": \"a,b\"}")};
    struct fixture fixture = {FIXTURE_INPUT(usage, comma), APP_ENABLED};
    FIXTURE_EXPECT(&fixture, "c-east Pod first n1 -/-/- {\"app\":\"a,b\"} 6 3",
                   "c-east Pod second n1 -/-/- {\"app\":\"a,b\"} 6 3");
    fixture_close(&fixture);
    /* "a," leaves the pieces "app":"a and a quote: in every text with labels. */
    static const struct fixture_usage ends[] = {
        {.namespace = "first", .node = "n1", .pod_labels = "{\"app\":\"a,\"}"},
        {.namespace = "third", .node = "n1", .pod_labels = "{\"app\":\"c\"}"},
        {.namespace = "fourth", .node = "n1", .pod_labels = "{}"},
    };
    static const struct fixture_line end[] = {TAGGED("{\"app\": \"a,\"}")};
    struct fixture trailing = {FIXTURE_INPUT(ends, end), APP_ENABLED};
    FIXTURE_EXPECT(&trailing, "c-east Pod first n1 -/-/- {\"app\":\"a,\"} 6 3",
                   "c-east Pod third n1 -/-/- {\"app\":\"a,\"} 6 3");
    fixture_close(&trailing);
}

static void test_two_commas_leave_a_piece_that_all_labels_contain(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {
        {.namespace = "first", .node = "n1", .pod_labels = "{\"app\":\"a,,b\"}"},
        {.namespace = "none", .node = "n1"},
        {.namespace = "other", .node = "n1", .pod_labels = "{}"},
    };
    static const struct fixture_line lines[] = {TAGGED("{\"app\": \"a,,b\"}")};
    struct fixture fixture = {FIXTURE_INPUT(usage, lines), APP_ENABLED};
    FIXTURE_EXPECT(&fixture, "c-east Pod first n1 -/-/- {\"app\":\"a,,b\"} 6 3",
                   "c-east Pod other n1 -/-/- {\"app\":\"a,,b\"} 6 3");
    fixture_close(&fixture);
}

static void test_direction_and_with_it_data_are_dropped(void **state)
{
    (void)state;
    static const struct fixture_line lines[] = {{.resource = NULL,
                                                 .product = "AmazonEC2",
                                                 .family = "Data Transfer",
                                                 .type = "Usage",
                                                 .usage_type = "out-bytes",
                                                 .tags = "{\"openshift_project\": \"blog\"}",
                                                 .usage = 2,
                                                 .unblended = 6}};
    struct fixture fixture = {FIXTURE_INPUT(two_clusters, lines), .clusters = 2};
    FIXTURE_EXPECT(&fixture, "c-east Pod blog n1 -/-/- {} 2 6");
    assert_int_equal(fixture.row_list[0].data_transfer_direction, TEXT_NULL);
    assert_true(fixture.row_list[0].infrastructure_data_out_gigabytes == 0);
    assert_int_equal(fixture.row_list[0].resource_id, TEXT_NULL);
    fixture_close(&fixture);
}

static void test_a_line_by_id_in_one_cluster_and_by_tag_in_another_is_charged_twice(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {
        {.namespace = "shop",
         .node = "n1",
         .resource = "i-1",
         .pod_labels = "{}",
         .cpu = 4,
         .cpu_capacity = 4},
        {.cluster = 1, .namespace = "west", .node = "n7", .resource = "i-7", .pod_labels = "{}"},
    };
    static const struct fixture_line lines[] = {{.resource = "i-1",
                                                 .type = "Usage",
                                                 .tags = "{\"openshift_project\": \"west\"}",
                                                 .unblended = 6}};
    struct fixture fixture = {FIXTURE_INPUT(usage, lines), .clusters = 2, .explain = "i-1"};
    FIXTURE_EXPECT(&fixture, "c-east Pod shop n1 -/-/- {} 0 6", "c-west Pod west n7 -/-/- {} 0 6");
    fixture_assert_entry(&fixture, RECONCILE_several_clusters, 6);
    assert_non_null(strstr(fixture.explanation, "too much: what rule d emits"));
    fixture_close(&fixture);
}

/* West keeps the line by its own namespace, east's rows pass with west's piece in their labels. */
static void test_clusters_count_that_only_pass_with_the_tags_of_others(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {
        {.namespace = "shop",
         .node = "n1",
         .resource = "i-1",
         .pod_labels = "{\"openshift_project\":\"west\"}",
         .cpu = 4,
         .cpu_capacity = 4},
        {.cluster = 1, .namespace = "west", .node = "n7", .pod_labels = "{}"},
    };
    static const struct fixture_line lines[] = {TAGGED("{\"openshift_project\": \"west\"}")};
    struct fixture tagged = {FIXTURE_INPUT(usage, lines), .clusters = 2};
    FIXTURE_EXPECT(&tagged, "c-west Pod west n7 -/-/- {} 6 3");
    fixture_assert_entry(&tagged, RECONCILE_tag_cluster_away, 3);
    fixture_close(&tagged);
    static const struct fixture_line by_id[] = {{.resource = "i-1",
                                                 .type = "Usage",
                                                 .tags = "{\"openshift_project\": \"west\"}",
                                                 .unblended = 6}};
    struct fixture both = {FIXTURE_INPUT(usage, by_id), .clusters = 2};
    FIXTURE_EXPECT(&both, "c-east Pod shop n1 -/-/- {} 0 6", "c-west Pod west n7 -/-/- {} 0 3");
    fixture_assert_entry(&both, RECONCILE_several_clusters, 3);
    fixture_close(&both);
}

static void test_each_cluster_tests_with_its_own_strings(void **state)
{
    (void)state;
    static const struct fixture_line lines[] = {
        TAGGED("{\"openshift_project\": \"blog\", \"openshift_node\": \"n7\"}")};
    struct fixture fixture = {FIXTURE_INPUT(two_clusters, lines), .clusters = 2};
    FIXTURE_EXPECT(&fixture, "c-east Pod blog n1 -/-/- {} 6 3", "c-west Pod west n7 -/-/- {} 6 3");
    fixture_close(&fixture);
}

static void test_more_clusters_than_a_word_has_bits(void **state)
{
    (void)state;
    static const struct fixture_usage usage[] = {
        {.cluster = 0, .namespace = "shop", .node = "n1", .pod_labels = "{}"},
        {.cluster = 35, .namespace = "shop", .node = "n1", .pod_labels = "{}"},
    };
    static const struct fixture_line lines[] = {TAGGED("{\"openshift_node\": \"n1\"}")};
    struct fixture fixture = {FIXTURE_INPUT(usage, lines), .clusters = 36};
    FIXTURE_EXPECT(&fixture, "c-east Pod shop n1 -/-/- {} 6 3", "c-35 Pod shop n1 -/-/- {} 6 3");
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_generic_tag_goes_to_namespaces_with_the_label_in_all_clusters),
        cmocka_unit_test(test_special_tags_name_namespace_node_and_cluster),
        cmocka_unit_test(test_tags_that_no_namespace_has_that_day_are_told),
        cmocka_unit_test(test_commas_cut_tags_into_pieces),
        cmocka_unit_test(test_two_commas_leave_a_piece_that_all_labels_contain),
        cmocka_unit_test(test_direction_and_with_it_data_are_dropped),
        cmocka_unit_test(test_a_line_by_id_in_one_cluster_and_by_tag_in_another_is_charged_twice),
        cmocka_unit_test(test_clusters_count_that_only_pass_with_the_tags_of_others),
        cmocka_unit_test(test_each_cluster_tests_with_its_own_strings),
        cmocka_unit_test(test_more_clusters_than_a_word_has_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
