/* The PostgreSQL sink against a real server, whose superuser's location COSTAGG_TEST_POSTGRESQL
 * names. Every test has a schema of its own. */
#include "sink/sink_fixture.h"

#include <libpq-fe.h>

enum { SKIPPED = 77 };

struct server {
    struct fixture fixture;
    PGconn *connection; /* of who looks on */
    struct arena answers;
};

static const char *location;

/* The rows of a query as text, values joined by '|', rows ended by ';'. */
static const char *ask(struct server *server, const char *sql)
{
    PGresult *result = PQexec(server->connection, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(server->connection));
    const char *answer = "";
    for (int row = 0; row < PQntuples(result); row++) {
        for (int i = 0; i < PQnfields(result); i++)
            answer =
                arena_printf(&server->answers, "%s%s%s", answer, i > 0 ? "|" : "",
                             PQgetisnull(result, row, i) ? "null" : PQgetvalue(result, row, i));
        answer = arena_printf(&server->answers, "%s;", answer);
    }
    PQclear(result);
    return answer;
}

static void open_sink(struct server *server, const char *where, bool bulk_copy)
{
    static struct sink_options options;
    options = (struct sink_options){.postgresql_schema = "tests", .bulk_copy = bulk_copy};
    struct fixture *fixture = &server->fixture;
    if (!sink_open(where, &options, &fixture->arena, &fixture->sink, &fixture->error))
        fail_msg("%s", fixture->error.message);
}

static int set_up(void **state)
{
    struct server *server = calloc(1, sizeof *server);
    arena_init(&server->fixture.arena);
    arena_init(&server->answers);
    text_pool_init(&server->fixture.texts);
    server->connection = PQconnectdb(location);
    ask(server, "SET client_min_messages = error; DROP SCHEMA IF EXISTS tests CASCADE; "
                "CREATE SCHEMA tests; SET search_path = tests");
    open_sink(server, location, true);
    *state = server;
    return 0;
}

static int tear_down(void **state)
{
    struct server *server = *state;
    arena_close(&server->fixture.arena);
    text_pool_close(&server->fixture.texts);
    arena_close(&server->answers);
    PQfinish(server->connection);
    free(server);
    return 0;
}

static void write_row(struct server *server, const struct fixture_row *row)
{
    struct sink_scope scope = fixture_scope(1, 31);
    struct fixture *fixture = &server->fixture;
    if (!sink_begin(fixture->sink, &scope, &fixture->error) || !fixture_write(fixture, row, 1) ||
        !sink_commit(fixture->sink, &fixture->error))
        fail_msg("%s", fixture->error.message);
}

static void expect_begin_refused(struct server *server, int day, enum error_kind kind,
                                 const char *part)
{
    struct sink_scope scope = fixture_scope(day, day);
    struct fixture *fixture = &server->fixture;
    assert_false(sink_begin(fixture->sink, &scope, &fixture->error));
    assert_int_equal(fixture->error.kind, kind);
    if (strstr(fixture->error.message, part) == NULL)
        fail_msg("'%s' is not in: %s", part, fixture->error.message);
}

static struct fixture_row hostile_row(struct fixture *fixture)
{
    struct fixture_row row = fixture_row(fixture, 3, 1);
    row.name = fixture_text(fixture, "\\N\t'\"\n;");
    row.labels = fixture_text(fixture, "{\"k\":\"a\\\\u0000 \\\"'; DROP TABLE x\"}");
    row.tags = fixture_text(fixture, "[\"{\\\"\\\\\",null,\"\",\"a,b\"]");
    row.amount = -1.0005;
    row.number = -5;
    return row;
}

#define HOSTILE_ROW                                                                   \
    "0301ab00-0000-0000-0000-000000000000|" FIXTURE_SOURCE "|2025-10-03|\\N\t'\"\n;|" \
    "{\"k\": \"a\\\\u0000 \\\"'; DROP TABLE x\"}|{\"{\\\"\\\\\",NULL,\"\",\"a,b\"}|-1.001|-5;"

static void test_copy_stores_every_kind_of_value(void **state)
{
    struct server *server = *state;
    struct fixture_row row = hostile_row(&server->fixture);
    write_row(server, &row);
    assert_string_equal(ask(server, "SELECT * FROM fixture"), HOSTILE_ROW);
    row = fixture_row(&server->fixture, 3, 0);
    write_row(server, &row);
    assert_string_equal(ask(server, "SELECT num_nulls(labels, tags, amount, number) FROM fixture"),
                        "4;");
}

