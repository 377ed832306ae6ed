#include "base/label_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct text text_of(const char *string)
{
    return (struct text){string, (uint32_t)strlen(string)};
}

static void test_texts_become_canonical(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *canonical;
        bool clean;
    } cases[] = {
        {"{}", "{}", true},
        {" { } ", "{}", true},
        {"{\"b\": \"2\", \"a\": \"1\"}", "{\"a\":\"1\",\"b\":\"2\"}", true},
        {"{\"a\": \"1\", \"a\": \"2\"}", "{\"a\":\"2\"}", true},
        {"{\"a\":\"\\u00fc\\/\\n\\u0001\"}", "{\"a\":\"\xc3\xbc/\\n\\u0001\"}", true},
        {"{\"\\ud83d\\ude00\":\"x\"}", "{\"\xf0\x9f\x98\x80\":\"x\"}", true},
        {"{\"a\":\"\\ud83d\"}", "{\"a\":\"\xef\xbf\xbd\"}", true},
        {"{\"a\":\"\\\"\\\\\\b\\f\\r\\t\"}", "{\"a\":\"\\\"\\\\\\b\\f\\r\\t\"}", true},
        {"{\"\xc3\xbc\":\"1\",\"z\":\"2\"}", "{\"z\":\"2\",\"\xc3\xbc\":\"1\"}", true},
        {"{\"a\":1,\"b\":\"2\"}", "{\"b\":\"2\"}", false},
        {"{\"a\":null,\"b\":[1,{\"c\":-1.5e+3}],\"d\":\"x\"}", "{\"d\":\"x\"}", false},
        {"{\"a\":\"1\",\"a\":true}", "{}", false},
        {"{\"a\":false,\"a\":\"1\"}", "{\"a\":\"1\"}", false},
        {"", "{}", false},
        {"null", "{}", false},
        {"[]", "{}", false},
        {"{\"a\":\"1\"", "{}", false},
        {"{\"a\":\"1\"} x", "{}", false},
        {"{\"a\":\"1\",}", "{}", false},
        {"{a:1}", "{}", false},
        {"{\"a\" \"1\"}", "{}", false},
        {"{\"a\":\"\n\"}", "{}", false},
        {"{\"a\":\"\\x\"}", "{}", false},
        {"{\"a\":\"\\u12g4\"}", "{}", false},
        {"{\"a\":01}", "{}", false},
        {"{\"a\":1.}", "{}", false},
        {"{\"a\":tru}", "{}", false},
        {"{\"a\":[1,2}", "{}", false},
        {"{\"a\":{\"b\" 1}}", "{}", false},
    };
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct label_list list;
        bool clean = label_json_parse(text_of(cases[i].text), &arena, &list);
        struct text canonical = label_json_print(&list, &arena);
        assert_int_equal(clean, cases[i].clean);
        assert_int_equal(canonical.length, strlen(cases[i].canonical));
        assert_memory_equal(canonical.bytes, cases[i].canonical, canonical.length);
        arena_reset(&arena);
    }
    arena_close(&arena);
}

/* A value in which one character, as JSON has it, stands at every place. */
static void test_characters_count_wherever_they_stand(void **state)
{
    (void)state;
    static const struct {
        const char *character;
        bool clean;
    } cases[] = {
        {"\\\"", true}, {"\\\\", true},  {"\\n", true},   {" ", true},
        {"!", true},    {"#", true},     {"[", true},     {"]", true},
        {"\x7f", true}, {"\x80", true},  {"\xff", true},  {"\xa2", true},
        {"\xdc", true}, {"\x1f", false}, {"\x01", false}, {"\\u0001", true},
    };
    enum { LENGTH = 40 };
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (size_t place = 0; place <= LENGTH; place++) {
            static const char filler[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
            const char *text = arena_printf(&arena, "{\"k\":\"%.*s%s%.*s\"}", (int)place, filler,
                                            cases[i].character, LENGTH - (int)place, filler);
            struct label_list list;
            assert_int_equal(label_json_parse(text_of(text), &arena, &list), cases[i].clean);
            struct text canonical = label_json_print(&list, &arena);
            const char *expected = cases[i].clean ? text : "{}";
            assert_int_equal(canonical.length, strlen(expected));
            assert_memory_equal(canonical.bytes, expected, canonical.length);
        }
    arena_close(&arena);
}

static void test_deep_nesting_is_malformed_and_no_crash(void **state)
{
    (void)state;
    enum { DEPTH = 100000 };
    struct arena arena;
    arena_init(&arena);
    char *text = arena_alloc(&arena, DEPTH + 6);
    memcpy(text, "{\"a\":", 5);
    memset(text + 5, '[', DEPTH);
    struct label_list list;
    assert_false(label_json_parse((struct text){text, DEPTH + 5}, &arena, &list));
    assert_int_equal(list.count, 0);
    arena_close(&arena);
}

static void test_merging_lets_the_later_win(void **state)
{
    (void)state;
    static const struct {
        const char *under, *over, *merged;
    } cases[] = {
        {"{}", "{\"a\":\"1\"}", "{\"a\":\"1\"}"},
        {"{\"a\":\"1\"}", "{}", "{\"a\":\"1\"}"},
        {"{\"a\":\"1\",\"c\":\"3\"}", "{\"a\":\"2\",\"b\":\"4\"}",
         "{\"a\":\"2\",\"b\":\"4\",\"c\":\"3\"}"},
    };
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct label_list under, over, merged;
        assert_true(label_json_parse(text_of(cases[i].under), &arena, &under));
        assert_true(label_json_parse(text_of(cases[i].over), &arena, &over));
        merged = label_list_merge(under, over, &arena);
        struct text text = label_json_print(&merged, &arena);
        assert_string_equal(arena_copy(&arena, text.bytes, text.length), cases[i].merged);
    }
    arena_close(&arena);
}

static void test_filtering_keeps_only_the_keys(void **state)
{
    (void)state;
    const struct text keys[] = {text_of("app"), text_of("team")};
    struct arena arena;
    struct label_list list;
    arena_init(&arena);
    assert_true(label_json_parse(
        text_of("{\"a\":\"0\",\"app\":\"web\",\"apple\":\"1\",\"zone\":\"2\"}"), &arena, &list));
    list = label_list_filter(list, keys, 2, &arena);
    struct text text = label_json_print(&list, &arena);
    assert_string_equal(arena_copy(&arena, text.bytes, text.length), "{\"app\":\"web\"}");
    arena_close(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_become_canonical),
        cmocka_unit_test(test_characters_count_wherever_they_stand),
        cmocka_unit_test(test_deep_nesting_is_malformed_and_no_crash),
        cmocka_unit_test(test_merging_lets_the_later_win),
        cmocka_unit_test(test_filtering_keeps_only_the_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
