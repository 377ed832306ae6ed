#include "base/log.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *text;
static size_t length;
static FILE *stream;

static void begin(enum log_format format, enum log_level level)
{
    stream = open_memstream(&text, &length);
    log_open(format, level, stream);
}

/* The line without its time. */
static void expect(const char *expected)
{
    fclose(stream);
    log_open(LOG_TEXT, LOG_INFO, NULL);
    const char *from = strstr(text, "level");
    assert_string_equal(from != NULL ? from : text, expected);
    free(text);
}

static void test_text_is_for_people(void **state)
{
    (void)state;
    begin(LOG_TEXT, LOG_INFO);
    log_event(LOG_WARNING, "a thing", "key", "v", "other", "two words", NULL);
    expect("warning: a thing key=v other=\"two words\"\n");
    begin(LOG_TEXT, LOG_INFO);
    log_write(LOG_INFO, "%d rows", 7);
    expect("7 rows\n");
}

static void test_logfmt_and_json_carry_time_and_level(void **state)
{
    (void)state;
    begin(LOG_LOGFMT, LOG_INFO);
    log_event(LOG_ERROR, "no room", "path", "/a=b", "n", "", NULL);
    assert_int_equal(fflush(stream), 0);
    assert_memory_equal(text, "time=20", 7);
    expect("level=error msg=\"no room\" path=\"/a=b\" n=\"\"\n");
    begin(LOG_JSON, LOG_INFO);
    log_event(LOG_INFO, "say \"hi\"", "path", "a\\b", NULL);
    expect("level\":\"info\",\"message\":\"say \\\"hi\\\"\",\"path\":\"a\\\\b\"}\n");
}

static void test_levels_are_kept_quiet(void **state)
{
    (void)state;
    begin(LOG_TEXT, LOG_WARNING);
    log_write(LOG_INFO, "quiet");
    log_write(LOG_DEBUG, "quiet");
    log_write(LOG_ERROR, "loud");
    assert_false(log_enabled(LOG_INFO));
    expect("error: loud\n");
}

static void test_hostile_texts_stay_one_line(void **state)
{
    static const char *const hostile = "a\nb\x1b[31m\x7f\xff \xe2\x80\xae ü";
    (void)state;
    begin(LOG_TEXT, LOG_INFO);
    log_event(LOG_INFO, hostile, NULL);
    expect("a\\x0ab\\x1b[31m\\x7f\\xff \\xe2\\x80\\xae ü\n");
    begin(LOG_JSON, LOG_INFO);
    log_event(LOG_INFO, "x", "k", "a\nb\xff", NULL);
    expect("level\":\"info\",\"message\":\"x\",\"k\":\"a\\u000ab\\u00ff\"}\n");
    begin(LOG_LOGFMT, LOG_INFO);
    log_event(LOG_INFO, "x", "k", "a\nlevel=error", NULL);
    expect("level=info msg=x k=\"a\\x0alevel=error\"\n");
}

static int drawn;

static void before(void *context)
{
    *(int *)context += 1;
}

static void after(void *context)
{
    *(int *)context += 10;
}

static void test_interlude_surrounds_each_line(void **state)
{
    (void)state;
    begin(LOG_TEXT, LOG_INFO);
    log_set_interlude(before, after, &drawn);
    log_write(LOG_INFO, "one");
    log_write(LOG_DEBUG, "none");
    log_set_interlude(NULL, NULL, NULL);
    log_write(LOG_INFO, "two");
    assert_int_equal(drawn, 11);
    expect("one\ntwo\n");
}

static void *write_many(void *context)
{
    for (int i = 0; i < 500; i++)
        log_event(LOG_INFO, context, "key", "value", NULL);
    return NULL;
}

static void test_lines_of_threads_do_not_mix(void **state)
{
    pthread_t threads[4];
    (void)state;
    begin(LOG_TEXT, LOG_INFO);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, "message"), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    fclose(stream);
    log_open(LOG_TEXT, LOG_INFO, NULL);
    static const char line[] = "message key=value\n";
    assert_int_equal(length, 2000 * strlen(line));
    for (size_t i = 0; i < 2000; i++)
        assert_memory_equal(text + i * strlen(line), line, strlen(line));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_for_people),
        cmocka_unit_test(test_logfmt_and_json_carry_time_and_level),
        cmocka_unit_test(test_levels_are_kept_quiet),
        cmocka_unit_test(test_hostile_texts_stay_one_line),
        cmocka_unit_test(test_interlude_surrounds_each_line),
        cmocka_unit_test(test_lines_of_threads_do_not_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
