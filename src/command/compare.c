#include "command/command.h"

#include "aggregate/usage_row.h"
#include "attribute/cost_row.h"
#include "base/arena.h"
#include "base/calendar.h"
#include "command/result_place.h"
#include "command/whole_file.h"
#include "result/compare.h"
#include "result/compare_print.h"
#include "rollup/rollup_table.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Rows of both sides in memory at a time, unless one day has more. */
enum { WINDOW_ROWS = 200000 };

struct comparison {
    struct result_place place;
    struct result *results[2];
    struct row_tolerance tolerance;
    const char *only_table;     /* NULL: every table */
    const struct table **known; /* the daily tables, then the rollups */
    size_t known_count;
    struct arena *arena;
    json_t *tables;
    int64_t differences;
    bool anything; /* some table is on both sides */
};

/* All rows of a side for the days of a window, in one array. */
struct window_side {
    unsigned char *rows;
    size_t room;
    struct row_batch batch;
};

static bool read_window(struct comparison *comparison, const struct table *table, int side,
                        struct period days, struct text_pool *texts, struct window_side *window,
                        struct error *error)
{
    struct result_scope scope = {.source = comparison->place.scope.source, .days = days};
    struct result *result = comparison->results[side];
    struct row_batch batch;
    window->batch = (struct row_batch){table, NULL, 0, texts};
    TRY(result_begin(result, table, &scope, NULL, texts, error));
    for (;;) {
        TRY(result_next(result, &batch, error));
        if (batch.count == 0)
            break;
        size_t count = window->batch.count + batch.count;
        if (count > window->room) {
            window->room = count * 2;
            window->rows = memory_grow(window->rows, window->room * table->row_size);
        }
        memcpy(window->rows + window->batch.count * table->row_size, batch.rows,
               batch.count * table->row_size);
        window->batch.count = count;
    }
    window->batch.rows = window->rows;
    return true;
}

/* The end of the window that starts at days[*at]: days until both sides have enough rows. */
static struct period next_window(const struct result_day *days, size_t count, size_t *at)
{
    struct period window = {days[*at].day, days[*at].day};
    int64_t rows = days[(*at)++].rows;
    while (*at < count && rows + days[*at].rows <= WINDOW_ROWS) {
        rows += days[*at].rows;
        window.last = days[(*at)++].day;
    }
    return window;
}

/* Days of either side with the rows of both. */
static bool all_days(struct comparison *comparison, const struct table *table,
                     struct result_day **days, size_t *count, struct error *error)
{
    struct result_day *side[2];
    size_t counts[2];
    for (int i = 0; i < 2; i++)
        TRY(result_days(comparison->results[i], table, &comparison->place.scope, comparison->arena,
                        &side[i], &counts[i], error));
    *days = arena_alloc_array(comparison->arena, counts[0] + counts[1], sizeof **days);
    *count = 0;
    for (size_t a = 0, b = 0; a < counts[0] || b < counts[1];) {
        bool take_a = a < counts[0] && (b == counts[1] || side[0][a].day <= side[1][b].day);
        bool take_b = b < counts[1] && (a == counts[0] || side[1][b].day <= side[0][a].day);
        struct result_day *day = &(*days)[(*count)++];
        day->day = take_a ? side[0][a].day : side[1][b].day;
        day->rows = (take_a ? side[0][a++].rows : 0) + (take_b ? side[1][b++].rows : 0);
    }
    return true;
}

static bool compare_windows(struct comparison *comparison, const struct table *table,
                            struct compare *compare, struct error *error)
{
    struct result_day *days;
    size_t count;
    TRY(all_days(comparison, table, &days, &count, error));
    struct window_side sides[2] = {0};
    struct text_pool texts;
    text_pool_init(&texts);
    bool done = true;
    for (size_t at = 0; done && at < count;) {
        struct period window = next_window(days, count, &at);
        text_pool_reset(&texts);
        for (int side = 0; done && side < 2; side++)
            done = read_window(comparison, table, side, window, &texts, &sides[side], error);
        if (done)
            compare_add(compare, &sides[0].batch, &sides[1].batch);
    }
    text_pool_close(&texts);
    free(sides[0].rows);
    free(sides[1].rows);
    return done;
}

static json_t *column_names(const struct table *table, uint64_t columns)
{
    json_t *names = json_array();
    for (uint64_t left = columns; left; left &= left - 1)
        json_array_append_new(names, json_string(table->columns[__builtin_ctzll(left)].name));
    return names;
}

