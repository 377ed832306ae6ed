/* What days pass on must not show in their rows. */
#include "attribute/attribution_fixture.h"

#include "base/uuid.h"

static const char *app_key[] = {"app"};

#define POD(of_day, name, labels)                                             \
    {                                                                         \
        .day = of_day, .namespace = name, .node = "n1", .resource = "i-1",    \
        .pod_labels = "{\"app\":\"" labels "\"}", .cpu = 1, .cpu_capacity = 4 \
    }
#define LINE(of_day, line_tags)                                                                    \
    {                                                                                              \
        .hour = of_day * 24, .resource = "i-1", .type = "Usage", .tags = line_tags, .unblended = 8 \
    }

/* Days 0 and 1 know m, day 1 also what stands before and behind it, day 2 a part of both. */
static const struct fixture_usage usage[] = {
    POD(0, "m", "n"), POD(0, "m", "m"), POD(1, "z", "a"), POD(1, "m", "z"), POD(1, "m", "a"),
    POD(1, "a", "m"), POD(2, "z", "a"), POD(2, "a", "a"), POD(2, "m", "n"),
};
static const struct fixture_line lines[] = {
    LINE(0, "{}"), LINE(1, "{}"), LINE(1, "{\"app\":\"b\"}"), LINE(2, "{\"app\":\"b\"}"),
    LINE(2, "{}"), LINE(2, NULL),
};

static struct fixture input(void)
{
    return (struct fixture){FIXTURE_INPUT(usage, lines), .settings.enabled_aws_keys = {app_key, 1}};
}

static void test_rows_do_not_depend_on_the_days_before(void **state)
{
    (void)state;
    struct fixture all = input();
    size_t row = 0;
    fixture_run(&all);
    assert_int_equal(all.row_count, 2 + 7 + 9);
    for (int day = 0; day < FIXTURE_DAYS; day++) {
        struct fixture_usage usage_of_day[COUNT(usage)];
        struct fixture alone = input();
        alone.usage = usage_of_day;
        alone.usage_count = 0;
        for (size_t i = 0; i < COUNT(usage); i++)
            if (usage[i].day == day)
                usage_of_day[alone.usage_count++] = usage[i];
        fixture_run(&alone);
        for (size_t i = 0; i < alone.row_count; i++, row++) {
            assert_string_equal(alone.rows[i], all.rows[row]);
            assert_memory_equal(alone.row_list[i].uuid, all.row_list[row].uuid, UUID_SIZE);
        }
        fixture_close(&alone);
    }
    assert_int_equal(row, all.row_count);
    fixture_close(&all);
}

static void test_lore_is_forgotten_with_the_texts(void **state)
{
    (void)state;
    struct fixture fixture = input();
    struct arena arena;
    arena_init(&arena);
    fixture_run(&fixture);
    struct attribution_lore *lore =
        attribution_lore_build(fixture.attribution, &fixture.texts, &arena);
    struct attribution_day *day = attribution_day_build(fixture.attribution, lore, &arena);
    for (int number = FIXTURE_DAYS - 1; number >= 0; number--) {
        struct fixture_columns columns;
        text_pool_reset(&fixture.texts);
        fixture.row_count = 0;
        struct bill_line_batch batch = fixture_batch(&fixture, lines, COUNT(lines), &columns);
        fixture_attribute(&fixture, day, number, &batch, &batch);
        assert_true(attribution_lore_size(lore) > 0);
    }
    assert_int_equal(fixture.row_count, 2);
    assert_string_equal(fixture.rows[0], "c-east Pod m n1 -/-/- {\"app\":\"m\"} 0 2");
    assert_string_equal(fixture.rows[1], "c-east Pod m n1 -/-/- {\"app\":\"n\"} 0 2");
    arena_close(&arena);
    fixture_close(&fixture);
}

/* More ids than the first pass remembers to have seen. */
static void test_ids_beyond_those_remembered_match_too(void **state)
{
    (void)state;
    enum { MANY = 100010 };
    static const struct fixture_line line[] = {
        {.resource = "i-7", .type = "Usage", .tags = "{}", .unblended = 8}};
    struct fixture fixture = {.clusters = 1};
    struct fixture_columns columns;
    struct arena arena;
    struct row_batch out;
    fixture_run(&fixture);
    arena_init(&arena);
    const struct attribution_request request = {.settings = &fixture.settings,
                                                .rules = &fixture.rules,
                                                .bill = &fixture.bill,
                                                .period = {FIXTURE_DAY, FIXTURE_DAY}};
    struct attribution *attribution = attribution_open(&request, &arena);
    struct usage_line *rows = arena_alloc_array(&arena, MANY, sizeof *rows);
    for (int i = 0; i < MANY; i++) {
        const struct fixture_usage pod = {
            .namespace = "shop",
            .resource = arena_printf(&arena, "i-%d", i < MANY - 1 ? i : 7),
            .pod_labels = "{}",
            .cpu = 1,
            .cpu_capacity = 2,
        };
        rows[i] = fixture_usage_line(&fixture, &pod);
    }
    const struct usage_fact fact = {.usage_start = FIXTURE_DAY,
                                    .fact = fixture_text(&fixture, USAGE_FACT_RESOURCE_ID),
                                    .value = fixture_text(&fixture, "i-7")};
    attribution_add_usage_day(attribution, 0, FIXTURE_DAY, rows, MANY, &fact, 1, &fixture.texts);
    attribution_end_usage(attribution);
    attribution_end_facts(attribution);
    struct attribution_lore *lore = attribution_lore_build(attribution, &fixture.texts, &arena);
    struct attribution_day *day = attribution_day_build(attribution, lore, &arena);
    struct bill_line_batch batch = fixture_batch(&fixture, line, 1, &columns);
    attribution_day_open(day, FIXTURE_DAY);
    attribution_day_add_usage(day, 0, rows, MANY);
    attribution_day_add_bill(day, &batch);
    attribution_day_finish(day, &fixture.sums);
    assert_true(attribution_day_take_rows(day, &out, &fixture.notices));
    assert_int_equal(out.count, 1);
    assert_true(((const struct cost_row *)out.rows)->unblended_cost == 8); /* 1/2 and 1/2 */
    assert_false(attribution_day_take_rows(day, &out, &fixture.notices));
    arena_close(&arena);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_do_not_depend_on_the_days_before),
        cmocka_unit_test(test_lore_is_forgotten_with_the_texts),
        cmocka_unit_test(test_ids_beyond_those_remembered_match_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
