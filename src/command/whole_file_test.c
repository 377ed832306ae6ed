#include "command/whole_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/whole_file_test.XXXXXX";

static const char *path_of(const char *name)
{
    static char path[64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void expect(const char *name, const char *expected)
{
    char found[64] = "";
    FILE *file = fopen(path_of(name), "re");
    assert_non_null(file);
    found[fread(found, 1, sizeof found - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(found, expected);
}

static void test_a_file_is_replaced(void **state)
{
    struct error error = {0};
    (void)state;
    assert_true(whole_file_write(path_of("a"), "report file", "one", 3, &error));
    expect("a", "one");
    assert_true(whole_file_write(path_of("a"), "report file", "second", 6, &error));
    expect("a", "second");
    assert_int_equal(unlink(path_of("a")), 0);
}

static void test_failures_name_file_and_leave_nothing(void **state)
{
    struct error error = {0};
    (void)state;
    assert_false(whole_file_write(path_of("no/such/place"), "report file", "x", 1, &error));
    assert_int_equal(error.kind, ERROR_NO_OUTPUT);
    assert_non_null(strstr(error.message, "report file"));
    assert_non_null(strstr(error.message, "no/such/place"));
    assert_false(whole_file_write("/dev/full", "report file", "x", 1, &error));
    assert_int_equal(error.kind, ERROR_NO_OUTPUT);
    assert_int_equal(rmdir(folder), 0); /* nothing is left in it */
}

static void test_devices_are_written_to(void **state)
{
    struct error error = {0};
    (void)state;
    assert_true(whole_file_write("/dev/null", "report file", "x", 1, &error));
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_is_replaced),
        cmocka_unit_test(test_failures_name_file_and_leave_nothing),
        cmocka_unit_test(test_devices_are_written_to),
    };
    return cmocka_run_group_tests(tests, make_folder, NULL);
}
