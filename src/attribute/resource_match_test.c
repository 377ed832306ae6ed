#include "attribute/resource_match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct text text_of(const char *string)
{
    return (struct text){string, string == NULL ? 0 : (uint32_t)strlen(string)};
}

static void test_a_resource_belongs_by_its_end_and_meets_what_it_contains(void **state)
{
    (void)state;
    static const struct {
        const char *resource;
        uint32_t clusters; /* bits */
        const char *suffix_of_first;
        const char *contained[3];
    } cases[] = {
        {"i-1", 1, "i-1", {"i-1"}},
        {"i-10", 2, NULL, {"i-1", "i-10"}},
        {"i-100", 0, NULL, {"i-1", "i-10"}},
        {"arn:volume/vol-9", 3, "vol-9", {"vol-9"}},
        {"my-vol-9", 3, "my-vol-9", {"vol-9"}},
        {"9", 0, NULL, {NULL}},
        {"", 0, NULL, {NULL}},
        {NULL, 0, NULL, {NULL}},
    };
    struct resource_match match;
    struct arena arena;
    arena_init(&arena);
    resource_match_init(&match, 1);
    resource_match_add_suffix(&match, 0, text_of("i-1"), true);
    resource_match_add_suffix(&match, 1, text_of("i-10"), true);
    resource_match_add_suffix(&match, 0, text_of("vol-9"), false);
    resource_match_add_suffix(&match, 1, text_of("vol-9"), false);
    resource_match_add_suffix(&match, 0, text_of("my-vol-9"), false);
    resource_match_add_suffix(&match, 0, text_of(""), false);
    resource_match_add_suffix(&match, 0, text_of(NULL), false);
    resource_match_add_id(&match, text_of("i-1"));
    resource_match_add_id(&match, text_of("i-10"));
    resource_match_add_id(&match, text_of("vol-9"));
    resource_match_add_id(&match, text_of(""));
    resource_match_build(&match, &arena);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t set = 0;
        struct number_list ids = {0};
        bool is_node;
        resource_match_clusters(&match, text_of(cases[i].resource), &set);
        assert_int_equal(set, cases[i].clusters);
        resource_match_contained(&match, text_of(cases[i].resource), &ids);
        for (uint32_t j = 0; j < ids.count; j++) {
            struct text id = text_pool_borrow(&match.ids, ids.items[j]);
            assert_int_equal(id.length, strlen(cases[i].contained[j]));
            assert_memory_equal(id.bytes, cases[i].contained[j], id.length);
        }
        assert_true(ids.count == 3 || cases[i].contained[ids.count] == NULL);
        struct text suffix = resource_match_suffix(&match, 0, text_of(cases[i].resource), &is_node);
        if (cases[i].suffix_of_first == NULL)
            assert_null(suffix.bytes);
        else
            assert_memory_equal(suffix.bytes, cases[i].suffix_of_first, suffix.length);
        assert_int_equal(is_node, i == 0);
        number_list_close(&ids);
    }
    assert_true(resource_match_size(&match) > 0);
    resource_match_close(&match);
    arena_close(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_resource_belongs_by_its_end_and_meets_what_it_contains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
