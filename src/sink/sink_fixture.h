/* A small table with a column of every kind, and rows of it, for the tests of the sinks. */
#ifndef COSTAGG_SINK_SINK_FIXTURE_H
#define COSTAGG_SINK_SINK_FIXTURE_H

#include "base/arena.h"
#include "base/measure.h"
#include "base/row_field.h"
#include "base/text_pool.h"
#include "base/uuid.h"
#include "sink/sink.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define FIXTURE_SOURCE "11111111-2222-4333-8444-555555555555"
#define FIXTURE_OTHER  "99999999-2222-4333-8444-555555555555"

struct fixture_row {
    unsigned char uuid[UUID_SIZE];
    uint32_t source_uuid;
    int32_t usage_start;
    uint32_t name;
    uint32_t labels;
    uint32_t tags;
    double amount;
    int32_t number;
    uint32_t handle;
};

#define FIXTURE_COLUMN(name, kind, width, scale, required, state)                                \
    {                                                                                            \
#name, COLUMN_##kind, width, scale, required, state, offsetof(struct fixture_row, name), \
            ""                                                                                   \
    }

static const struct column fixture_columns[] = {
    FIXTURE_COLUMN(uuid, UUID, 0, 0, true, false),
    FIXTURE_COLUMN(source_uuid, UUIDTEXT, 0, 0, false, false),
    FIXTURE_COLUMN(usage_start, DAY, 0, 0, true, false),
    FIXTURE_COLUMN(name, TEXT, 8, 0, true, false),
    FIXTURE_COLUMN(labels, JSON, 0, 0, false, false),
    FIXTURE_COLUMN(tags, TEXT_ARRAY, 5, 0, false, false),
    FIXTURE_COLUMN(amount, NUMERIC, 12, 3, false, false),
    FIXTURE_COLUMN(number, INTEGER, 0, 0, false, false),
    FIXTURE_COLUMN(handle, TEXT, 0, 0, false, true),
};

static const struct table fixture_table = {
    .name = "fixture",
    .columns = fixture_columns,
    .column_count = sizeof fixture_columns / sizeof fixture_columns[0],
    .row_size = sizeof(struct fixture_row),
    .owner = "source_uuid",
    .meaning = "",
};

static const struct table *const fixture_tables[] = {&fixture_table};

/* What every test works with: an arena, texts, a folder that is removed at the end. */
struct fixture {
    struct arena arena;
    struct text_pool texts;
    struct error error;
    char folder[64];
    struct sink *sink;
};

static inline void fixture_open(struct fixture *fixture, const char *kind, const char *file)
{
    const char *temporary = getenv("TMPDIR");
    arena_init(&fixture->arena);
    text_pool_init(&fixture->texts);
    snprintf(fixture->folder, sizeof fixture->folder, "%.40s/costagg-sink-XXXXXX",
             temporary != NULL ? temporary : "/tmp");
    assert_non_null(mkdtemp(fixture->folder));
    struct sink_options options = {.keep_state_columns = true, .bulk_copy = true};
    const char *location = arena_printf(&fixture->arena, "%s:%s%s", kind, fixture->folder, file);
    assert_true(sink_open(location, &options, &fixture->arena, &fixture->sink, &fixture->error));
}

/* Closes the sink, keeps the folder. */
static inline void fixture_close_sink(struct fixture *fixture)
{
    arena_close(&fixture->arena);
    fixture->sink = NULL;
}

static inline void fixture_close(struct fixture *fixture)
{
    char command[128];
    arena_close(&fixture->arena);
    text_pool_close(&fixture->texts);
    snprintf(command, sizeof command, "rm -rf '%s'", fixture->folder);
    assert_int_equal(system(command), 0);
}

static inline int32_t fixture_day(int day_of_month)
{
    return calendar_day(2025, 10, day_of_month);
}

static inline struct sink_scope fixture_scope(int first, int last)
{
    return (struct sink_scope){.tables = fixture_tables,
                               .table_count = 1,
                               .source = FIXTURE_SOURCE,
                               .days = {fixture_day(first), fixture_day(last)}};
}

static inline uint32_t fixture_text(struct fixture *fixture, const char *text)
{
    return text_pool_intern_string(&fixture->texts, text);
}

/* A row that differs from others of the same day by `number`. */
static inline struct fixture_row fixture_row(struct fixture *fixture, int day, int number)
{
    char name[16], labels[40];
    snprintf(name, sizeof name, "n%d", number % 7);
    snprintf(labels, sizeof labels, "{\"app\":\"a%d\"}", number);
    return (struct fixture_row){
        .uuid = {(unsigned char)day, (unsigned char)number, 0xab},
        .source_uuid = fixture_text(fixture, FIXTURE_SOURCE),
        .usage_start = fixture_day(day),
        .name = fixture_text(fixture, name),
        .labels = fixture_text(fixture, number % 3 == 0 ? NULL : labels),
        .tags = fixture_text(fixture, number % 2 == 0 ? NULL : "[\"x\",null]"),
        .amount = number % 5 == 0 ? MEASURE_NULL : number / 8.0 + day,
        .number = number % 4 == 0 ? INTEGER_NULL : number,
        .handle = fixture_text(fixture, number % 2 == 0 ? NULL : "vol-1"),
    };
}

static inline bool fixture_write(struct fixture *fixture, const struct fixture_row *rows,
                                 size_t count)
{
    struct row_batch batch = {&fixture_table, rows, count, &fixture->texts};
    return sink_write(fixture->sink, &batch, &fixture->error);
}

/* Writes days `first` … `last`, `count` rows each, as one scope that is committed. */
static inline void fixture_write_days(struct fixture *fixture, int first, int last, int count)
{
    struct sink_scope scope = fixture_scope(first, last);
    assert_true(sink_begin(fixture->sink, &scope, &fixture->error));
    for (int day = first; day <= last; day++) {
        text_pool_reset(&fixture->texts); /* ids mean something else every day */
        for (int i = 0; i < day; i++)
            fixture_text(fixture, arena_printf(&fixture->arena, "filler %d", i));
        struct fixture_row rows[64];
        assert_in_range(count, 0, 64);
        for (int i = 0; i < count; i++)
            rows[i] = fixture_row(fixture, day, i);
        assert_true(fixture_write(fixture, rows, (size_t)count));
    }
    assert_true(sink_commit(fixture->sink, &fixture->error));
}

/* Begins the scope of one day and writes one row, which is expected to be refused with `kind` and
 * a message that holds `part`. */
static inline void fixture_expect_refusal(struct fixture *fixture, const struct fixture_row *row,
                                          enum error_kind kind, const char *part)
{
    struct sink_scope scope = fixture_scope(5, 5);
    assert_true(sink_begin(fixture->sink, &scope, &fixture->error));
    assert_false(fixture_write(fixture, row, 1));
    assert_int_equal(fixture->error.kind, kind);
    if (strstr(fixture->error.message, part) == NULL)
        fail_msg("'%s' is not in: %s", part, fixture->error.message);
    sink_abort(fixture->sink);
}

/* The bytes of a file in the fixture's folder, NUL-terminated; NULL when it is not there. */
static inline char *fixture_read(struct fixture *fixture, const char *file, size_t *length)
{
    char path[300];
    snprintf(path, sizeof path, "%s%s", fixture->folder, file);
    FILE *stream = fopen(path, "rb");
    if (stream == NULL)
        return NULL;
    size_t room = 1 << 20;
    char *bytes = arena_alloc(&fixture->arena, room);
    *length = fread(bytes, 1, room - 1, stream);
    fclose(stream);
    return bytes;
}

#endif
