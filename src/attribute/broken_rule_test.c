/* The proof must fail when it ought to: this program brings a rule c of its own that is broken on
 * purpose. It stands before the library's when linking. */
#define cost_by_resource honest_cost_by_resource
#include "attribute/cost_by_resource.c" /* the rule as it is, under another name */
#undef cost_by_resource

#include "attribute/attribution_fixture.h"

enum fault { HONEST, COUNTED_TWICE, GROUP_FORGOTTEN, WRONG_SHARE };

static enum fault fault;

enum by_resource cost_by_resource(const struct usage_index *usage, uint32_t cluster,
                                  const uint32_t *ids, uint32_t id_count,
                                  const struct cost_rules *rules, struct cost_targets *targets,
                                  struct cost_shares *shares);

enum by_resource cost_by_resource(const struct usage_index *usage, uint32_t cluster,
                                  const uint32_t *ids, uint32_t id_count,
                                  const struct cost_rules *rules, struct cost_targets *targets,
                                  struct cost_shares *shares)
{
    enum by_resource result =
        honest_cost_by_resource(usage, cluster, ids, id_count, rules, targets, shares);
    if (fault == COUNTED_TWICE)
        cost_shares_add(shares, shares->shares[shares->count - 1]);
    else if (fault == GROUP_FORGOTTEN)
        shares->count--;
    else if (fault == WRONG_SHARE)
        shares->shares[0].multiplier *= 1 + 1e-6;
    return result;
}

static const struct fixture_usage node[] = {
    {.namespace = "shop",
     .node = "n1",
     .resource = "i-1",
     .pod_labels = "{}",
     .cpu = 3,
     .cpu_capacity = 4},
    {.namespace = "Worker unallocated",
     .node = "n1",
     .resource = "i-1",
     .cpu = 1,
     .cpu_capacity = 4},
};
static const struct fixture_line lines[] = {
    {.resource = "i-1", .type = "Usage", .tags = "{}", .unblended = 8, .blended = 4},
    {.resource = "i-1", .type = "Usage", .tags = "{}", .unblended = -8},
    {.resource = "bucket", .type = "Usage", .unblended = 1000},
};

static bool closes_with(enum fault which)
{
    fault = which;
    struct fixture fixture = {FIXTURE_INPUT(node, lines)};
    fixture_run(&fixture);
    assert_int_equal(fixture.row_count, which == GROUP_FORGOTTEN ? 1 : 2);
    bool closes = reconciliation_closes(&fixture.sums);
    fixture_close(&fixture);
    return closes;
}

static void test_an_honest_rule_closes(void **state)
{
    (void)state;
    assert_true(closes_with(HONEST));
}

/* The unblended costs cancel out, so it takes the blended column to see it. */
static void test_cost_counted_twice_does_not_close(void **state)
{
    (void)state;
    assert_false(closes_with(COUNTED_TWICE));
}

static void test_a_forgotten_group_does_not_close(void **state)
{
    (void)state;
    assert_false(closes_with(GROUP_FORGOTTEN));
}

static void test_a_share_wrong_by_a_millionth_does_not_close(void **state)
{
    (void)state;
    assert_false(closes_with(WRONG_SHARE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_honest_rule_closes),
        cmocka_unit_test(test_cost_counted_twice_does_not_close),
        cmocka_unit_test(test_a_forgotten_group_does_not_close),
        cmocka_unit_test(test_a_share_wrong_by_a_millionth_does_not_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
