#include "source/day_span.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;

/* Slices of days "first-last" in the order given; hourly pods first, then daily ones after ';'. */
static struct inventory inventory_of(const char *slices)
{
    struct inventory inventory = {0};
    int grain = GRAIN_HOURLY;
    int row_group = 0;
    for (const char *at = slices; *at != '\0';) {
        if (*at == ';' || *at == ' ') {
            grain = *at == ';' ? GRAIN_DAILY : grain;
            at++;
            continue;
        }
        int first, last, length;
        assert_int_equal(sscanf(at, " %d-%d%n", &first, &last, &length), 2);
        at += length;
        struct input_part *part = &inventory.parts[REPORT_POD_USAGE][grain];
        struct input_slice *grown =
            arena_alloc_array(&arena, part->count + 1, sizeof *part->slices);
        if (part->count > 0)
            memcpy(grown, part->slices, part->count * sizeof *grown);
        grown[part->count++] = (struct input_slice){.path = "f",
                                                    .row_group = row_group++,
                                                    .rows = 10,
                                                    .bytes = 100,
                                                    .first_day = first,
                                                    .last_day = last,
                                                    .days_known = true};
        part->slices = grown;
    }
    return inventory;
}

/* "first-last: row groups of the hourly part; of the daily part|…" */
static const char *shown(const struct day_span *spans, size_t count)
{
    const char *text = "";
    for (size_t i = 0; i < count; i++) {
        text = arena_printf(&arena, "%s%d-%d:", text, spans[i].days.first, spans[i].days.last);
        int64_t rows = 0;
        for (int grain = 0; grain < GRAIN_COUNT; grain++) {
            const struct input_part *part = &spans[i].parts[REPORT_POD_USAGE][grain];
            text = arena_printf(&arena, "%s%s", text, grain == 0 ? "" : ";");
            for (size_t s = 0; s < part->count; s++)
                text = arena_printf(&arena, "%s%s%d", text, s == 0 ? "" : ",",
                                    part->slices[s].row_group);
            assert_int_equal(part->rows, 10 * (int64_t)part->count);
            assert_int_equal(part->bytes, 100 * (int64_t)part->count);
            rows += part->rows;
        }
        assert_int_equal(spans[i].rows, rows);
        assert_int_equal(spans[i].bytes, rows * 10);
        text = arena_printf(&arena, "%s|", text);
    }
    return text;
}

static const struct period period = {1, 9};

static void test_spans_are_the_shortest_that_cost_few_rereads(void **state)
{
    (void)state;
    static const struct {
        const char *slices;
        const char *spans;
    } cases[] = {
        {"", ""},
        {"1-1", "1-1:0;|"},
        {"1-1 2-2 3-3", "1-1:0;|2-2:1;|3-3:2;|"},
        {"1-1 2-3 3-4 6-6", "1-1:0;|2-2:1;|3-3:1,2;|4-4:2;|6-6:3;|"},
        {"3-3 1-1 3-3", "1-1:1;|3-3:0,2;|"},
        {"1-2 4-5 ; 2-4", "1-1:0;|2-2:0;2|3-3:;2|4-4:1;2|5-5:1;|"},
        {"1-4 2-5", "1-5:0,1;|"},
        {"1-1 2-2 ; 1-1 2-2", "1-1:0;2|2-2:1;3|"},
        {"1-1 9-9 1-9", "1-9:0,1,2;|"},
        {"; 5-5", "5-5:;0|"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct inventory inventory = inventory_of(cases[i].slices);
        struct day_span *spans;
        size_t count;
        day_span_build(&inventory, period, &arena, &spans, &count);
        assert_string_equal(shown(spans, count), cases[i].spans);
    }
}

static int close_arena(void **state)
{
    (void)state;
    arena_close(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spans_are_the_shortest_that_cost_few_rereads),
    };
    return cmocka_run_group_tests_name("day_span", tests, NULL, close_arena);
}
