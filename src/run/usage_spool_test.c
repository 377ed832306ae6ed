#include "run/usage_spool.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct period days = {20362, 20364};

static struct usage_row row_of(struct text_pool *texts, const char *namespace, double effective)
{
    struct usage_row row = {.report_period_id = 7, .cost_category_id = INTEGER_NULL};
    row.namespace = text_pool_intern_string(texts, namespace);
    row.pod_labels = text_pool_intern_string(texts, "{\"app\":\"x\"}");
    row.pod_effective_usage_cpu_core_hours = effective;
    return row;
}

static void assert_text(const struct text_pool *texts, uint32_t id, const char *expected)
{
    struct text text = text_pool_borrow(texts, id);
    assert_int_equal(text.length, strlen(expected));
    assert_memory_equal(text.bytes, expected, text.length);
}

static void test_days_come_back_as_they_were_put(void **state)
{
    (void)state;
    struct arena arena;
    struct text_pool in, out;
    struct usage_spool *spool;
    struct usage_spool_reader reader;
    struct spooled_day day;
    struct error error = {0};
    arena_init(&arena);
    text_pool_init(&in);
    text_pool_init(&out);
    text_pool_intern_string(&out, "shifts the ids");
    assert_true(usage_spool_open(2, days, &arena, &spool, &error));
    usage_spool_reader_init(&reader, spool, &out);
    struct usage_row rows[] = {row_of(&in, "web", 1.5), row_of(&in, NULL, MEASURE_NULL)};
    rows[0].data_source = text_pool_intern_string(&in, "Pod");
    rows[1].data_source = text_pool_intern_string(&in, "Storage");
    const struct usage_fact facts[] = {{.usage_start = 20363,
                                        .fact = text_pool_intern_string(&in, "node"),
                                        .value = text_pool_intern_string(&in, "")}};
    const struct usage_day put = {
        20363, {&usage_table, rows, 2, &in}, {&usage_fact_table, facts, 1, &in}};
    assert_true(usage_spool_put(spool, 1, &put, &error));
    assert_true(usage_spool_get(&reader, 1, 20363, &arena, &day, &error));
    const struct usage_line *got = day.lines;
    assert_int_equal(day.line_count, 2);
    assert_text(&out, got[0].namespace_name, "web");
    assert_text(&out, got[0].pod_labels, "{\"app\":\"x\"}");
    assert_int_equal(got[0].data_source, DATA_SOURCE_POD);
    assert_int_equal(got[1].data_source, DATA_SOURCE_STORAGE);
    assert_int_equal(got[1].namespace_name, TEXT_NULL);
    assert_true(got[0].effective_cpu_core_hours == 1.5);
    assert_true(measure_is_null(got[1].effective_cpu_core_hours));
    assert_int_equal(got[0].cost_category_id, INTEGER_NULL);
    assert_int_equal(day.fact_count, 1);
    assert_text(&out, day.facts[0].fact, "node");
    assert_int_equal(day.facts[0].value, TEXT_EMPTY);
    assert_int_equal(day.facts[0].usage_start, 20363);
    usage_spool_reader_close(&reader);
    text_pool_close(&in);
    text_pool_close(&out);
    arena_close(&arena);
}

static void test_a_day_never_put_is_empty(void **state)
{
    (void)state;
    struct arena arena;
    struct text_pool texts;
    struct usage_spool *spool;
    struct usage_spool_reader reader;
    struct spooled_day day;
    struct error error = {0};
    arena_init(&arena);
    text_pool_init(&texts);
    assert_true(usage_spool_open(1, days, &arena, &spool, &error));
    usage_spool_reader_init(&reader, spool, &texts);
    assert_true(usage_spool_get(&reader, 0, 20364, &arena, &day, &error));
    assert_int_equal(day.line_count, 0);
    assert_int_equal(day.fact_count, 0);
    usage_spool_reader_close(&reader);
    text_pool_close(&texts);
    arena_close(&arena);
}

