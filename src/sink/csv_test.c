#include "sink/csv_text.h"
#include "sink/sink_fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define FILE_OF_MONTH "/fixture/source=" FIXTURE_SOURCE "/year=2025/month=10/costagg.csv"
#define LEFTOVER      "/fixture/source=" FIXTURE_SOURCE "/year=2025/month=10/.costagg.csv.new"
#define HEADER        "uuid,source_uuid,usage_start,name,labels,tags,amount,number\n"

static void test_cells_are_quoted_and_guarded_where_needed(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {NULL, ""},
        {"", "\"\""},
        {"plain", "plain"},
        {" blanks ", " blanks "},
        {"a,b", "\"a,b\""},
        {"say \"hi\"", "\"say \"\"hi\"\"\""},
        {"two\nlines", "\"two\nlines\""},
        {"cr\r", "\"cr\r\""},
        {"{\"a\":\"1\"}", "\"{\"\"a\"\":\"\"1\"\"}\""},
        {"=1+1", "'=1+1"},
        {"=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""},
        {"+1", "'+1"},
        {"-1", "'-1"},
        {"@cmd", "'@cmd"},
        {"\tx", "'\tx"},
        {"\rx", "\"'\rx\""},
        {"'quoted'", "''quoted'"},
        {"a=b", "a=b"},
        {"größer", "größer"},
    };
    static struct csv_out out;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *text = cases[i].text;
        out.used = 0;
        csv_out_text(&out, (struct text){text, text == NULL ? 0 : (uint32_t)strlen(text)});
        out.buffer[out.used] = '\0';
        assert_string_equal(out.buffer, cases[i].expected);
    }
    out.used = 0;
    csv_out_text(&out, (struct text){"a\0b", 3});
    assert_memory_equal(out.buffer,
                        "\"a\xef\xbf\xbd"
                        "b\"",
                        out.used);
    assert_int_equal(out.replaced_nuls, 1);
}

static void test_guard_comes_off_again(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"'=1", "=1"}, {"''x", "'x"}, {"'x", "'x"}, {"x", "x"}, {"'", "'"}, {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text text = csv_unguard((struct text){cases[i][0], (uint32_t)strlen(cases[i][0])});
        assert_int_equal(text.length, strlen(cases[i][1]));
        assert_memory_equal(text.bytes, cases[i][1], text.length);
    }
}

static void test_records_are_found_between_quoted_line_ends(void **state)
{
    (void)state;
    static const char bytes[] = "a,\"x\n,\"\"y\",2025-10-01\nb,,c\nunfinished,\"";
    const char *end = bytes + sizeof bytes - 1;
    struct text cell;
    const char *next = csv_next_record(bytes, end, 2, &cell);
    assert_int_equal(cell.length, 10);
    assert_memory_equal(cell.bytes, "2025-10-01", 10);
    next = csv_next_record(next, end, 1, &cell);
    assert_non_null(cell.bytes);
    assert_int_equal(cell.length, 0);
    assert_null(csv_next_record(next, end, 0, &cell));
    next = csv_next_record(bytes, end, 7, &cell);
    assert_null(cell.bytes);
}

static void test_rows_are_written_as_the_columns_say(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, "csv", "");
    struct sink_scope scope = fixture_scope(1, 31);
    struct fixture_row rows[2] = {fixture_row(&fixture, 1, 0), fixture_row(&fixture, 3, 1)};
    rows[1].amount = 1.0005;
    rows[1].name = fixture_text(&fixture, "=x");
    assert_true(sink_begin(fixture.sink, &scope, &fixture.error));
    assert_true(fixture_write(&fixture, rows, 2));
    size_t length;
    assert_null(fixture_read(&fixture, FILE_OF_MONTH, &length)); /* nothing before the commit */
    assert_true(sink_commit(fixture.sink, &fixture.error));
    assert_string_equal(
        fixture_read(&fixture, FILE_OF_MONTH, &length),
        HEADER "0100ab00-0000-0000-0000-000000000000," FIXTURE_SOURCE ",2025-10-01,n0,,,,\n"
               "0301ab00-0000-0000-0000-000000000000," FIXTURE_SOURCE
               ",2025-10-03,'=x,\"{\"\"app\"\":\"\"a1\"\"}\",\"[\"\"x\"\",null]\",1.001,1\n");
    fixture_close(&fixture);
}