static void test_insert_stores_the_same(void **state)
{
    struct server *server = *state;
    struct fixture_row row = hostile_row(&server->fixture);
    open_sink(server, location, false);
    write_row(server, &row);
    assert_string_equal(ask(server, "SELECT * FROM fixture"), HOSTILE_ROW);
    fixture_write_days(&server->fixture, 1, 31, 60);
    assert_string_equal(ask(server, "SELECT count(*) FROM fixture"), "1860;");
}

static void test_types_of_an_existing_table_are_respected(void **state)
{
    struct server *server = *state;
    struct fixture_row row = hostile_row(&server->fixture);
    ask(server, "CREATE TABLE fixture (extra int, number bigint, amount double precision, "
                "tags text[], labels json, name text, usage_start date, source_uuid text, "
                "uuid uuid)");
    write_row(server, &row);
    assert_string_equal(
        ask(server, "SELECT extra, number, amount, tags[1], labels->>'k', name, usage_start, "
                    "source_uuid FROM fixture"),
        "null|-5|-1.0005|{\"\\|a\\u0000 \"'; DROP TABLE x|\\N\t'\"\n;|2025-10-03|" FIXTURE_SOURCE
        ";");
}

static void test_unknown_types_are_left_to_the_server_to_parse(void **state)
{
    struct server *server = *state;
    struct fixture_row row = hostile_row(&server->fixture);
    ask(server, "CREATE TABLE fixture (uuid text, source_uuid uuid, usage_start timestamp, "
                "name char(8), labels jsonb, tags varchar(5)[], amount real, number numeric)");
    write_row(server, &row);
    assert_string_equal(
        ask(server, "SELECT uuid, source_uuid, usage_start::date, name::text, labels, tags, "
                    "amount, number FROM fixture"),
        "0301ab00-0000-0000-0000-000000000000|" FIXTURE_SOURCE "|2025-10-03|\\N\t'\"\n;|"
        "{\"k\": \"a\\\\u0000 \\\"'; DROP TABLE x\"}|{\"{\\\"\\\\\",NULL,\"\",\"a,b\"}|-1.001|-5;");
}

static void test_numbers_are_rounded_once_at_the_servers_scale(void **state)
{
    struct server *server = *state;
    struct fixture_row row = fixture_row(&server->fixture, 3, 1);
    ask(server, "CREATE TABLE fixture (uuid uuid, source_uuid uuid, usage_start date, "
                "name varchar(300), labels jsonb, tags text[], amount numeric(8,2), number int)");
    row.amount = 1.0049;
    write_row(server, &row);
    assert_string_equal(ask(server, "SELECT amount FROM fixture"), "1.00;");
    row.usage_start = fixture_day(5);
    row.amount = 1e6;
    fixture_expect_refusal(&server->fixture, &row, ERROR_BAD_DATA,
                           "fixture, 2025-10-05, row 1: amount is 1e+06, too large for "
                           "numeric(8,2)");
}

static void test_nul_becomes_the_replacement_character(void **state)
{
    struct server *server = *state;
    struct fixture_row row = fixture_row(&server->fixture, 3, 1);
    row.name = text_pool_intern(&server->fixture.texts, "a\0b", 3);
    row.labels = fixture_text(&server->fixture, "{\"k\":\"\\u0000\\\\u0000\"}");
    row.tags = fixture_text(&server->fixture, "[\"\\u0000\"]");
    write_row(server, &row);
    assert_string_equal(ask(server, "SELECT name = U&'a\\FFFDb', "
                                    "labels->>'k' = U&'\\FFFD' || '\\u0000', tags[1] = U&'\\FFFD' "
                                    "FROM fixture"),
                        "t|t|t;");
}

static void test_long_text_is_refused_by_name_before_anything_is_sent(void **state)
{
    struct server *server = *state;
    struct fixture_row row = fixture_row(&server->fixture, 5, 1);
    row.name = fixture_text(&server->fixture, "äöüäöüäö"); /* eight characters fit */
    write_row(server, &row);
    row.name = fixture_text(&server->fixture, "ninechars");
    fixture_expect_refusal(&server->fixture, &row, ERROR_BAD_DATA,
                           "row 1: name has 9 characters, the column takes 8: ninechars");
    row = fixture_row(&server->fixture, 5, 1);
    row.tags = fixture_text(&server->fixture, "[\"123456\"]");
    fixture_expect_refusal(&server->fixture, &row, ERROR_BAD_DATA, "tags has 6 characters");
    row.tags = fixture_text(&server->fixture, "[1]");
    fixture_expect_refusal(&server->fixture, &row, ERROR_BAD_DATA, "no JSON array of texts");
    assert_string_equal(ask(server, "SELECT name FROM fixture"), "äöüäöüäö;");
}