/* The two daily tables come first: what a result is about. */
static bool is_daily(const struct table *table)
{
    return table == &usage_table || table == &cost_table;
}

static void list_tables(struct comparison *comparison)
{
    static const enum rollup_input inputs[] = {ROLLUP_USAGE, ROLLUP_COSTS};
    const struct rollup_table *rollups[2];
    size_t counts[2];
    for (int i = 0; i < 2; i++)
        rollups[i] = rollup_tables(inputs[i], &counts[i]);
    comparison->known =
        arena_alloc_array(comparison->arena, 2 + counts[0] + counts[1], sizeof *comparison->known);
    comparison->known[comparison->known_count++] = &usage_table;
    comparison->known[comparison->known_count++] = &cost_table;
    for (int i = 0; i < 2; i++)
        for (size_t j = 0; j < counts[i]; j++)
            comparison->known[comparison->known_count++] = &rollups[i][j].table;
}

static void add_missing(struct comparison *comparison, const struct table *table, bool in_a,
                        bool in_b)
{
    json_t *document = json_object();
    json_object_set_new(document, "table", json_string(table->name));
    json_object_set_new(document, "missing", json_string(in_a ? "b" : in_b ? "a" : "both"));
    json_array_append_new(comparison->tables, document);
    /* a daily table that only one side has is a difference; rollups may be off on one side */
    comparison->differences += (in_a || in_b) && is_daily(table);
}

static bool compare_table(struct comparison *comparison, const struct table *table,
                          struct error *error)
{
    struct result_table found[2];
    for (int side = 0; side < 2; side++)
        TRY(result_describe(comparison->results[side], table, &found[side], error));
    if (!found[0].found || !found[1].found) {
        if (found[0].found || found[1].found || comparison->only_table)
            add_missing(comparison, table, found[0].found, found[1].found);
        return true;
    }
    comparison->anything = true;
    struct compare_profile profile;
    uint64_t only_a, only_b;
    compare_profile_build(table, &found[0], &found[1], comparison->arena, &profile, &only_a,
                          &only_b);
    struct compare *compare = compare_open(&profile, comparison->tolerance);
    bool done = compare_windows(comparison, table, compare, error);
    if (done) {
        json_t *document = compare_document(compare);
        json_object_set_new(document, "only_a_columns", column_names(table, only_a));
        json_object_set_new(document, "only_b_columns", column_names(table, only_b));
        json_array_append_new(comparison->tables, document);
        comparison->differences += compare_differences(compare);
    }
    compare_close(compare);
    return done;
}

/* ---- options ---- */

static bool parse_tolerance(const char *text, struct row_tolerance *tolerance, struct error *error)
{
    static const double strict = 1e-9, loose = 1e-4;
    char *end;
    if (!text || strcmp(text, "strict") == 0) {
        tolerance->relative = strict;
        return true;
    }
    if (strcmp(text, "loose") == 0) {
        tolerance->relative = loose;
        return true;
    }
    tolerance->relative = strtod(text, &end);
    if (*text == '\0' || *end != '\0' || !(tolerance->relative >= 0 && tolerance->relative < 1))
        return error_set(error, ERROR_USAGE,
                         "--tolerance wants a number from 0 to 1, or loose (0.0001), not '%s'",
                         text);
    return true;
}

static bool parse_limit(const char *text, int64_t *limit, struct error *error)
{
    char *end;
    *limit = text ? strtoll(text, &end, 10) : 0;
    if (text && (*text == '\0' || *end != '\0' || *limit < 0))
        return error_set(error, ERROR_USAGE, "--max-differences wants a number, not '%s'", text);
    return true;
}

/* The table of that name, else the only one with that part of a name. */
static bool find_table(const struct comparison *comparison, const char *name,
                       const struct table **found, struct error *error)
{
    size_t matching = 0;
    *found = NULL;
    for (size_t i = 0; i < comparison->known_count; i++) {
        const struct table *table = comparison->known[i];
        if (strcmp(table->name, name) == 0) {
            *found = table;
            return true;
        }
        if (strstr(table->name, name)) {
            *found = table;
            matching++;
        }
    }
    if (matching == 1)
        return true;
    return error_set(error, ERROR_USAGE, "--table %s fits %s; the daily tables are %s and %s", name,
                     matching == 0 ? "no table" : "more than one table", usage_table.name,
                     cost_table.name);
}

