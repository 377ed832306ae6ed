#include "base/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_distance_counts_letters(void **state)
{
    static const struct {
        const char *a;
        const char *b;
        size_t distance;
    } cases[] = {
        {"", "", 0},
        {"run", "run", 0},
        {"run", "rum", 1},
        {"run", "RUN", 0},
        {"org_id", "org_di", 1},
        {"ab", "ba", 1},
        {"abc", "", 3},
        {"markup", "markupp", 1},
        {"kitten", "sitting", 3},
        {"clusters", "custer", 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(nearest_distance(cases[i].a, cases[i].b), cases[i].distance);
        assert_int_equal(nearest_distance(cases[i].b, cases[i].a), cases[i].distance);
    }
}

static void test_nearest_is_near_enough_or_nothing(void **state)
{
    static const char *const candidates[] = {"run", "plan", "check", "compare", "schema"};
    static const struct {
        const char *name;
        const char *best;
    } cases[] = {{"rum", "run"},     {"plam", "plan"}, {"chekc", "check"}, {"compair", "compare"},
                 {"elephant", NULL}, {"x", NULL},      {"", NULL},         {"scheme", "schema"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct nearest nearest;
        nearest_init(&nearest, cases[i].name);
        for (size_t j = 0; j < sizeof candidates / sizeof candidates[0]; j++)
            nearest_offer(&nearest, candidates[j]);
        if (cases[i].best == NULL)
            assert_null(nearest.best);
        else
            assert_string_equal(nearest.best, cases[i].best);
    }
}

static void test_long_texts_are_wholly_different(void **state)
{
    char text[100];
    (void)state;
    for (size_t i = 0; i < sizeof text - 1; i++)
        text[i] = 'a';
    text[sizeof text - 1] = '\0';
    assert_int_equal(nearest_distance(text, "aa"), 101);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distance_counts_letters),
        cmocka_unit_test(test_nearest_is_near_enough_or_nothing),
        cmocka_unit_test(test_long_texts_are_wholly_different),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
