#include "arrow/bridge.h"
#include "sink/parquet_old.h"
#include "sink/sink_fixture.h"
#include "sink/sink_table.h"

#include <math.h>

#define FOLDER_OF_MONTH "/fixture/source=" FIXTURE_SOURCE "/year=2025/month=10"
#define FILE_OF_MONTH   FOLDER_OF_MONTH "/costagg.parquet"

struct read_back {
    struct fixture *fixture;
    size_t rows;
    int32_t first, last;
};

/* Compares a day with what was written; rows are numbered as they were made. */
static bool compare_day(void *context, const struct row_batch *day, struct error *error)
{
    (void)error;
    struct read_back *read_back = context;
    const struct fixture_row *rows = day->rows;
    for (size_t i = 0; i < day->count; i++) {
        struct fixture_row expected =
            fixture_row(read_back->fixture, calendar_day_of_month(rows[i].usage_start), (int)i);
        const uint32_t ids[][2] = {{rows[i].source_uuid, expected.source_uuid},
                                   {rows[i].name, expected.name},
                                   {rows[i].labels, expected.labels},
                                   {rows[i].tags, expected.tags},
                                   {rows[i].handle, expected.handle}};
        for (size_t n = 0; n < sizeof ids / sizeof ids[0]; n++)
            assert_int_equal(text_compare(text_pool_borrow(day->texts, ids[n][0]),
                                          text_pool_borrow(&read_back->fixture->texts, ids[n][1])),
                             0);
        assert_memory_equal(rows[i].uuid, expected.uuid, UUID_SIZE);
        assert_int_equal(rows[i].number, expected.number);
        assert_int_equal(isnan(rows[i].amount), isnan(expected.amount));
        assert_true(isnan(expected.amount) || rows[i].amount == expected.amount);
    }
    if (read_back->rows == 0)
        read_back->first = ((const struct fixture_row *)day->rows)->usage_start;
    read_back->last = ((const struct fixture_row *)day->rows)->usage_start;
    read_back->rows += day->count;
    return true;
}

static struct read_back read_days(struct fixture *fixture, int first, int last)
{
    struct read_back read_back = {.fixture = fixture};
    struct arrow_store *store;
    size_t count;
    const struct column **columns =
        sink_table_columns(&fixture_table, true, &fixture->arena, &count);
    assert_true(
        arrow_store_open(fixture->folder, NULL, false, &fixture->arena, &store, &fixture->error));
    assert_true(parquet_old_read(store, FILE_OF_MONTH + 1, &fixture_table, columns, count,
                                 (struct period){fixture_day(first), fixture_day(last)},
                                 TABLE_WHOLE, compare_day, &read_back, &fixture->error));
    return read_back;
}

static void test_rows_read_back_as_they_were_written(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, "parquet", "");
    fixture_write_days(&fixture, 1, 31, 20);
    struct read_back all = read_days(&fixture, 1, 31);
    assert_int_equal(all.rows, 31 * 20);
    struct read_back some = read_days(&fixture, 4, 6);
    assert_int_equal(some.rows, 60);
    assert_int_equal(some.first, fixture_day(4));
    assert_int_equal(some.last, fixture_day(6));
    fixture_close(&fixture);
}

static void test_month_in_parts_has_the_bytes_of_the_whole(void **state)
{
    (void)state;
    struct fixture whole, parts;
    fixture_open(&whole, "parquet", "");
    fixture_open(&parts, "parquet", "");
    fixture_write_days(&whole, 1, 31, 20);
    fixture_write_days(&parts, 10, 20, 3);
    fixture_write_days(&parts, 1, 9, 20);
    fixture_write_days(&parts, 21, 31, 20);
    fixture_write_days(&parts, 10, 20, 20);
    size_t length, parts_length;
    char *bytes = fixture_read(&whole, FILE_OF_MONTH, &length);
    char *parts_bytes = fixture_read(&parts, FILE_OF_MONTH, &parts_length);
    assert_non_null(bytes);
    assert_int_equal(length, parts_length);
    assert_memory_equal(bytes, parts_bytes, length);
    fixture_close(&whole);
    fixture_close(&parts);
}

static void test_nothing_is_seen_before_the_commit_nor_after_an_abort(void **state)
{
    (void)state;
    struct fixture fixture;
    size_t length;
    fixture_open(&fixture, "parquet", "");
    struct sink_scope scope = fixture_scope(1, 31);
    struct fixture_row row = fixture_row(&fixture, 5, 1);
    assert_true(sink_begin(fixture.sink, &scope, &fixture.error));
    assert_true(fixture_write(&fixture, &row, 1));
    assert_null(fixture_read(&fixture, FILE_OF_MONTH, &length));
    sink_abort(fixture.sink);
    assert_null(fixture_read(&fixture, FILE_OF_MONTH, &length));
    char path[200];
    snprintf(path, sizeof path, "%s%s", fixture.folder, FOLDER_OF_MONTH);
    assert_int_equal(rmdir(path), 0); /* it is empty */
    fixture_close(&fixture);
}

static void test_month_without_rows_has_no_file(void **state)
{
    (void)state;
    struct fixture fixture;
    size_t length;
    fixture_open(&fixture, "parquet", "");
    fixture_write_days(&fixture, 4, 5, 2);
    fixture_write_days(&fixture, 5, 31, 0);
    assert_int_equal(read_days(&fixture, 1, 31).rows, 2);
    fixture_write_days(&fixture, 4, 4, 0);
    assert_null(fixture_read(&fixture, FILE_OF_MONTH, &length));
    fixture_close(&fixture);
}

static void test_leftovers_of_a_killed_run_are_removed(void **state)
{
    (void)state;
    struct fixture fixture;
    size_t length;
    fixture_open(&fixture, "parquet", "");
    fixture_write_days(&fixture, 4, 5, 2);
    char path[300];
    snprintf(path, sizeof path, "%s%s/.costagg.parquet.tmp-1-0", fixture.folder, FOLDER_OF_MONTH);
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    fclose(stream);
    fixture_write_days(&fixture, 4, 5, 2);
    assert_null(fixture_read(&fixture, FOLDER_OF_MONTH "/.costagg.parquet.tmp-1-0", &length));
    fixture_close(&fixture);
}

static void test_bad_rows_are_refused_by_name(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, "parquet", "");
    struct fixture_row row = fixture_row(&fixture, 5, 1);
    row.amount = INFINITY;
    fixture_expect_refusal(&fixture, &row, ERROR_BAD_DATA,
                           "fixture, 2025-10-05, row 1: amount is beyond the range");
    row = fixture_row(&fixture, 5, 1);
    row.name = TEXT_NULL;
    fixture_expect_refusal(&fixture, &row, ERROR_BAD_DATA, "row 1: name is null");
    row = fixture_row(&fixture, 6, 1);
    fixture_expect_refusal(&fixture, &row, ERROR_INTERNAL, "outside the days");
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_read_back_as_they_were_written),
        cmocka_unit_test(test_month_in_parts_has_the_bytes_of_the_whole),
        cmocka_unit_test(test_nothing_is_seen_before_the_commit_nor_after_an_abort),
        cmocka_unit_test(test_month_without_rows_has_no_file),
        cmocka_unit_test(test_leftovers_of_a_killed_run_are_removed),
        cmocka_unit_test(test_bad_rows_are_refused_by_name),
    };
    return cmocka_run_group_tests_name("parquet", tests, NULL, NULL);
}
