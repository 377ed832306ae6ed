#include "sink/sink_fixture.h"

static void test_unknown_locations_are_refused_without_showing_secrets(void **state)
{
    (void)state;
    static const struct {
        const char *location, *part;
    } cases[] = {
        {"costs.db", "of no known kind"},
        {"mysql://u:geheim@h/d", "'mysql' is of no known kind"},
        {"sqlite:", "sqlite:costs.db"},
        {"csv:", "csv:FOLDER"},
        {"csv:s3://bucket/x", "folders only"},
        {"parquet:", "parquet:FOLDER"},
        {"postgresql:dbname=x password=geheim", "postgresql://"},
        {"postgresql://u:geheim@[h/d", "cannot be read"},
        {"postgresql://u:geheim@h:1/d?nonsense=geheim", "cannot be read"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena arena;
        struct error error;
        struct sink *sink;
        struct sink_options options = {0};
        arena_init(&arena);
        assert_false(sink_open(cases[i].location, &options, &arena, &sink, &error));
        assert_int_equal(error.kind, ERROR_BAD_CONFIG);
        if (strstr(error.message, cases[i].part) == NULL)
            fail_msg("'%s' is not in: %s", cases[i].part, error.message);
        assert_null(strstr(error.message, "geheim"));
        arena_close(&arena);
    }
}

static void test_server_that_refuses_is_unreachable(void **state)
{
    (void)state;
    struct arena arena;
    struct error error;
    struct sink *sink;
    struct sink_options options = {0};
    arena_init(&arena);
    assert_false(sink_open("postgresql://u:geheim@127.0.0.1:1/d", &options, &arena, &sink, &error));
    assert_int_equal(error.kind, ERROR_UNREACHABLE);
    assert_non_null(strstr(error.message, "postgresql://u@127.0.0.1:1/d: cannot connect"));
    assert_null(strstr(error.message, "geheim"));
    arena_close(&arena);
}

static void test_schema_is_printed_for_every_kind(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *expected;
    } cases[] = {
        {"sqlite", "CREATE TABLE IF NOT EXISTS \"fixture\" (\n"
                   "    \"uuid\" TEXT NOT NULL,\n"
                   "    \"source_uuid\" TEXT,\n"
                   "    \"usage_start\" TEXT NOT NULL,\n"
                   "    \"name\" TEXT NOT NULL,\n"
                   "    \"labels\" TEXT,\n"
                   "    \"tags\" TEXT,\n"
                   "    \"amount\" REAL,\n"
                   "    \"number\" INTEGER\n"
                   ");\n"
                   "CREATE INDEX IF NOT EXISTS \"fixture_owner_day\" ON \"fixture\" "
                   "(\"source_uuid\", usage_start);\n"},
        {"postgresql", "CREATE TABLE \"a\"\"b\".\"fixture\" (\n"
                       "    \"uuid\" uuid NOT NULL,\n"
                       "    \"source_uuid\" uuid,\n"
                       "    \"usage_start\" date NOT NULL,\n"
                       "    \"name\" varchar(8) NOT NULL,\n"
                       "    \"labels\" jsonb,\n"
                       "    \"tags\" varchar(5)[],\n"
                       "    \"amount\" numeric(12,3),\n"
                       "    \"number\" integer,\n"
                       "    PRIMARY KEY (usage_start, \"uuid\")\n"
                       ") PARTITION BY RANGE (usage_start);\n"
                       "CREATE INDEX ON \"a\"\"b\".\"fixture\" (\"source_uuid\", usage_start);\n"},
    };
    struct arena arena;
    struct error error;
    const char *text;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(sink_schema(cases[i].kind, fixture_tables, 1, "a\"b", &arena, &text, &error));
        assert_string_equal(text, cases[i].expected);
    }
    assert_true(sink_schema("parquet", fixture_tables, 1, NULL, &arena, &text, &error));
    assert_non_null(strstr(text, "amount"));
    assert_null(strstr(text, "handle"));
    assert_false(sink_schema("oracle", fixture_tables, 1, NULL, &arena, &text, &error));
    assert_int_equal(error.kind, ERROR_USAGE);
    arena_close(&arena);
}

static void test_scope_of_two_months_is_refused(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_open(&fixture, "csv", "");
    struct sink_scope scope = fixture_scope(1, 31);
    scope.days.last++;
    assert_false(sink_begin(fixture.sink, &scope, &fixture.error));
    assert_int_equal(fixture.error.kind, ERROR_INTERNAL);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unknown_locations_are_refused_without_showing_secrets),
        cmocka_unit_test(test_server_that_refuses_is_unreachable),
        cmocka_unit_test(test_schema_is_printed_for_every_kind),
        cmocka_unit_test(test_scope_of_two_months_is_refused),
    };
    return cmocka_run_group_tests_name("sink", tests, NULL, NULL);
}
