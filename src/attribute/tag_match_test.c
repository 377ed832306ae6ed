#include "attribute/tag_match.h"

#include "attribute/notices.h"
#include "base/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct matcher {
    struct tag_match match;
    struct attribution_notices notices;
    struct arena arena;
};

static struct text text_of(const char *string)
{
    return (struct text){string, string == NULL ? 0 : (uint32_t)strlen(string)};
}

static void open_matcher(struct matcher *matcher, const char **ocp, size_t ocp_count,
                         const char **aws, size_t aws_count)
{
    const struct settings settings = {.enabled_ocp_keys = {ocp, ocp_count},
                                      .enabled_aws_keys = {aws, aws_count}};
    arena_init(&matcher->arena);
    attribution_notices_init(&matcher->notices);
    tag_match_init(&matcher->match, 1, &settings, &matcher->arena);
}

static void close_matcher(struct matcher *matcher)
{
    tag_match_close(&matcher->match);
    attribution_notices_close(&matcher->notices);
    arena_close(&matcher->arena);
}

/* True when the matcher has the string, for the first cluster. */
static bool has_string(const struct matcher *matcher, const char *string)
{
    return cluster_names_find(&matcher->match.strings, text_of(string)) != NULL;
}

static void test_clusters_nodes_and_namespaces_have_strings(void **state)
{
    (void)state;
    const struct cluster cluster = {"source", "c-1", "my east", 1};
    const struct cluster nameless = {"source", "c-2", NULL, 1};
    struct matcher matcher;
    open_matcher(&matcher, NULL, 0, NULL, 0);
    tag_match_add_cluster(&matcher.match, 0, &cluster);
    tag_match_add_cluster(&matcher.match, 1, &nameless);
    tag_match_add_node(&matcher.match, 0, text_of("n1"));
    tag_match_add_node(&matcher.match, 0, text_of(""));
    tag_match_add_node(&matcher.match, 0, text_of(NULL));
    tag_match_add_namespace(&matcher.match, 0, text_of("a,\"b"));
    tag_match_add_namespace(&matcher.match, 0, text_of(NULL));
    assert_true(has_string(&matcher, "\"openshift_cluster\": \"c-1\""));
    assert_true(has_string(&matcher, "\"openshift_cluster\": \"my east\""));
    assert_true(has_string(&matcher, "\"openshift_cluster\": \"c-2\""));
    assert_true(has_string(&matcher, "\"openshift_node\": \"n1\""));
    assert_true(has_string(&matcher, "\"openshift_node\": \"\""));
    assert_true(has_string(&matcher, "\"openshift_project\": \"a,\"b\"")); /* no escaping */
    assert_int_equal(matcher.match.strings.texts.count - TAG_MATCH_FIRST_ID, 6);
    assert_false(tag_match_is_generic(&matcher.match));
    close_matcher(&matcher);
}

static void test_generic_strings_come_from_pairs_of_both_sides(void **state)
{
    (void)state;
    static const struct {
        const char *pod_labels, *volume_labels, *tags, *string;
        bool expected;
    } cases[] = {
        {"{\"app\":\"web\"}", NULL, "{\"app\": \"web\"}", "\"app\": \"web\"", true},
        {NULL, "{\"app\":\"web\"}", "{\"APP\":\"WEB\", \"x\":\"app\"}", "\"APP\": \"WEB\"", true},
        {"{\"tier\":\"x\"}", NULL, "{\"tier\":\"x\"}", "\"tier\": \"x\"", false},
        {"{\"tier\":\"an app\"}", NULL, "{\"tier\":\"an app\"}", "\"tier\": \"an app\"", true},
        {"{\"tier\":\"x\"}", "{\"app\":\"y\"}", "{\"tier\":\"x\",\"app\":\"z\"}", "\"tier\": \"x\"",
         true},
        {"{\"app\":\"web\"}", NULL, "{\"app\":\"db\"}", "\"app\": \"db\"", false},
        {"{\"app\":\"größe\"}", NULL, "{\"app\":\"GRÖßE\"}", "\"app\": \"GR\\u00d6\\u00dfE\"",
         true},
        {"{\"app\":\"\xf0\x9f\x98\x80\"}", NULL, "{\"app\":\"\xf0\x9f\x98\x80\"}",
         "\"app\": \"\\ud83d\\ude00\"", true},
        {"{\"app\":\"5 \xe2\x82\xac\"}", NULL, "{\"app\":\"5 \xe2\x82\xac\"}",
         "\"app\": \"5 \\u20ac\"", true},
        {"{\"app\":\"\xe2\x82\"}", NULL, "{\"app\":\"\xe2\x82\"}", /* broken off */
         "\"app\": \"\\u0082\"", true},
        {"{\"app\":\"{z}\"}", NULL, "{\"app\":\"{z}\"}", "\"app\": \"z\"", true},
        {"{\"app\":\"a\\tb\\u0001\"}", NULL, "{\"app\":\"a\\tb\\u0001\"}",
         "\"app\": \"a\\tb\\u0001\"", true},
        {"{\"app\":\"\\u000b\\u000e\"}", NULL, "{\"app\":\"\\u000b\\u000e\"}",
         "\"app\": \"\\u000b\\u000e\"", true},
        {"{\"app\":1}", NULL, "{\"app\":\"1\"}", "\"app\": \"1\"", false},
        {"{\"app\":\"web\"}", NULL, NULL, "\"app\": \"web\"", false},
        {"{\"app\":\"web\"}", NULL, "app", "\"app\": \"web\"", false},
    };
    const char *keys[] = {"app"};
    const char *more[] = {"app", "tier"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct matcher matcher;
        open_matcher(&matcher, keys, 1, more, 2);
        assert_true(tag_match_is_generic(&matcher.match));
        for (int twice = 0; twice < 2; twice++)
            tag_match_add_labels(&matcher.match, 0, text_of(cases[i].pod_labels),
                                 text_of(cases[i].volume_labels));
        for (int twice = 0; twice < 2; twice++)
            tag_match_add_tags(&matcher.match, text_of(cases[i].tags), &matcher.notices);
        if (has_string(&matcher, cases[i].string) != cases[i].expected)
            fail_msg("case %zu: %s", i, cases[i].string);
        close_matcher(&matcher);
    }
}

