#include "source/fetch_pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static bool square(void *context, size_t number, struct error *error)
{
    (void)error;
    size_t *squares = context;
    squares[number] = number * number;
    return true;
}

static void test_every_job_runs_once(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 40; threads += 13) {
        size_t squares[100] = {0};
        struct error error;
        assert_true(fetch_pool_run(square, squares, 100, threads, &error));
        for (size_t i = 0; i < 100; i++)
            assert_int_equal(squares[i], i * i);
        assert_true(fetch_pool_run(square, squares, 0, threads, &error));
    }
}

static bool fail_from_three(void *context, size_t number, struct error *error)
{
    (void)context;
    return number < 3 || error_set(error, ERROR_BAD_DATA, "job %zu", number);
}

static void test_the_first_failure_is_told(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 8; threads++) {
        struct error error;
        assert_false(fetch_pool_run(fail_from_three, NULL, 50, threads, &error));
        assert_int_equal(error.kind, ERROR_BAD_DATA);
        assert_string_equal(error.message, "job 3");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_job_runs_once),
        cmocka_unit_test(test_the_first_failure_is_told),
    };
    return cmocka_run_group_tests_name("fetch_pool", tests, NULL, NULL);
}
