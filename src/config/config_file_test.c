#include "config/config_file.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;
static struct error error;
static const struct config_node *root;

static bool parse(const char *text)
{
    error = (struct error){0};
    return config_file_parse("f.yaml", text, strlen(text), &arena, &root, &error);
}

static const char *text_at(const char *path)
{
    const struct config_node *node = config_node_find(root, path);
    return node != NULL && node->kind == CONFIG_NODE_TEXT ? node->text : NULL;
}

static void test_maps_lists_and_lines(void **state)
{
    (void)state;
    assert_true(parse("a: 1\nb:\n  c: two words\n  d: [x, 'y', \"z\\u00fc\"]\n"));
    assert_string_equal(text_at("a"), "1");
    assert_string_equal(text_at("b.c"), "two words");
    const struct config_node *list = config_node_find(root, "b.d");
    assert_int_equal(list->kind, CONFIG_NODE_LIST);
    assert_int_equal(list->count, 3);
    assert_int_equal(list->line, 4);
    assert_string_equal(list->items[2].value->text, "zü");
    assert_null(config_node_find(root, "b.x"));
    assert_null(config_node_find(root, "a.x"));
}

static void test_nothing_is_as_if_not_there(void **state)
{
    static const char *const texts[] = {"a:\n", "a: ~\n", "a: null\n", "", "# only\n", "---\n"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_true(parse(texts[i]));
        assert_int_equal(root->kind, CONFIG_NODE_MAP);
        assert_null(config_node_find(root, "a"));
    }
    assert_true(parse("a: ''\nb: 'null'\n"));
    assert_string_equal(text_at("a"), "");
    assert_string_equal(text_at("b"), "null");
}

static void test_anchors_and_merge_keys(void **state)
{
    (void)state;
    assert_true(parse("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\nsame: *b\n"));
    assert_string_equal(text_at("use.x"), "1");
    assert_string_equal(text_at("use.y"), "3");
    assert_string_equal(text_at("same.y"), "2");
}

static void test_references_are_expanded_in_values_only(void **state)
{
    (void)state;
    setenv("COSTAGG_T", "a: b", 1);
    assert_true(parse("k: ${COSTAGG_T}\n# ${COSTAGG_T_UNSET}\n'${x': 1\n"));
    assert_string_equal(text_at("k"), "a: b");
    assert_string_equal(text_at("${x"), "1");
}

static void test_bad_files_are_refused_with_their_line(void **state)
{
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"a: 1\na: 2\n", "f.yaml:2: the key 'a' stands here twice (first in line 1)"},
        {"a: [1\nb: 2\n", "f.yaml:2: this line is no valid YAML"},
        {"\ta: 1\n", "f.yaml:1: "},
        {"- a\n- b\n", "f.yaml:1: expected 'key: value' lines"},
        {"text\n", "f.yaml:1: expected 'key: value' lines"},
        {"a: 1\n---\nb: 2\n", "f.yaml: more than one YAML document"},
        {"a: &x {b: *x}\n", "f.yaml:1: an alias inside of its own anchor"},
        {"[a, b]: 1\n", "f.yaml:1: a key must be a plain text"},
        {"a: 1\nb: \"x\\0y\"\n", "f.yaml:2: a text with a NUL character"},
        {"a: *nowhere\n", "f.yaml:1: "},
        {"a: 1\nb: ${COSTAGG_T_UNSET}\n", "f.yaml:2: the environment has no COSTAGG_T_UNSET"},
        {"a: {<<: 7}\n", "f.yaml:1: '<<' wants a map"},
        {"a: \xff\n", "f.yaml: no UTF-8 text"},
    };
    (void)state;
    unsetenv("COSTAGG_T_UNSET");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_false(parse(cases[i].text));
        assert_int_equal(error.kind, ERROR_BAD_CONFIG);
        assert_non_null(strstr(error.message, cases[i].message));
        assert_null(strchr(error.message, '\n'));
    }
}

/* Aliases of aliases of aliases are shared, not copied; depth is bounded. */
static void test_bombs_do_no_harm(void **state)
{
    static const char bomb[] = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
                               "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c]\n"
                               "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e]\n";
    char *deep = malloc(200001);
    (void)state;
    assert_true(parse(bomb));
    memset(deep, '[', 200000);
    deep[200000] = '\0';
    assert_false(parse(deep));
    assert_non_null(strstr(error.message, "f.yaml:1: nested deeper"));
    memset(deep, ' ', 200000);
    for (size_t i = 0; i < 600; i += 2)
        memcpy(deep + i, "- ", 2);
    assert_false(parse(deep));
    assert_non_null(strstr(error.message, "nested deeper"));
    free(deep);
}

static void test_files_that_cannot_be_read(void **state)
{
    (void)state;
    assert_false(config_file_read("/nowhere/f.yaml", &arena, &root, &error));
    assert_int_equal(error.kind, ERROR_BAD_CONFIG);
    assert_non_null(strstr(error.message, "/nowhere/f.yaml"));
    assert_false(config_file_read("/", &arena, &root, &error));
    assert_non_null(strstr(error.message, "directory"));
    assert_false(config_file_read("/dev/zero", &arena, &root, &error));
    assert_non_null(strstr(error.message, "larger than a megabyte"));
}

static int open_arena(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
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
        cmocka_unit_test(test_maps_lists_and_lines),
        cmocka_unit_test(test_nothing_is_as_if_not_there),
        cmocka_unit_test(test_anchors_and_merge_keys),
        cmocka_unit_test(test_references_are_expanded_in_values_only),
        cmocka_unit_test(test_bad_files_are_refused_with_their_line),
        cmocka_unit_test(test_bombs_do_no_harm),
        cmocka_unit_test(test_files_that_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