/* Puts a day of one row with the namespace and, as labels, a long text that no other has. */
static void put_one(struct usage_spool *spool, size_t cluster, int32_t date,
                    struct text_pool *texts, const char *namespace, size_t long_length)
{
    struct error error = {0};
    struct usage_row row = row_of(texts, namespace, 1);
    char *labels = memory_grow(NULL, long_length);
    memset(labels, namespace[0], long_length);
    row.pod_labels = text_pool_intern(texts, labels, long_length);
    const struct usage_day put = {
        date, {&usage_table, &row, 1, texts}, {&usage_fact_table, NULL, 0, texts}};
    assert_true(usage_spool_put(spool, cluster, &put, &error));
    free(labels);
}

static void assert_one(struct usage_spool_reader *reader, size_t cluster, int32_t date,
                       const char *namespace, size_t long_length)
{
    struct arena arena;
    struct spooled_day day;
    struct error error = {0};
    arena_init(&arena);
    assert_true(usage_spool_get(reader, cluster, date, &arena, &day, &error));
    assert_int_equal(day.line_count, 1);
    assert_text(reader->texts, day.lines[0].namespace_name, namespace);
    struct text labels = text_pool_borrow(reader->texts, day.lines[0].pod_labels);
    assert_int_equal(labels.length, long_length);
    assert_int_equal(labels.bytes[long_length - 1], namespace[0]);
    arena_close(&arena);
}

/* Texts beyond those in memory lie with their block; what is in memory is found also then. */
static void test_texts_beyond_the_memory_come_back(void **state)
{
    (void)state;
    enum { LONG = 3 << 20 };
    static const char *const names[] = {"a", "b", "c", "d", "a"};
    static const struct period more_days = {20362, 20366};
    struct arena arena;
    struct text_pool in, out;
    struct usage_spool *spool;
    struct usage_spool_reader reader;
    struct error error = {0};
    arena_init(&arena);
    text_pool_init(&in);
    text_pool_init(&out);
    assert_true(usage_spool_open(1, more_days, &arena, &spool, &error));
    for (int i = 0; i < 5; i++) {
        put_one(spool, 0, 20362 + i, &in, names[i], LONG);
        if (i == 3)
            text_pool_reset(&in);
    }
    usage_spool_reader_init(&reader, spool, &out);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 5; i++)
            assert_one(&reader, 0, 20362 + i, names[i], LONG);
        text_pool_reset(&out);
    }
    usage_spool_reader_close(&reader);
    text_pool_close(&in);
    text_pool_close(&out);
    arena_close(&arena);
}

static void test_many_pools_may_put(void **state)
{
    (void)state;
    enum { POOLS = 40 };
    struct arena arena;
    struct text_pool pools[POOLS];
    struct usage_spool *spool;
    struct usage_spool_reader reader;
    struct error error = {0};
    arena_init(&arena);
    assert_true(usage_spool_open(POOLS, days, &arena, &spool, &error));
    for (int32_t day = days.first; day <= days.last; day++) {
        for (size_t i = 0; i < POOLS; i++) {
            const char name[] = {(char)('A' + i), '\0'};
            if (day == days.first)
                text_pool_init(&pools[i]);
            put_one(spool, i, day, &pools[i], name, 10 + (size_t)(day - days.first));
        }
    }
    usage_spool_reader_init(&reader, spool, &pools[0]);
    for (size_t i = 0; i < POOLS; i++) {
        const char name[] = {(char)('A' + i), '\0'};
        for (int32_t day = days.first; day <= days.last; day++)
            assert_one(&reader, i, day, name, 10 + (size_t)(day - days.first));
    }
    usage_spool_reader_close(&reader);
    for (size_t i = 0; i < POOLS; i++)
        text_pool_close(&pools[i]);
    arena_close(&arena);
}

static void test_an_unwritable_folder_is_told(void **state)
{
    (void)state;
    struct arena arena;
    struct usage_spool *spool;
    struct error error = {0};
    arena_init(&arena);
    setenv("TMPDIR", "/nowhere/at/all", 1);
    assert_false(usage_spool_open(1, days, &arena, &spool, &error));
    unsetenv("TMPDIR");
    assert_int_equal(error.kind, ERROR_NO_OUTPUT);
    assert_non_null(strstr(error.message, "TMPDIR"));
    arena_close(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_days_come_back_as_they_were_put),
        cmocka_unit_test(test_a_day_never_put_is_empty),
        cmocka_unit_test(test_texts_beyond_the_memory_come_back),
        cmocka_unit_test(test_many_pools_may_put),
        cmocka_unit_test(test_an_unwritable_folder_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