static void test_month_in_parts_has_the_bytes_of_the_whole(void **state)
{
    (void)state;
    struct fixture whole, parts;
    fixture_open(&whole, "csv", "");
    fixture_open(&parts, "csv", "");
    fixture_write_days(&whole, 1, 31, 20);
    fixture_write_days(&parts, 10, 20, 3);
    fixture_write_days(&parts, 1, 9, 20);
    fixture_write_days(&parts, 21, 31, 20);
    fixture_write_days(&parts, 10, 20, 20);
    size_t length, parts_length;
    char *bytes = fixture_read(&whole, FILE_OF_MONTH, &length);
    char *parts_bytes = fixture_read(&parts, FILE_OF_MONTH, &parts_length);
    assert_int_equal(length, parts_length);
    assert_memory_equal(bytes, parts_bytes, length);
    fixture_close(&whole);
    fixture_close(&parts);
}

static void test_empty_scope_leaves_other_days_and_at_last_no_file(void **state)
{
    (void)state;
    struct fixture fixture;
    size_t length, shorter;
    fixture_open(&fixture, "csv", "");
    fixture_write_days(&fixture, 4, 5, 2);
    assert_non_null(fixture_read(&fixture, FILE_OF_MONTH, &length));
    fixture_write_days(&fixture, 5, 31, 0);
    assert_non_null(fixture_read(&fixture, FILE_OF_MONTH, &shorter));
    assert_true(shorter < length && shorter > strlen(HEADER));
    fixture_write_days(&fixture, 1, 31, 0);
    assert_null(fixture_read(&fixture, FILE_OF_MONTH, &length));
    fixture_close(&fixture);
}

static void test_abort_leaves_the_old_file_and_nothing_else(void **state)
{
    (void)state;
    struct fixture fixture;
    size_t before, after;
    fixture_open(&fixture, "csv", "");
    fixture_write_days(&fixture, 1, 31, 2);
    char *old = fixture_read(&fixture, FILE_OF_MONTH, &before);
    struct sink_scope scope = fixture_scope(1, 31);
    struct fixture_row row = fixture_row(&fixture, 5, 1);
    assert_true(sink_begin(fixture.sink, &scope, &fixture.error));
    assert_true(fixture_write(&fixture, &row, 1));
    sink_abort(fixture.sink);
    sink_abort(fixture.sink); /* without a scope: nothing */
    assert_memory_equal(old, fixture_read(&fixture, FILE_OF_MONTH, &after), before);
    assert_int_equal(before, after);
    assert_null(fixture_read(&fixture, LEFTOVER, &after));
    fixture_close(&fixture);
}

static void test_file_of_other_columns_is_refused_in_parts_and_replaced_whole(void **state)
{
    (void)state;
    struct fixture fixture;
    size_t length;
    fixture_open(&fixture, "csv", "");
    fixture_write_days(&fixture, 1, 31, 1);
    char path[300];
    snprintf(path, sizeof path, "%s%s", fixture.folder, FILE_OF_MONTH);
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    fputs("a,b\n1,2\n", stream);
    fclose(stream);
    struct sink_scope scope = fixture_scope(2, 3);
    assert_false(sink_begin(fixture.sink, &scope, &fixture.error));
    assert_int_equal(fixture.error.kind, ERROR_NO_OUTPUT);
    assert_string_equal(fixture_read(&fixture, FILE_OF_MONTH, &length), "a,b\n1,2\n");
    fixture_write_days(&fixture, 1, 31, 1);
    assert_memory_equal(fixture_read(&fixture, FILE_OF_MONTH, &length), HEADER, strlen(HEADER));
    fixture_close(&fixture);
}

