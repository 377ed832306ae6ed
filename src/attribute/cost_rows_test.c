/* A day of more rows than one batch holds. */
#include "attribute/attribution_fixture.h"

enum { PODS = 4500, LINES = 60, ROWS = PODS * LINES };

static struct usage_line *make_pods(struct fixture *fixture, struct arena *arena)
{
    struct usage_line *rows = arena_alloc_array(arena, PODS, sizeof *rows);
    for (int i = 0; i < PODS; i++) {
        const struct fixture_usage pod = {
            .namespace = arena_printf(arena, "pod-%04d", (i * 7) % PODS),
            .node = "n1",
            .resource = "i-7",
            .pod_labels = "{}",
            .cpu = 1,
            .cpu_capacity = PODS,
        };
        rows[i] = fixture_usage_line(fixture, &pod);
    }
    return rows;
}

static struct bill_line_batch make_lines(struct fixture *fixture, struct arena *arena)
{
    struct fixture_line *lines = arena_alloc_array(arena, LINES, sizeof *lines);
    struct fixture_columns *columns = arena_alloc(arena, sizeof *columns);
    for (int i = 0; i < LINES; i++)
        lines[i] = (struct fixture_line){.resource = "i-7",
                                         .type = "Usage",
                                         .tags = "{}",
                                         .account = "1",
                                         .family = arena_printf(arena, "family %02d", i),
                                         .unblended = 9};
    return fixture_batch(fixture, lines, LINES, columns);
}

static struct attribution_day *attribute(struct fixture *fixture, struct arena *arena)
{
    const struct attribution_request request = {.settings = &fixture->settings,
                                                .rules = &fixture->rules,
                                                .bill = &fixture->bill,
                                                .period = {FIXTURE_DAY, FIXTURE_DAY}};
    struct attribution *attribution = attribution_open(&request, arena);
    struct usage_line *pods = make_pods(fixture, arena);
    struct bill_line_batch lines = make_lines(fixture, arena);
    const struct usage_fact fact = {.usage_start = FIXTURE_DAY,
                                    .fact = fixture_text(fixture, USAGE_FACT_RESOURCE_ID),
                                    .value = fixture_text(fixture, "i-7")};
    attribution_add_usage_day(attribution, 0, FIXTURE_DAY, pods, PODS, &fact, 1, &fixture->texts);
    attribution_end_usage(attribution);
    attribution_end_facts(attribution);
    struct attribution_lore *lore = attribution_lore_build(attribution, &fixture->texts, arena);
    struct attribution_day *day = attribution_day_build(attribution, lore, arena);
    attribution_day_open(day, FIXTURE_DAY);
    attribution_day_add_usage(day, 0, pods, PODS);
    attribution_day_add_bill(day, &lines);
    attribution_day_finish(day, &fixture->sums);
    return day;
}

static void expect_row(struct fixture *fixture, const struct cost_row *row, int number)
{
    char namespace[16], family[16];
    snprintf(namespace, sizeof namespace, "pod-%04d", number / LINES);
    snprintf(family, sizeof family, "family %02d", number % LINES);
    assert_int_equal(row->namespace, fixture_text(fixture, namespace));
    assert_int_equal(row->product_family, fixture_text(fixture, family));
    assert_true(row->unblended_cost == 9.0 / PODS);
}

static void test_a_long_day_comes_in_batches(void **state)
{
    (void)state;
    struct fixture fixture = {.clusters = 1};
    struct arena arena;
    struct row_batch batch;
    int count = 0;
    arena_init(&arena);
    fixture_run(&fixture);
    struct attribution_day *day = attribute(&fixture, &arena);
    while (attribution_day_take_rows(day, &batch, &fixture.notices)) {
        const struct cost_row *rows = batch.rows;
        int left = ROWS - count;
        assert_int_equal(batch.count, left < MOST_BATCH_ROWS ? left : MOST_BATCH_ROWS);
        assert_int_equal(fixture.notices.counts[NOTICE_null_product_code], 0);
        for (size_t i = 0; i < batch.count; i++)
            expect_row(&fixture, &rows[i], count++);
    }
    assert_int_equal(count, ROWS);
    assert_int_equal(fixture.notices.counts[NOTICE_null_product_code], ROWS);
    assert_false(attribution_day_take_rows(day, &batch, &fixture.notices));
    assert_int_equal(fixture.notices.counts[NOTICE_null_product_code], ROWS);
    arena_close(&arena);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_long_day_comes_in_batches),
    };
    return cmocka_run_group_tests_name("cost_rows", tests, NULL, NULL);
}
