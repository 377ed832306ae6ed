#include "command/progress.h"

#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void test_counts_for_people(void **state)
{
    static const struct {
        double count;
        const char *text;
    } cases[] = {{0, "0"},          {999, "999"},        {1000, "1.0 k"},
                 {12345, "12.3 k"}, {999949, "999.9 k"}, {999999, "1.0 M"},
                 {2.5e9, "2.5 G"}};
    char text[24];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        progress_format_count(text, sizeof text, cases[i].count);
        assert_string_equal(text, cases[i].text);
    }
}

static void test_a_bar_shows_part_rate_and_time_left(void **state)
{
    char line[200];
    (void)state;
    progress_format(line, sizeof line, "usage east 2025-10", 2500, 10000, 5);
    assert_string_equal(line, "usage east 2025-10  [#####...............]  25 %  2.5 k of 10.0 k "
                              "rows  500/s  0:15 left");
    progress_format(line, sizeof line, "t", 0, 0, 0);
    assert_string_equal(line, "t  [....................]   0 %  0 of 0 rows  0/s");
    progress_format(line, sizeof line, "t", 300, 100, 1);
    assert_string_equal(line, "t  [####################] 100 %  300 of 100 rows  300/s");
    progress_format(line, 10, "a title", 1, 2, 1);
    assert_int_equal(strlen(line), 9);
}

/* What a unit of work leaves on standard error, with and without a bar. */
static char *watched(enum progress_mode mode, const char *name)
{
    static char text[4096];
    struct progress progress;
    const struct period days = {20362, 20392};
    FILE *capture = tmpfile();
    int kept = dup(STDERR_FILENO);
    assert_true(dup2(fileno(capture), STDERR_FILENO) >= 0);
    progress_open(&progress, mode);
    progress.observer.unit_begins(progress.observer.context, "usage", name, days, 100, 0);
    progress.observer.progress(progress.observer.context, 60, 0);
    log_write(LOG_INFO, "between");
    progress.observer.progress(progress.observer.context, 40, 0);
    progress.observer.unit_ends(progress.observer.context);
    progress_close(&progress);
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    close(kept);
    rewind(capture);
    text[fread(text, 1, sizeof text - 1, capture)] = '\0';
    fclose(capture);
    return text;
}

static void test_without_a_bar_there_is_one_line_a_unit(void **state)
{
    (void)state;
    const char *text = watched(PROGRESS_NEVER, "east");
    assert_non_null(strstr(text, "between\nusage east 2025-10 rows=100 seconds="));
    assert_null(strchr(text, '\r'));
    assert_null(strchr(watched(PROGRESS_AUTO, "east"), '\r')); /* a file is no terminal */
}

static void test_the_bar_gives_way_to_the_log(void **state)
{
    (void)state;
    const char *text = watched(PROGRESS_ALWAYS, "east");
    assert_non_null(strstr(text, "\r\x1b[Kbetween\n\r"));
    assert_non_null(strstr(text, "\r\x1b[Kusage east 2025-10 rows=100"));
}

static void test_names_cannot_drive_the_terminal(void **state)
{
    (void)state;
    const char *text = watched(PROGRESS_ALWAYS, "e\x1b[2Jx");
    assert_null(strstr(text, "\x1b[2J"));
    assert_non_null(strstr(text, "usage e?[2Jx"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_for_people),
        cmocka_unit_test(test_a_bar_shows_part_rate_and_time_left),
        cmocka_unit_test(test_without_a_bar_there_is_one_line_a_unit),
        cmocka_unit_test(test_the_bar_gives_way_to_the_log),
        cmocka_unit_test(test_names_cannot_drive_the_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