static void test_bad_rows_are_refused_by_name(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, "csv", "");
    struct fixture_row row = fixture_row(&fixture, 5, 1);
    row.amount = 1e9;
    fixture_expect_refusal(&fixture, &row, ERROR_BAD_DATA,
                           "fixture, 2025-10-05, row 1: amount is 1e+09, too large");
    row.amount = __builtin_inf();
    fixture_expect_refusal(&fixture, &row, ERROR_BAD_DATA, "amount is beyond the range");
    row = fixture_row(&fixture, 5, 1);
    row.name = TEXT_NULL;
    fixture_expect_refusal(&fixture, &row, ERROR_BAD_DATA, "name is null");
    row = fixture_row(&fixture, 6, 1);
    fixture_expect_refusal(&fixture, &row, ERROR_INTERNAL, "outside the days");
    row = fixture_row(&fixture, 5, 1);
    row.source_uuid = fixture_text(&fixture, FIXTURE_OTHER);
    fixture_expect_refusal(&fixture, &row, ERROR_INTERNAL, "another source");
    fixture_close(&fixture);
}

static void test_full_disk_is_an_error_and_leaves_the_old_file(void **state)
{
    (void)state;
    struct fixture fixture;
    size_t before, after;
    fixture_open(&fixture, "csv", "");
    fixture_write_days(&fixture, 1, 31, 10);
    char *old = fixture_read(&fixture, FILE_OF_MONTH, &before);
    struct rlimit unlimited, limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
    limit = unlimited;
    limit.rlim_cur = before / 2;
    signal(SIGXFSZ, SIG_IGN);
    struct sink_scope scope = fixture_scope(1, 1);
    assert_true(sink_begin(fixture.sink, &scope, &fixture.error));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_false(sink_commit(fixture.sink, &fixture.error));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &unlimited), 0);
    assert_int_equal(fixture.error.kind, ERROR_NO_OUTPUT);
    sink_abort(fixture.sink);
    assert_memory_equal(old, fixture_read(&fixture, FILE_OF_MONTH, &after), before);
    fixture_close(&fixture);
}

static void test_second_run_waits_for_the_first(void **state)
{
    (void)state;
    struct fixture fixture;
    size_t length;
    int start[2];
    char go = 'g';
    assert_int_equal(pipe(start), 0);
    fixture_open(&fixture, "csv", "");
    pid_t child = fork(); /* before anything is locked: locks are inherited */
    if (child == 0) {
        if (read(start[0], &go, 1) != 1)
            _exit(1);
        fixture_write_days(&fixture, 7, 7, 1);
        _exit(0);
    }
    struct sink_scope scope = fixture_scope(1, 31);
    struct fixture_row row = fixture_row(&fixture, 5, 1);
    assert_true(sink_begin(fixture.sink, &scope, &fixture.error));
    assert_int_equal(write(start[1], &go, 1), 1);
    usleep(200000);
    assert_true(fixture_write(&fixture, &row, 1));
    assert_true(sink_commit(fixture.sink, &fixture.error));
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    close(start[0]);
    close(start[1]);
    char *bytes = fixture_read(&fixture, FILE_OF_MONTH, &length);
    assert_non_null(strstr(bytes, "2025-10-05"));
    assert_non_null(strstr(bytes, "2025-10-07"));
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells_are_quoted_and_guarded_where_needed),
        cmocka_unit_test(test_guard_comes_off_again),
        cmocka_unit_test(test_records_are_found_between_quoted_line_ends),
        cmocka_unit_test(test_rows_are_written_as_the_columns_say),
        cmocka_unit_test(test_month_in_parts_has_the_bytes_of_the_whole),
        cmocka_unit_test(test_empty_scope_leaves_other_days_and_at_last_no_file),
        cmocka_unit_test(test_abort_leaves_the_old_file_and_nothing_else),
        cmocka_unit_test(test_file_of_other_columns_is_refused_in_parts_and_replaced_whole),
        cmocka_unit_test(test_bad_rows_are_refused_by_name),
        cmocka_unit_test(test_full_disk_is_an_error_and_leaves_the_old_file),
        cmocka_unit_test(test_second_run_waits_for_the_first),
    };
    return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
