#include "aggregate/node_role.h"

#include "base/calendar.h"
#include "decode/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct period days = {20000, 20000};

static void add_pod(struct node_role_evidence *evidence, const char *namespace, const char *node,
                    const char *resource_id, const char *role)
{
    const int64_t time = (int64_t)days.first * 86400000;
    const uint32_t ids[] = {text_pool_intern_string(&evidence->texts, namespace),
                            text_pool_intern_string(&evidence->texts, node),
                            text_pool_intern_string(&evidence->texts, resource_id),
                            role == NULL ? (uint32_t)TEXT_NULL
                                         : text_pool_intern_string(&evidence->texts, role)};
    const struct pod_usage_batch batch = {.rows = 1,
                                          .interval_start = &time,
                                          .namespace = &ids[0],
                                          .node = &ids[1],
                                          .resource_id = &ids[2],
                                          .node_role = &ids[3]};
    node_role_evidence_add_pods(evidence, &batch, days);
}

static void add_labels(struct node_role_evidence *evidence, const char *node, const char *labels)
{
    const int64_t time = (int64_t)days.first * 86400000;
    const uint32_t ids[] = {text_pool_intern_string(&evidence->texts, node),
                            text_pool_intern_string(&evidence->texts, labels)};
    const struct node_labels_batch batch = {
        .rows = 1, .interval_start = &time, .node = &ids[0], .node_labels = &ids[1]};
    node_role_evidence_add_labels(evidence, &batch, days);
}

static void expect_role(const struct node_role_table *table, const char *node,
                        const char *resource_id, const char *expected)
{
    struct text role = node_role_find(table, (struct text){node, (uint32_t)strlen(node)},
                                      (struct text){resource_id, (uint32_t)strlen(resource_id)});
    if (expected == NULL) {
        assert_null(role.bytes);
        return;
    }
    assert_int_equal(role.length, strlen(expected));
    assert_memory_equal(role.bytes, expected, role.length);
}

/* What each node's rows say, divided over two collections in both ways. */
static void test_evidence_of_two_readers_is_that_of_one(void **state)
{
    (void)state;
    for (int swapped = 0; swapped < 2; swapped++) {
        struct node_role_evidence evidence[2];
        struct node_role_table table;
        node_role_evidence_init(&evidence[0]);
        node_role_evidence_init(&evidence[1]);
        node_role_table_init(&table);
        struct node_role_evidence *a = &evidence[swapped], *b = &evidence[!swapped];
        add_labels(a, "n1", "{}");
        add_labels(b, "n2", "{\"node_role_kubernetes_io\": \"infra\"}");
        add_labels(a, "n2", "{}");
        add_labels(b, "n3", "{}");
        add_labels(a, "n4", "{}");
        add_pod(b, "openshift-kube-apiserver", "n1", "i-1", NULL);
        add_pod(a, "web", "n1", "i-1", NULL);
        add_pod(a, "web", "n2", "i-2", NULL);
        add_pod(a, "web", "n3", "i-3", "infra");
        add_pod(b, "web", "n3", "i-3", "worker");
        add_pod(b, "web", "n4", "i-4", NULL);
        add_pod(b, "web", "n5", "i-5", "worker");
        node_role_evidence_merge(&evidence[0], &evidence[1]);
        node_role_table_derive(&table, &evidence[0]);
        expect_role(&table, "n1", "i-1", "master");
        expect_role(&table, "n2", "i-2", "infra");
        expect_role(&table, "n3", "i-3", "worker");
        expect_role(&table, "n4", "i-4", "worker");
        expect_role(&table, "n5", "i-5", NULL); /* no node label tells of it */
        node_role_evidence_close(&evidence[0]);
        node_role_evidence_close(&evidence[1]);
        node_role_table_close(&table);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_evidence_of_two_readers_is_that_of_one),
    };
    return cmocka_run_group_tests_name("node_role", tests, NULL, NULL);
}
