#include "source/path_template.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;
static struct error error;

static const struct path_values july = {"org1", "0af4", {2025, 7}, "pod_usage"};
static const struct path_values october = {"org1", "0af4", {2025, 10}, "pod_usage"};

static void test_a_template_gives_what_to_list_and_what_fits(void **state)
{
    (void)state;
    static const struct {
        const char *path_template;
        const struct path_values *values;
        size_t count;
        const char *folder;
        const char *pattern;
    } cases[] = {
        {"d/{org}/{report}/source={source}/year={year}/month={month}", &october, 1,
         "d/org1/pod_usage/source=0af4/year=2025/month=10",
         "d/org1/pod_usage/source=0af4/year=2025/month=10/**"},
        {"{org_id}/{uuid}/{month}", &july, 2, "org1/0af4/07", "org1/0af4/07/**"},
        {"{org_id}/{provider_uuid}/x", &july, 1, "org1/0af4/x", "org1/0af4/x/**"},
        {"/a/{source}/*/b-*.parquet", &july, 1, "a/0af4", "a/0af4/*/b-*.parquet"},
        {"./a/{source}/**/{report}/**", &july, 1, "a/0af4", "a/0af4/**/pod_usage/**"},
        {"{source}/all.parquet", &july, 1, "0af4", "0af4/all.parquet"},
        {"{source}.parquet", &july, 1, "", "0af4.parquet"},
        {"a/{source}/", &july, 1, "a/0af4", "a/0af4/**"},
        {"a/0af4/x{month}", &october, 1, "a/0af4/x10", "a/0af4/x10/**"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct path_pattern patterns[2];
        size_t count;
        assert_true(path_template_fill(cases[i].path_template, cases[i].values, &arena, patterns,
                                       &count, &error));
        assert_int_equal(count, cases[i].count);
        assert_string_equal(patterns[0].folder, cases[i].folder);
        assert_string_equal(patterns[0].pattern, cases[i].pattern);
    }
}

static void test_a_month_has_two_spellings_before_october(void **state)
{
    (void)state;
    struct path_pattern patterns[2];
    size_t count;
    assert_true(path_template_fill("{source}/{month}", &july, &arena, patterns, &count, &error));
    assert_int_equal(count, 2);
    assert_string_equal(patterns[0].folder, "0af4/07");
    assert_string_equal(patterns[1].folder, "0af4/7");
}

static void test_a_template_that_cannot_be_filled_in_says_why(void **state)
{
    (void)state;
    static const struct path_values odd = {"o/rg", "0af4", {2025, 7}, "pod_usage"};
    static const struct path_values empty = {"", "0af4", {2025, 7}, "pod_usage"};
    static const struct {
        const char *path_template;
        const struct path_values *values;
        const char *message;
    } cases[] = {
        {"a/{cluster}/x", &july, "what stands at \"{cluster}/x\" is none of {org}"},
        {"a/{source", &july, "what stands at \"{source\" is none of"},
        {"a/{month}", &july, "names no source: put {source} into it"},
        {"{org}/{source}", &odd, "\"o/rg\" cannot be part of a path"},
        {"{org}/{source}", &empty, "\"\" cannot be part of a path"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct path_pattern patterns[2];
        size_t count;
        assert_false(path_template_fill(cases[i].path_template, cases[i].values, &arena, patterns,
                                        &count, &error));
        assert_int_equal(error.kind, ERROR_BAD_CONFIG);
        assert_non_null(strstr(error.message, cases[i].message));
    }
}

static void test_paths_fit_patterns(void **state)
{
    (void)state;
    static const struct {
        const char *folder;
        const char *pattern;
        const char *path;
        bool fits;
    } cases[] = {
        {"a", "a/**", "a/x.parquet", true},
        {"a", "a/**", "a/b/c/x.parquet", true},
        {"a", "a/**", "ab/x.parquet", false},
        {"a", "a/**", "a/x.csv", false},
        {"a", "a/**", "a/x.parquet.tmp", false},
        {"a", "a/**", "a/.x.parquet", false},
        {"a", "a/**", "a/_x.parquet", false},
        {"a", "a/**", "a/_temporary/0/x.parquet", false},
        {"a", "a/**", "a/.staging/x.parquet", false},
        {"_a", "_a/**", "_a/x.parquet", true},
        {"a", "a/**/r/**", "a/r/x.parquet", true},
        {"a", "a/**/r/**", "a/1/2/r/3/x.parquet", true},
        {"a", "a/**/r/**", "a/r_daily/x.parquet", false},
        {"a", "a/**/r/**", "a/x.parquet", false},
        {"a", "a/**/r/**", "a/r/r/r/x.parquet", true},
        {"a", "a/*/b-*.parquet", "a/1/b-2.parquet", true},
        {"a", "a/*/b-*.parquet", "a/1/2/b-2.parquet", false},
        {"a", "a/*/b-*.parquet", "a/1/c-2.parquet", false},
        {"a", "a/*b*c*.parquet", "a/1b2bc.parquet", true},
        {"a", "a/*b*c*.parquet", "a/1b2b.parquet", false},
        {"a", "a/x.parquet", "a/x.parquet", true},
        {"a", "a/x.parquet", "a/x.parquet/y.parquet", false},
        {"", "x.parquet", "x.parquet", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct path_pattern pattern = {cases[i].folder, cases[i].pattern};
        if (path_pattern_fits(&pattern, cases[i].path) != cases[i].fits)
            fail_msg("%s against %s", cases[i].path, cases[i].pattern);
    }
}

static void test_every_convention_has_templates_for_every_report(void **state)
{
    (void)state;
    assert_int_equal(path_convention_count, 3);
    for (size_t c = 0; c < path_convention_count; c++)
        for (int report = 0; report < REPORT_COUNT; report++) {
            const struct path_convention *convention = &path_conventions[c];
            assert_non_null(convention->templates[report][TEMPLATE_HOURLY]);
            assert_non_null(convention->templates[report][TEMPLATE_DAILY]);
            assert_non_null(convention->report_names[report]);
        }
    assert_int_equal(path_first_report(PROVIDER_OCP), REPORT_POD_USAGE);
    assert_int_equal(path_last_report(PROVIDER_OCP), REPORT_NAMESPACE_LABELS);
    assert_int_equal(path_first_report(PROVIDER_AWS), REPORT_AWS_LINE_ITEMS);
    assert_int_equal(path_last_report(PROVIDER_AWS), REPORT_AWS_LINE_ITEMS);
    assert_string_equal(path_report_name(REPORT_NODE_LABELS), "openshift_node_labels_line_items");
}

static int close_arena(void **state)
{
    (void)state;
    arena_close(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_template_gives_what_to_list_and_what_fits),
        cmocka_unit_test(test_a_month_has_two_spellings_before_october),
        cmocka_unit_test(test_a_template_that_cannot_be_filled_in_says_why),
        cmocka_unit_test(test_paths_fit_patterns),
        cmocka_unit_test(test_every_convention_has_templates_for_every_report),
    };
    return cmocka_run_group_tests_name("path_template", tests, NULL, close_arena);
}
