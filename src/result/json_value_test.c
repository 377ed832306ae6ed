#include "result/json_value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct json_values values;
    struct text_pool texts;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    json_values_init(&fixture.values, false);
    text_pool_init(&fixture.texts);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    json_values_close(&fixture->values);
    text_pool_close(&fixture->texts);
    return 0;
}

static uint32_t id_of(struct fixture *fixture, const char *text)
{
    return json_values_intern(&fixture->values, text, text ? strlen(text) : 0, &fixture->texts);
}

static void test_spellings_of_a_value_have_one_id(void **state)
{
    static const char *const same[][2] = {
        {"{\"a\":\"1\",\"b\":\"2\"}", "{ \"b\" : \"2\",\n \"a\" : \"1\" }"},
        {"{\"cpu\": 0.000000000}", "{\"cpu\":0}"},
        {"{\"a\":\"\\u00e9\"}", "{\"a\":\"\xc3\xa9\"}"},
        {"{}", " { } "},
        {"[1,2]", "[1.0, 2.0]"},
    };
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        assert_int_equal(id_of(*state, same[i][0]), id_of(*state, same[i][1]));
}

static void test_other_values_have_other_ids(void **state)
{
    static const char *const different[][2] = {
        {"{\"a\":\"1\"}", "{\"a\":1}"},
        {"{}", "null"},
        {"{\"a\":\"1\"}", "{\"a\":\"1 \"}"},
        {"[1,2]", "[2,1]"},
        {"", "{}"},
    };
    for (size_t i = 0; i < sizeof different / sizeof different[0]; i++)
        assert_int_not_equal(id_of(*state, different[i][0]), id_of(*state, different[i][1]));
}

static void test_null_and_broken_text_stay_what_they_are(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(id_of(fixture, NULL), TEXT_NULL);
    struct text broken = text_pool_borrow(&fixture->texts, id_of(fixture, "{\"a\":"));
    assert_int_equal(broken.length, 5);
    assert_memory_equal(broken.bytes, "{\"a\":", 5);
}

static void test_sets_have_no_order(void **state)
{
    struct fixture *fixture = *state;
    fixture->values.as_sets = true;
    assert_int_equal(id_of(fixture, "[\"b\",null,\"a\"]"), id_of(fixture, "[\"a\",\"b\",null]"));
    assert_int_not_equal(id_of(fixture, "[\"a\"]"), id_of(fixture, "[\"a\",\"a\"]"));
    fixture->values.as_sets = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_spellings_of_a_value_have_one_id, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_other_values_have_other_ids, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sets_have_no_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_null_and_broken_text_stay_what_they_are, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