static void test_rerun_replaces_days_of_the_source_alone(void **state)
{
    struct server *server = *state;
    fixture_write_days(&server->fixture, 1, 5, 4);
    ask(server, "INSERT INTO fixture SELECT gen_random_uuid(), '" FIXTURE_OTHER "', usage_start, "
                "name FROM fixture");
    fixture_write_days(&server->fixture, 2, 3, 1);
    fixture_write_days(&server->fixture, 2, 3, 1);
    fixture_write_days(&server->fixture, 4, 4, 0);
    assert_string_equal(
        ask(server, "SELECT source_uuid = '" FIXTURE_SOURCE "', "
                    "string_agg(n || ' on ' || extract(day from usage_start), ',' "
                    "ORDER BY usage_start) FROM (SELECT source_uuid, usage_start, count(*) AS n "
                    "FROM fixture GROUP BY 1, 2) days GROUP BY 1 ORDER BY 1"),
        "f|4 on 1,4 on 2,4 on 3,4 on 4,4 on 5;t|4 on 1,1 on 2,1 on 3,4 on 5;");
}

static void test_abort_leaves_the_old_rows(void **state)
{
    struct server *server = *state;
    struct fixture *fixture = &server->fixture;
    fixture_write_days(fixture, 1, 1, 3);
    struct sink_scope scope = fixture_scope(1, 1);
    struct fixture_row row = fixture_row(fixture, 1, 1);
    assert_true(sink_begin(fixture->sink, &scope, &fixture->error));
    assert_true(fixture_write(fixture, &row, 1));
    assert_string_equal(ask(server, "SELECT count(*) FROM fixture"), "3;");
    sink_abort(fixture->sink);
    assert_string_equal(ask(server, "SELECT count(*) FROM fixture"), "3;");
    fixture_write_days(fixture, 1, 1, 2);
    assert_string_equal(ask(server, "SELECT count(*) FROM fixture"), "2;");
}

