#include "base/interrupt.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Runs `body` in a child, which may end by itself; its exit status. */
static int status_of(void (*body)(void))
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        interrupt_open();
        body();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void first_signal_sets_a_flag(void)
{
    struct error error = {0};
    bool quiet = interrupt_check(&error) && interrupt_requested() == 0;
    raise(SIGINT);
    bool told = !interrupt_check(&error) && error.kind == ERROR_INTERRUPTED &&
                interrupt_requested() == SIGINT && interrupt_exit_status() == 130;
    _exit(quiet && told ? 42 : 1);
}

static void term_is_143(void)
{
    raise(SIGTERM);
    _exit(interrupt_exit_status() == 143 ? 42 : 1);
}

static void second_signal_ends_at_once(void)
{
    raise(SIGINT);
    raise(SIGTERM);
}

static void closed_pipe_is_a_failed_write(void)
{
    int ends[2];
    if (pipe(ends) != 0)
        _exit(1);
    close(ends[0]);
    _exit(write(ends[1], "x", 1) == -1 ? 42 : 1);
}

static void test_first_signal_only_sets_a_flag(void **state)
{
    (void)state;
    assert_int_equal(status_of(first_signal_sets_a_flag), 42);
    assert_int_equal(status_of(term_is_143), 42);
}

static void test_second_signal_ends_at_once(void **state)
{
    (void)state;
    assert_int_equal(status_of(second_signal_ends_at_once), 143);
}

static void test_closed_pipe_does_not_kill(void **state)
{
    (void)state;
    assert_int_equal(status_of(closed_pipe_is_a_failed_write), 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_signal_only_sets_a_flag),
        cmocka_unit_test(test_second_signal_ends_at_once),
        cmocka_unit_test(test_closed_pipe_does_not_kill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
