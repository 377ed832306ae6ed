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
    struct usage_day day;
    struct error error = {0};
    arena_init(&arena);
    text_pool_init(&in);
    text_pool_init(&out);
    text_pool_intern_string(&out, "shifts the ids");
    assert_true(usage_spool_open(2, days, &arena, &spool, &error));
    const struct usage_row rows[] = {row_of(&in, "web", 1.5), row_of(&in, NULL, MEASURE_NULL)};
    const struct usage_fact facts[] = {
        {.fact = text_pool_intern_string(&in, "node"), .value = text_pool_intern_string(&in, "")}};
    const struct usage_day put = {
        20363, {&usage_table, rows, 2, &in}, {&usage_fact_table, facts, 1, &in}};
    assert_true(usage_spool_put(spool, 1, &put, &error));
    assert_true(usage_spool_get(spool, 1, 20363, &out, &arena, &day, &error));
    const struct usage_row *got = day.rows.rows;
    assert_int_equal(day.rows.count, 2);
    assert_text(&out, got[0].namespace, "web");
    assert_text(&out, got[0].pod_labels, "{\"app\":\"x\"}");
    assert_int_equal(got[1].namespace, TEXT_NULL);
    assert_true(got[0].pod_effective_usage_cpu_core_hours == 1.5);
    assert_true(measure_is_null(got[1].pod_effective_usage_cpu_core_hours));
    assert_true(measure_is_null(got[0].pod_usage_cpu_core_hours)); /* not stored */
    assert_int_equal(got[0].report_period_id, 7);
    assert_int_equal(got[0].cost_category_id, INTEGER_NULL);
    assert_int_equal(got[0].usage_start, 20363);
    const struct usage_fact *fact = day.facts.rows;
    assert_int_equal(day.facts.count, 1);
    assert_text(&out, fact->fact, "node");
    assert_int_equal(fact->value, TEXT_EMPTY);
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
    struct usage_day day;
    struct error error = {0};
    arena_init(&arena);
    text_pool_init(&texts);
    assert_true(usage_spool_open(1, days, &arena, &spool, &error));
    assert_true(usage_spool_get(spool, 0, 20364, &texts, &arena, &day, &error));
    assert_int_equal(day.rows.count, 0);
    assert_int_equal(day.facts.count, 0);
    text_pool_close(&texts);
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
        cmocka_unit_test(test_an_unwritable_folder_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