static void test_lost_connection_is_try_again_and_the_sink_recovers(void **state)
{
    struct server *server = *state;
    struct fixture *fixture = &server->fixture;
    fixture_write_days(fixture, 1, 1, 3);
    struct sink_scope scope = fixture_scope(1, 1);
    struct fixture_row row = fixture_row(fixture, 1, 1);
    assert_true(sink_begin(fixture->sink, &scope, &fixture->error));
    ask(server, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE application_name = 'costagg'");
    assert_false(fixture_write(fixture, &row, 1) && sink_commit(fixture->sink, &fixture->error));
    assert_int_equal(fixture->error.kind, ERROR_TRY_AGAIN);
    sink_abort(fixture->sink);
    assert_string_equal(ask(server, "SELECT count(*) FROM fixture"), "3;");
    fixture_write_days(fixture, 1, 1, 2);
    assert_string_equal(ask(server, "SELECT count(*) FROM fixture"), "2;");
}

static void test_partition_of_the_month_is_made_and_others_are_respected(void **state)
{
    struct server *server = *state;
    fixture_write_days(&server->fixture, 1, 1, 1);
    assert_string_equal(ask(server, "SELECT relname, pg_get_expr(relpartbound, oid) FROM pg_class "
                                    "WHERE relispartition AND relkind = 'r' "
                                    "AND relnamespace = 'tests'::regnamespace"),
                        "fixture_2025_10|FOR VALUES FROM ('2025-10-01') TO ('2025-11-01');");
    ask(server, "DROP TABLE fixture_2025_10; CREATE TABLE rest PARTITION OF fixture DEFAULT");
    fixture_write_days(&server->fixture, 1, 1, 2);
    assert_string_equal(ask(server, "SELECT count(*) FROM rest"), "2;");
    ask(server, "DROP TABLE rest; CREATE TABLE week PARTITION OF fixture "
                "FOR VALUES FROM ('2025-10-01') TO ('2025-10-08')");
    fixture_write_days(&server->fixture, 1, 7, 2);
    assert_string_equal(ask(server, "SELECT count(*) FROM week"), "14;");
    expect_begin_refused(server, 8, ERROR_NO_OUTPUT, "create the partition");
}

static void test_columns_are_left_out_or_demanded_by_name(void **state)
{
    struct server *server = *state;
    fixture_write_days(&server->fixture, 1, 1, 1);
    ask(server, "ALTER TABLE fixture DROP COLUMN labels, ADD COLUMN note text, "
                "ADD COLUMN origin text NOT NULL DEFAULT 'here'");
    fixture_write_days(&server->fixture, 1, 1, 2);
    assert_string_equal(ask(server, "SELECT DISTINCT note, origin FROM fixture"), "null|here;");
    ask(server, "ALTER TABLE fixture ALTER COLUMN origin DROP DEFAULT");
    expect_begin_refused(server, 1, ERROR_NO_OUTPUT, "a column origin that must have a value");
    ask(server, "ALTER TABLE fixture DROP COLUMN origin, DROP COLUMN name");
    expect_begin_refused(server, 1, ERROR_NO_OUTPUT, "lacks the column name");
}

static void test_role_needs_no_more_than_the_rights_documented(void **state)
{
    struct server *server = *state;
    fixture_write_days(&server->fixture, 1, 1, 1);
    ask(server, "DO $$ BEGIN CREATE ROLE least LOGIN PASSWORD 'least'; EXCEPTION "
                "WHEN duplicate_object THEN NULL; END $$; "
                "GRANT USAGE ON SCHEMA tests TO least");
    const char *host = PQhost(server->connection), *port = PQport(server->connection);
    open_sink(server,
              arena_printf(&server->fixture.arena, "postgresql://least:least@%s:%s/%s", host, port,
                           PQdb(server->connection)),
              true);
    expect_begin_refused(server, 1, ERROR_NO_OUTPUT, "permission denied");
    ask(server, "GRANT SELECT, INSERT, DELETE ON fixture TO least");
    fixture_write_days(&server->fixture, 1, 31, 2);
    assert_string_equal(ask(server, "SELECT count(*) FROM fixture"), "62;");
    ask(server, "DROP TABLE fixture_2025_10");
    expect_begin_refused(server, 1, ERROR_NO_OUTPUT, "cannot create the partition");
}

static void test_second_run_of_the_same_work_is_turned_away(void **state)
{
    struct server *server = *state;
    struct server second = *server;
    struct sink_scope scope = fixture_scope(2, 3), same_month = fixture_scope(5, 6);
    struct fixture *fixture = &server->fixture;
    assert_true(sink_begin(fixture->sink, &scope, &fixture->error));
    static struct sink_options options = {
        .postgresql_schema = "tests", .bulk_copy = true, .postgresql_timeout_seconds = 1};
    assert_true(sink_open(location, &options, &fixture->arena, &second.fixture.sink,
                          &second.fixture.error));
    assert_false(sink_begin(second.fixture.sink, &same_month, &second.fixture.error));
    assert_int_equal(second.fixture.error.kind, ERROR_TRY_AGAIN);
    same_month.source = FIXTURE_OTHER; /* other work goes on */
    assert_true(sink_begin(second.fixture.sink, &same_month, &second.fixture.error));
    assert_true(sink_commit(second.fixture.sink, &second.fixture.error));
    assert_true(sink_commit(fixture->sink, &fixture->error));
}

static void test_check_says_what_is_there(void **state)
{
    struct server *server = *state;
    struct fixture *fixture = &server->fixture;
    const char *found;
    assert_true(sink_check(fixture->sink, &fixture->arena, &found, &fixture->error));
    assert_non_null(strstr(found, "schema tests is there with 0 of our tables"));
    ask(server, "DROP SCHEMA tests CASCADE");
    assert_false(sink_check(fixture->sink, &fixture->arena, &found, &fixture->error));
    assert_int_equal(fixture->error.kind, ERROR_NO_OUTPUT);
    expect_begin_refused(server, 1, ERROR_NO_OUTPUT, "the schema \"tests\" does not exist");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    location = getenv("COSTAGG_TEST_POSTGRESQL");
    if (location == NULL) {
        puts("skipped: COSTAGG_TEST_POSTGRESQL names no server");
        return SKIPPED;
    }
    const struct CMUnitTest tests[] = {
        TEST(test_copy_stores_every_kind_of_value),
        TEST(test_insert_stores_the_same),
        TEST(test_types_of_an_existing_table_are_respected),
        TEST(test_unknown_types_are_left_to_the_server_to_parse),
        TEST(test_numbers_are_rounded_once_at_the_servers_scale),
        TEST(test_nul_becomes_the_replacement_character),
        TEST(test_long_text_is_refused_by_name_before_anything_is_sent),
        TEST(test_rerun_replaces_days_of_the_source_alone),
        TEST(test_abort_leaves_the_old_rows),
        TEST(test_lost_connection_is_try_again_and_the_sink_recovers),
        TEST(test_partition_of_the_month_is_made_and_others_are_respected),
        TEST(test_columns_are_left_out_or_demanded_by_name),
        TEST(test_role_needs_no_more_than_the_rights_documented),
        TEST(test_second_run_of_the_same_work_is_turned_away),
        TEST(test_check_says_what_is_there),
    };
    return cmocka_run_group_tests_name("sink_postgresql", tests, NULL, NULL);
}
