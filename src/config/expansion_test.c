#include "config/expansion.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_references_are_filled_in(void **state)
{
    static const struct {
        const char *text;
        const char *expanded;
    } cases[] = {
        {"plain", "plain"},
        {"${COSTAGG_T_SET}", "value"},
        {"a${COSTAGG_T_SET}b${COSTAGG_T_SET}", "avaluebvalue"},
        {"${COSTAGG_T_UNSET:-other}", "other"},
        {"${COSTAGG_T_UNSET:-}", ""},
        {"${COSTAGG_T_UNSET:-a:-b}", "a:-b"},
        {"${COSTAGG_T_SET:-other}", "value"},
        {"${COSTAGG_T_EMPTY}", ""},
        {"${COSTAGG_T_EMPTY:-other}", "other"},
        {"$COSTAGG_T_SET {x} $5", "$COSTAGG_T_SET {x} $5"},
        {"$${COSTAGG_T_SET}", "${COSTAGG_T_SET}"},
        {"a$${b}${COSTAGG_T_SET}", "a${b}value"},
        {"${COSTAGG_T_NESTED}", "${COSTAGG_T_SET}"},
        {"source={provider_uuid}/${COSTAGG_T_SET}", "source={provider_uuid}/value"},
    };
    struct arena arena;
    struct error error = {0};
    const char *expanded;
    (void)state;
    setenv("COSTAGG_T_SET", "value", 1);
    setenv("COSTAGG_T_EMPTY", "", 1);
    setenv("COSTAGG_T_NESTED", "${COSTAGG_T_SET}", 1);
    unsetenv("COSTAGG_T_UNSET");
    arena_init(&arena);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(expansion_apply(cases[i].text, &arena, &expanded, &error));
        assert_string_equal(expanded, cases[i].expanded);
    }
    arena_close(&arena);
}

static void test_what_cannot_be_filled_in_is_named(void **state)
{
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"${COSTAGG_T_UNSET}", "COSTAGG_T_UNSET"},
        {"x${COSTAGG_T_UNSET", "'}'"},
        {"${}", "${NAME}"},
        {"${1A}", "${NAME}"},
        {"${A B}", "${NAME}"},
        {"${:-x}", "${NAME}"},
    };
    struct arena arena;
    const char *expanded;
    (void)state;
    unsetenv("COSTAGG_T_UNSET");
    arena_init(&arena);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error error = {0};
        assert_false(expansion_apply(cases[i].text, &arena, &expanded, &error));
        assert_int_equal(error.kind, ERROR_BAD_CONFIG);
        assert_non_null(strstr(error.message, cases[i].message));
    }
    arena_close(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_references_are_filled_in),
        cmocka_unit_test(test_what_cannot_be_filled_in_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