static void test_no_common_key_means_no_generic_strings(void **state)
{
    (void)state;
    const char *ocp[] = {"app"}, *aws[] = {"tier"};
    struct matcher matcher;
    open_matcher(&matcher, ocp, 1, aws, 1);
    tag_match_add_labels(&matcher.match, 0, text_of("{\"app\":\"web\"}"), text_of(NULL));
    tag_match_add_tags(&matcher.match, text_of("{\"app\":\"web\"}"), &matcher.notices);
    assert_false(tag_match_is_generic(&matcher.match));
    assert_int_equal(matcher.match.strings.texts.count, TAG_MATCH_FIRST_ID);
    close_matcher(&matcher);
}

static void test_an_empty_key_is_in_every_text(void **state)
{
    (void)state;
    const char *empty[] = {""};
    struct matcher matcher;
    open_matcher(&matcher, empty, 1, empty, 1);
    tag_match_add_labels(&matcher.match, 0, text_of("{\"x\":\"y\"}"), text_of(NULL));
    tag_match_add_tags(&matcher.match, text_of("{\"x\":\"y\"}"), &matcher.notices);
    assert_true(has_string(&matcher, "\"x\": \"y\""));
    close_matcher(&matcher);
}

static void test_pairs_with_quotes_are_left_out_and_named_once(void **state)
{
    (void)state;
    const char *keys[] = {"app"};
    struct matcher matcher;
    open_matcher(&matcher, keys, 1, keys, 1);
    tag_match_add_labels(&matcher.match, 0, text_of("{\"app\":\"q\\\"q\",\"b\\\\\":\"app\"}"),
                         text_of(NULL));
    tag_match_add_tags(&matcher.match, text_of("{\"app\": \"q\\\"q\"}"), &matcher.notices);
    tag_match_add_tags(&matcher.match, text_of("{\"app\":\"q\\\"q\",\"b\\\\\":\"app\"}"),
                       &matcher.notices);
    assert_int_equal(matcher.notices.counts[NOTICE_unquotable_tag], 2);
    assert_string_equal(matcher.notices.examples[NOTICE_unquotable_tag][0], "app=q\"q");
    assert_string_equal(matcher.notices.examples[NOTICE_unquotable_tag][1], "b\\=app");
    assert_int_equal(matcher.match.strings.texts.count, TAG_MATCH_FIRST_ID);
    close_matcher(&matcher);
}

/* The pieces of all strings that a label text contains, joined with a space. */
static const char *pieces_in(const struct matcher *matcher, const char *labels)
{
    static char joined[256];
    struct number_list found = {0};
    tag_match_labels(&matcher->match, text_of(labels), &found);
    size_t length = 0;
    joined[0] = '\0';
    for (uint32_t i = 0; i < found.count; i++) {
        struct text piece = text_pool_borrow(&matcher->match.pieces, found.items[i]);
        length += (size_t)snprintf(joined + length, sizeof joined - length, "<%.*s>",
                                   (int)piece.length, piece.bytes);
    }
    number_list_close(&found);
    return joined;
}

static void test_strings_are_found_in_tags_and_their_pieces_in_labels(void **state)
{
    (void)state;
    struct matcher matcher;
    open_matcher(&matcher, NULL, 0, NULL, 0);
    tag_match_add_namespace(&matcher.match, 0, text_of("a b,c"));
    tag_match_add_namespace(&matcher.match, 0, text_of("x,,y"));
    tag_match_build(&matcher.match, &matcher.arena);
    struct number_list found = {0};
    tag_match_strings(&matcher.match, text_of("{\"k\": \"v\", \"openshift_project\": \"a b,c\"}"),
                      &found);
    assert_int_equal(found.count, 1);
    uint32_t count;
    const uint32_t *pieces = tag_match_pieces(&matcher.match, found.items[0], &count);
    assert_int_equal(count, 2);
    assert_int_equal(pieces[1], text_pool_find(&matcher.match.pieces, "c\"", 2));
    found.count = 0;
    tag_match_strings(&matcher.match, text_of("{\"openshift_project\":\"a b,c\"}"), &found);
    assert_int_equal(found.count, 0); /* the space after the colon counts */
    number_list_close(&found);
    assert_string_equal(pieces_in(&matcher, "{\"k\":\"c\"}"), "<><c\">");
    assert_string_equal(pieces_in(&matcher, "{\"openshift_project\":\"ab,c\"}"),
                        "<><\"openshift_project\":\"ab><c\">");
    assert_string_equal(pieces_in(&matcher, "{}"), "<>");
    assert_string_equal(pieces_in(&matcher, NULL), "");
    assert_true(tag_match_size(&matcher.match) > 0);
    close_matcher(&matcher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clusters_nodes_and_namespaces_have_strings),
        cmocka_unit_test(test_generic_strings_come_from_pairs_of_both_sides),
        cmocka_unit_test(test_no_common_key_means_no_generic_strings),
        cmocka_unit_test(test_an_empty_key_is_in_every_text),
        cmocka_unit_test(test_pairs_with_quotes_are_left_out_and_named_once),
        cmocka_unit_test(test_strings_are_found_in_tags_and_their_pieces_in_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
