#include "command/watch_schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char OLD[33] = "0123456789abcdef0123456789abcdef";
static const char NEW[33] = "fedcba9876543210fedcba9876543210";

static struct watch_schedule after(bool settled, enum error_kind failed)
{
    struct watch_schedule schedule = {.interval_seconds = 300};
    watch_schedule_note_run(&schedule, OLD, settled, failed, 1000);
    return schedule;
}

static void test_the_first_look_runs(void **state)
{
    const struct watch_schedule schedule = {.interval_seconds = 300};
    (void)state;
    assert_true(watch_schedule_wants_run(&schedule, OLD, 0));
    assert_int_equal(watch_schedule_pause(&schedule), 300);
}

static void test_runs_for_a_reason_only(void **state)
{
    static const struct {
        bool settled;
        enum error_kind failed;
        const char *fingerprint;
        int64_t now;
        bool runs;
    } cases[] = {
        {true, ERROR_NONE, OLD, 1300, false},
        {true, ERROR_NONE, NEW, 1300, true},
        {false, ERROR_NONE, OLD, 1300, true}, /* could have changed within its time stamp */
        {true, ERROR_NONE, OLD, 4599, false},
        {true, ERROR_NONE, OLD, 4600, true}, /* an hour: the output may have changed */
        {true, ERROR_BAD_DATA, OLD, 1300, false},
        {true, ERROR_BAD_DATA, NEW, 1300, true},
        {true, ERROR_BAD_DATA, OLD, 4600, true},
        {true, ERROR_NO_INPUT, OLD, 1300, false},
        {true, ERROR_UNREACHABLE, OLD, 1300, true},
        {true, ERROR_TRY_AGAIN, OLD, 1300, true},
        {true, ERROR_NO_OUTPUT, OLD, 1300, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct watch_schedule schedule = after(cases[i].settled, cases[i].failed);
        assert_int_equal(watch_schedule_wants_run(&schedule, cases[i].fingerprint, cases[i].now),
                         cases[i].runs);
    }
}

static void test_pauses_double_up_to_an_hour(void **state)
{
    static const int pauses[] = {300, 600, 1200, 2400, 3600, 3600};
    struct watch_schedule schedule = {.interval_seconds = 300};
    (void)state;
    for (size_t i = 0; i < sizeof pauses / sizeof pauses[0]; i++) {
        watch_schedule_note_run(&schedule, OLD, true, ERROR_UNREACHABLE, 0);
        assert_int_equal(watch_schedule_pause(&schedule), pauses[i]);
    }
    watch_schedule_note_run(&schedule, OLD, true, ERROR_NONE, 0);
    assert_int_equal(watch_schedule_pause(&schedule), 300);
}

static void test_a_long_interval_is_never_shortened(void **state)
{
    struct watch_schedule schedule = {.interval_seconds = 7200};
    (void)state;
    watch_schedule_note_run(&schedule, OLD, true, ERROR_UNREACHABLE, 0);
    watch_schedule_note_run(&schedule, OLD, true, ERROR_UNREACHABLE, 0);
    assert_int_equal(watch_schedule_pause(&schedule), 7200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_look_runs),
        cmocka_unit_test(test_runs_for_a_reason_only),
        cmocka_unit_test(test_pauses_double_up_to_an_hour),
        cmocka_unit_test(test_a_long_interval_is_never_shortened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
