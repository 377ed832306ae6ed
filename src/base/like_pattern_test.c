#include "base/like_pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_patterns_match_as_in_sql(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *text;
        bool matches;
    } cases[] = {
        {"", "", true},
        {"", "a", false},
        {"%", "", true},
        {"%", "anything", true},
        {"openshift-%", "openshift-monitoring", true},
        {"openshift-%", "openshift-", true},
        {"openshift-%", "Openshift-x", false},
        {"%unallocated", "Worker unallocated", true},
        {"%unallocated", "Worker unallocated ", false},
        {"a_c", "abc", true},
        {"a_c",
         "a\xc3\xbc"
         "c",
         true}, /* one character of two bytes */
        {"a_c", "ac", false},
        {"_", "\xf0\x9f\x98\x80", true},
        {"%a%b%", "xxaxxbxx", true},
        {"%a%b%", "xxbxxaxx", false},
        {"%ab", "aab", true},
        {"a\\%", "a\\b", true}, /* no escape character */
        {"%%x", "x", true},
        {"abc", "ab", false},
        {"ab", "abc", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(
            like_pattern_matches(cases[i].pattern,
                                 (struct text){cases[i].text, (uint32_t)strlen(cases[i].text)}),
            cases[i].matches);
}

static void test_null_matches_nothing(void **state)
{
    (void)state;
    assert_false(like_pattern_matches("%", (struct text){NULL, 0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patterns_match_as_in_sql),
        cmocka_unit_test(test_null_matches_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
