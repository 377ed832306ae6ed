#include "sink/sink_fixture.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>

/* The answer of a query, its rows as text joined by '|' and ';'. */
static const char *ask(struct fixture *fixture, struct arena *arena, const char *sql)
{
    sqlite3 *connection;
    sqlite3_stmt *statement;
    const char *answer = "";
    const char *file = arena_printf(arena, "%s/costs.db", fixture->folder);
    assert_int_equal(sqlite3_open_v2(file, &connection, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(connection, sql, -1, &statement, NULL), SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(statement); i++) {
            const unsigned char *text = sqlite3_column_text(statement, i);
            answer = arena_printf(arena, "%s%s%s", answer, i > 0 ? "|" : "",
                                  text != NULL ? (const char *)text : "null");
        }
        answer = arena_printf(arena, "%s;", answer);
    }
    sqlite3_finalize(statement);
    sqlite3_close(connection);
    return answer;
}

#define ASSERT_ANSWER(fixture, sql, expected)                       \
    do {                                                            \
        struct arena answers;                                       \
        arena_init(&answers);                                       \
        assert_string_equal(ask(fixture, &answers, sql), expected); \
        arena_close(&answers);                                      \
    } while (0)

static void test_rows_keep_their_types(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, "sqlite", "/costs.db");
    struct sink_scope scope = fixture_scope(1, 31);
    struct fixture_row rows[2] = {fixture_row(&fixture, 1, 0), fixture_row(&fixture, 3, 1)};
    rows[1].number = -1;
    assert_true(sink_begin(fixture.sink, &scope, &fixture.error));
    assert_true(fixture_write(&fixture, rows, 2));
    assert_true(sink_commit(fixture.sink, &fixture.error));
    fixture_close_sink(&fixture);
    ASSERT_ANSWER(&fixture, "SELECT * FROM fixture ORDER BY uuid",
                  "0100ab00-0000-0000-0000-000000000000|" FIXTURE_SOURCE
                  "|2025-10-01|n0|null|null|null|null;"
                  "0301ab00-0000-0000-0000-000000000000|" FIXTURE_SOURCE
                  "|2025-10-03|n1|{\"app\":\"a1\"}|[\"x\",null]|3.125|-1;");
    ASSERT_ANSWER(&fixture,
                  "SELECT typeof(usage_start), typeof(amount), typeof(number) "
                  "FROM fixture WHERE number IS NOT NULL",
                  "text|real|integer;");
    fixture_close(&fixture);
}

static void test_rerun_replaces_days_of_the_source_alone(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, "sqlite", "/costs.db");
    fixture_write_days(&fixture, 1, 5, 4);
    ASSERT_ANSWER(&fixture,
                  "INSERT INTO fixture SELECT uuid, '" FIXTURE_OTHER "', usage_start, "
                  "name, labels, tags, amount, number FROM fixture",
                  "");
    fixture_write_days(&fixture, 2, 3, 1);
    fixture_write_days(&fixture, 2, 3, 1);
    fixture_write_days(&fixture, 4, 4, 0);
    ASSERT_ANSWER(&fixture,
                  "SELECT source_uuid = '" FIXTURE_SOURCE "', usage_start, count(*) FROM fixture "
                  "WHERE usage_start < '2025-10-05' GROUP BY 1, 2 ORDER BY 1, 2",
                  "0|2025-10-01|4;0|2025-10-02|4;0|2025-10-03|4;0|2025-10-04|4;"
                  "1|2025-10-01|4;1|2025-10-02|1;1|2025-10-03|1;");
    fixture_close(&fixture);
}

static void test_readers_see_the_old_rows_until_the_commit(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, "sqlite", "/costs.db");
    fixture_write_days(&fixture, 1, 1, 3);
    struct sink_scope scope = fixture_scope(1, 1);
    struct fixture_row row = fixture_row(&fixture, 1, 1);
    assert_true(sink_begin(fixture.sink, &scope, &fixture.error));
    assert_true(fixture_write(&fixture, &row, 1));
    ASSERT_ANSWER(&fixture, "SELECT count(*) FROM fixture", "3;");
    sink_abort(fixture.sink);
    ASSERT_ANSWER(&fixture, "SELECT count(*) FROM fixture", "3;");
    assert_true(sink_begin(fixture.sink, &scope, &fixture.error));
    assert_true(fixture_write(&fixture, &row, 1));
    assert_true(sink_commit(fixture.sink, &fixture.error));
    ASSERT_ANSWER(&fixture, "SELECT count(*) FROM fixture", "1;");
    fixture_close(&fixture);
}

static void test_one_plain_file_is_left(void **state)
{
    (void)state;
    struct fixture fixture;
    size_t length;
    fixture_open(&fixture, "sqlite", "/costs.db");
    fixture_write_days(&fixture, 1, 3, 3);
    fixture_close_sink(&fixture);
    assert_null(fixture_read(&fixture, "/costs.db-wal", &length));
    assert_null(fixture_read(&fixture, "/costs.db-shm", &length));
    ASSERT_ANSWER(&fixture, "PRAGMA journal_mode", "delete;");
    fixture_close(&fixture);
}

