#include "base/postgresql_login.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *keywords[POSTGRESQL_LOGIN_PARAMETERS];
static const char *values[POSTGRESQL_LOGIN_PARAMETERS];

static int position(const char *keyword)
{
    for (int i = 0; keywords[i] != NULL; i++)
        if (strcmp(keywords[i], keyword) == 0)
            return i;
    return -1;
}

static void test_parts_become_parameters(void **state)
{
    const struct postgresql_login login = {"db", "5433", "koku", "me", "secret", "require"};
    (void)state;
    postgresql_login_parameters(&login, "postgresql:", keywords, values);
    assert_string_equal(values[position("host")], "db");
    assert_string_equal(values[position("port")], "5433");
    assert_string_equal(values[position("dbname")], "koku");
    assert_string_equal(values[position("user")], "me");
    assert_string_equal(values[position("password")], "secret");
    assert_string_equal(values[position("sslmode")], "require");
}

static void test_uri_comes_last_and_is_the_only_database(void **state)
{
    const struct postgresql_login login = {.host = "db", .database = "koku"};
    (void)state;
    postgresql_login_parameters(&login, "postgresql://me@other/data", keywords, values);
    int uri = position("dbname");
    assert_string_equal(values[uri], "postgresql://me@other/data");
    assert_null(keywords[uri + 1]);
    assert_true(position("host") < uri);
}

static void test_nothing_is_left_to_libpq(void **state)
{
    (void)state;
    postgresql_login_parameters(NULL, "postgresql:", keywords, values);
    assert_int_equal(position("host"), -1);
    assert_int_equal(position("dbname"), -1);
    assert_int_equal(position("password"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_become_parameters),
        cmocka_unit_test(test_uri_comes_last_and_is_the_only_database),
        cmocka_unit_test(test_nothing_is_left_to_libpq),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