static bool compare_tables(struct comparison *comparison, struct error *error)
{
    const struct table *only = NULL;
    list_tables(comparison);
    if (comparison->only_table)
        TRY(find_table(comparison, comparison->only_table, &only, error));
    for (size_t i = 0; i < comparison->known_count; i++)
        if (!only || only == comparison->known[i])
            TRY(compare_table(comparison, comparison->known[i], error));
    if (!comparison->anything)
        return error_set(error, ERROR_NO_INPUT, "%s and %s have no table in common",
                         result_location(comparison->results[0]),
                         result_location(comparison->results[1]));
    return true;
}

static json_t *day_json(int32_t day, int32_t open)
{
    char text[CALENDAR_TEXT_SIZE];
    return day == open ? json_null() : json_string(calendar_format(day, text));
}

static json_t *whole_document(const struct comparison *comparison)
{
    json_t *document = json_object();
    struct period days = comparison->place.scope.days;
    json_object_set_new(document, "a", json_string(result_location(comparison->results[0])));
    json_object_set_new(document, "b", json_string(result_location(comparison->results[1])));
    json_object_set_new(document, "tolerance", json_real(comparison->tolerance.relative));
    json_object_set_new(document, "first", day_json(days.first, INT32_MIN));
    json_object_set_new(document, "last", day_json(days.last, INT32_MAX));
    json_object_set_new(document, "differences", json_integer(comparison->differences));
    json_object_set(document, "tables", comparison->tables);
    return document;
}

static bool write_page(const char *path, const json_t *document, struct error *error)
{
    char *bytes;
    size_t length;
    FILE *stream = open_memstream(&bytes, &length);
    compare_print_page(stream, document);
    fclose(stream);
    bool written = whole_file_write(path, "page", bytes, length, error);
    free(bytes);
    return written;
}

static bool write_metrics(const char *path, const json_t *document, int64_t limit,
                          struct error *error)
{
    char *bytes;
    size_t length;
    FILE *stream = open_memstream(&bytes, &length);
    compare_print_metrics(stream, document, limit, (int64_t)time(NULL));
    fclose(stream);
    bool written = whole_file_write(path, "metrics file", bytes, length, error);
    free(bytes);
    return written;
}

static bool print(const struct command_line *line, const json_t *document, int64_t limit,
                  struct error *error)
{
    const char *page = command_line_text(line, OPTION_HTML);
    const char *metrics = command_line_text(line, OPTION_METRICS_FILE);
    if (page)
        TRY(write_page(page, document, error));
    if (metrics)
        TRY(write_metrics(metrics, document, limit, error));
    if (command_line_flag(line, OPTION_JSON)) {
        json_dumpf(document, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
        fputc('\n', stdout);
    } else {
        compare_print_text(stdout, document, command_line_flag(line, OPTION_CAUSES));
    }
    if (fflush(stdout) != 0)
        return error_set(error, ERROR_NO_OUTPUT, "standard output cannot be written");
    return true;
}

static bool run(const struct command_line *line, struct comparison *comparison, struct error *error)
{
    int64_t limit;
    TRY(parse_tolerance(command_line_text(line, OPTION_TOLERANCE), &comparison->tolerance, error));
    TRY(parse_limit(command_line_text(line, OPTION_MAX_DIFFERENCES), &limit, error));
    TRY(result_place_load(line, comparison->arena, &comparison->place, error));
    comparison->only_table = command_line_text(line, OPTION_TABLE);
    for (int side = 0; side < 2; side++)
        TRY(result_place_open(&comparison->place, line->arguments[side], comparison->arena,
                              &comparison->results[side], error));
    TRY(compare_tables(comparison, error));
    json_t *document = whole_document(comparison);
    bool printed = print(line, document, limit, error);
    json_decref(document);
    TRY(printed);
    if (comparison->differences > limit)
        return error_set(error, ERROR_DIFFERENT, "%" PRId64 " differences between A and B",
                         comparison->differences);
    return true;
}

bool command_compare(const struct command_line *line, struct error *error)
{
    struct arena arena;
    arena_init(&arena);
    struct comparison comparison = {.arena = &arena, .tables = json_array()};
    bool done = run(line, &comparison, error);
    json_decref(comparison.tables);
    arena_close(&arena);
    return done;
}
