#include "attribute/pattern_automaton.h"

#include "attribute/number_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct text text_of(const char *string)
{
    return (struct text){string, (uint32_t)strlen(string)};
}

static void test_all_patterns_in_a_text_are_found_once(void **state)
{
    (void)state;
    static const char *const patterns[] = {"he", "she",      "his",  "hers", "",
                                           "e",  "\xc3\xa9", "abcd", "bc"};
    static const struct {
        const char *text;
        uint32_t expected[6];
        uint32_t count;
    } cases[] = {
        {"", {0}, 0},          {"xyz", {0}, 0},  {"ushers", {0, 1, 3, 5}, 4},
        {"hehehe", {0, 5}, 2}, {"shis", {2}, 1}, {"caf\xc3\xa9", {6}, 1},
        {"\xc3", {0}, 0},      {"abc", {8}, 1}, /* ends within a longer one */
    };
    struct text texts[sizeof patterns / sizeof patterns[0]];
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++)
        texts[i] = text_of(patterns[i]);
    struct arena arena;
    arena_init(&arena);
    struct pattern_automaton *automaton =
        pattern_automaton_build(texts, sizeof patterns / sizeof patterns[0], &arena);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct number_list found = {0};
        number_list_add(&found, 99); /* stays */
        pattern_automaton_find(automaton, text_of(cases[i].text), &found);
        assert_int_equal(found.count, cases[i].count + 1);
        assert_memory_equal(found.items + 1, cases[i].expected,
                            cases[i].count * sizeof *found.items);
        assert_int_equal(pattern_automaton_hits(automaton, text_of(cases[i].text)),
                         cases[i].count > 0);
        number_list_close(&found);
    }
    assert_true(pattern_automaton_size(automaton) > 0);
    arena_close(&arena);
}

static void test_no_patterns_find_nothing(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    struct pattern_automaton *automaton = pattern_automaton_build(NULL, 0, &arena);
    assert_false(pattern_automaton_hits(automaton, text_of("anything")));
    arena_close(&arena);
}

/* A small alphabet makes overlaps of all kinds. */
static void test_random_patterns_are_found_as_memmem_finds_them(void **state)
{
    (void)state;
    enum { ROUNDS = 300, PATTERNS = 12 };
    unsigned seed = 7;
    for (int round = 0; round < ROUNDS; round++) {
        struct text_pool pool;
        struct arena arena;
        text_pool_init(&pool);
        arena_init(&arena);
        for (int i = 0; i < PATTERNS; i++) {
            char pattern[6];
            size_t length = 1 + (size_t)rand_r(&seed) % sizeof pattern;
            for (size_t j = 0; j < length; j++)
                pattern[j] = (char)('a' + rand_r(&seed) % 2);
            text_pool_intern(&pool, pattern, length);
        }
        uint32_t count = pool.count - 2;
        struct pattern_automaton *automaton =
            pattern_automaton_build(pool.texts + 2, count, &arena);
        char text[20];
        for (size_t j = 0; j < sizeof text; j++)
            text[j] = (char)('a' + rand_r(&seed) % 2);
        struct number_list found = {0};
        pattern_automaton_find(automaton, (struct text){text, sizeof text}, &found);
        uint32_t at = 0;
        for (uint32_t i = 0; i < count; i++) {
            struct text pattern = pool.texts[i + 2];
            bool expected = memmem(text, sizeof text, pattern.bytes, pattern.length) != NULL;
            assert_int_equal(at < found.count && found.items[at] == i, expected);
            at += expected;
        }
        number_list_close(&found);
        text_pool_close(&pool);
        arena_close(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_patterns_in_a_text_are_found_once),
        cmocka_unit_test(test_no_patterns_find_nothing),
        cmocka_unit_test(test_random_patterns_are_found_as_memmem_finds_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