static void test_text_with_nul_is_kept_whole(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, "sqlite", "/costs.db");
    struct sink_scope scope = fixture_scope(1, 1);
    struct fixture_row row = fixture_row(&fixture, 1, 1);
    row.name = text_pool_intern(&fixture.texts, "a\0b", 3);
    assert_true(sink_begin(fixture.sink, &scope, &fixture.error));
    assert_true(fixture_write(&fixture, &row, 1));
    assert_true(sink_commit(fixture.sink, &fixture.error));
    ASSERT_ANSWER(&fixture, "SELECT hex(name) FROM fixture", "610062;");
    fixture_close(&fixture);
}

static void test_table_with_more_columns_is_respected_and_one_with_fewer_named(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, "sqlite", "/costs.db");
    fixture_write_days(&fixture, 1, 1, 1);
    ASSERT_ANSWER(&fixture, "ALTER TABLE fixture ADD COLUMN note TEXT", "");
    fixture_write_days(&fixture, 1, 1, 2);
    ASSERT_ANSWER(&fixture, "SELECT count(*), count(note) FROM fixture", "2|0;");
    ASSERT_ANSWER(&fixture, "ALTER TABLE fixture DROP COLUMN labels", "");
    struct sink_scope scope = fixture_scope(1, 1);
    assert_false(sink_begin(fixture.sink, &scope, &fixture.error));
    assert_int_equal(fixture.error.kind, ERROR_NO_OUTPUT);
    assert_non_null(strstr(fixture.error.message, "lacks the column labels"));
    fixture_close(&fixture);
}

static void test_file_that_is_no_database_is_refused(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, "sqlite", "/costs.db");
    char path[100];
    snprintf(path, sizeof path, "%s/costs.db", fixture.folder);
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    for (int i = 0; i < 1000; i++)
        fputs("this is a text file\n", stream);
    fclose(stream);
    struct sink_scope scope = fixture_scope(1, 1);
    const char *found;
    assert_false(sink_begin(fixture.sink, &scope, &fixture.error));
    assert_int_equal(fixture.error.kind, ERROR_NO_OUTPUT);
    assert_non_null(strstr(fixture.error.message, "no SQLite database"));
    fixture_close_sink(&fixture);
    struct sink_options options = {0};
    assert_true(sink_open(arena_printf(&fixture.arena, "sqlite:%s", path), &options, &fixture.arena,
                          &fixture.sink, &fixture.error));
    assert_false(sink_check(fixture.sink, &fixture.arena, &found, &fixture.error));
    fixture_close(&fixture);
}

static void test_check_creates_nothing(void **state)
{
    (void)state;
    struct fixture fixture;
    size_t length;
    const char *found;
    fixture_open(&fixture, "sqlite", "/costs.db");
    assert_true(sink_check(fixture.sink, &fixture.arena, &found, &fixture.error));
    assert_non_null(strstr(found, "not there yet"));
    assert_null(fixture_read(&fixture, "/costs.db", &length));
    fixture_write_days(&fixture, 1, 1, 1);
    fixture_close_sink(&fixture);
    fixture_close(&fixture);
}

static void test_full_disk_leaves_the_old_rows(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, "sqlite", "/costs.db");
    fixture_write_days(&fixture, 1, 1, 3);
    fixture_close_sink(&fixture);
    struct sink_options options = {0};
    assert_true(sink_open(arena_printf(&fixture.arena, "sqlite:%s/costs.db", fixture.folder),
                          &options, &fixture.arena, &fixture.sink, &fixture.error));
    struct rlimit unlimited, limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
    limit = unlimited;
    limit.rlim_cur = 64 * 1024;
    signal(SIGXFSZ, SIG_IGN);
    struct sink_scope scope = fixture_scope(1, 31);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    bool good = sink_begin(fixture.sink, &scope, &fixture.error);
    bool open = good;
    for (int day = 1; good && day <= 31; day++) {
        struct fixture_row rows[200];
        for (int i = 0; i < 200; i++)
            rows[i] = fixture_row(&fixture, day, i);
        good = fixture_write(&fixture, rows, 200);
    }
    good = good && sink_commit(fixture.sink, &fixture.error);
    if (open)
        sink_abort(fixture.sink);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &unlimited), 0);
    assert_false(good);
    assert_int_equal(fixture.error.kind, ERROR_NO_OUTPUT);
    ASSERT_ANSWER(&fixture, "SELECT count(*) FROM fixture", "3;");
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_keep_their_types),
        cmocka_unit_test(test_rerun_replaces_days_of_the_source_alone),
        cmocka_unit_test(test_readers_see_the_old_rows_until_the_commit),
        cmocka_unit_test(test_one_plain_file_is_left),
        cmocka_unit_test(test_text_with_nul_is_kept_whole),
        cmocka_unit_test(test_table_with_more_columns_is_respected_and_one_with_fewer_named),
        cmocka_unit_test(test_file_that_is_no_database_is_refused),
        cmocka_unit_test(test_check_creates_nothing),
        cmocka_unit_test(test_full_disk_leaves_the_old_rows),
    };
    return cmocka_run_group_tests_name("sqlite", tests, NULL, NULL);
}
