#include "run/usage_state.h"

#include "base/arena.h"
#include "base/interrupt.h"
#include "result/result.h"

#include <stdlib.h>
#include <string.h>

static const struct column columns[] = {
#define STATE_COLUMN(name, kind)       \
    {#name,                            \
     COLUMN_##kind,                    \
     0,                                \
     0,                                \
     false,                            \
     false,                            \
     offsetof(struct usage_row, name), \
     "as in the daily summary"},
#include "run/usage_state.def"
#undef STATE_COLUMN
};

const struct table usage_state_table = {
    .name = "costagg_usage_state",
    .columns = columns,
    .column_count = sizeof columns / sizeof columns[0],
    .row_size = sizeof(struct usage_row),
    .owner = "source_uuid",
    .meaning = "What the cost stage of another process needs of a cluster's daily summary",
};

/* Rows of all days as they come, to be cut into days. */
struct loaded {
    char *rows;
    size_t count;
    size_t room;
    size_t row_size;
};

static void add_rows(struct loaded *loaded, const struct row_batch *batch)
{
    if (loaded->count + batch->count > loaded->room) {
        loaded->room = (loaded->count + batch->count) * 2;
        loaded->rows = memory_grow(loaded->rows, loaded->room * loaded->row_size);
    }
    memcpy(loaded->rows + loaded->count * loaded->row_size, batch->rows,
           batch->count * loaded->row_size);
    loaded->count += batch->count;
}

static bool load_table(struct result *result, const struct table *table,
                       const struct result_scope *scope, struct text_pool *texts,
                       struct loaded *loaded, struct error *error)
{
    loaded->count = 0;
    if (result == NULL)
        return true;
    TRY(result_begin(result, table, scope, NULL, texts, error));
    for (;;) {
        struct row_batch batch;
        TRY(interrupt_check(error));
        TRY(result_next(result, &batch, error));
        if (batch.count == 0)
            return true;
        add_rows(loaded, &batch);
    }
}

struct state_reader {
    struct result *rows_result, *facts_result; /* NULL: nothing is there */
    const struct cluster *cluster;
    size_t cluster_number;
    struct usage_spool *spool;
    struct text_pool texts;
    struct loaded rows, facts;
};

/* One day at a time, so that memory does not grow with the period. */
static bool load_day(struct state_reader *reader, int32_t day, struct error *error)
{
    const struct result_scope scope = {.source = reader->cluster->source, .days = {day, day}};
    text_pool_reset(&reader->texts);
    TRY(load_table(reader->rows_result, &usage_state_table, &scope, &reader->texts, &reader->rows,
                   error));
    TRY(load_table(reader->facts_result, &usage_fact_table, &scope, &reader->texts, &reader->facts,
                   error));
    const struct usage_day usage = {
        .day = day,
        .rows = {&usage_table, reader->rows.rows, reader->rows.count, &reader->texts},
        .facts = {&usage_fact_table, reader->facts.rows, reader->facts.count, &reader->texts}};
    return usage_spool_put(reader->spool, reader->cluster_number, &usage, error);
}

static bool load_days(struct state_reader *reader, const char *location, struct period days,
                      struct arena *arena, int64_t *rows, struct error *error)
{
    const struct result_scope scope = {.source = reader->cluster->source, .days = days};
    struct result_day *found = NULL, *found_facts = NULL;
    size_t count = 0, fact_count = 0;
    if (reader->rows_result != NULL)
        TRY(result_days(reader->rows_result, &usage_state_table, &scope, arena, &found, &count,
                        error));
    if (reader->facts_result != NULL)
        TRY(result_days(reader->facts_result, &usage_fact_table, &scope, arena, &found_facts,
                        &fact_count, error));
    if (count == 0 && fact_count == 0)
        return error_set(error, ERROR_NO_INPUT,
                         "%s: no usage state of source %s in the period: run --stage usage first",
                         location, reader->cluster->source);
    size_t r = 0, f = 0;
    for (int32_t day = days.first; day <= days.last; day++) {
        while (r < count && found[r].day < day)
            r++;
        while (f < fact_count && found_facts[f].day < day)
            f++;
        bool has_rows = r < count && found[r].day == day;
        if (!has_rows && !(f < fact_count && found_facts[f].day == day))
            continue;
        *rows += has_rows ? found[r].rows : 0;
        TRY(load_day(reader, day, error));
    }
    return true;
}

/* Opens the folder of one table and cluster: what other clusters have left is not even listed, so
 * loading N clusters costs N times as much as one. */
static bool open_folder(const char *location, const struct table *table,
                        const struct cluster *cluster, const struct result_options *options,
                        struct arena *arena, struct result **result, struct error *error)
{
    size_t length = strlen(location);
    while (length > 1 && location[length - 1] == '/')
        length--;
    const char *folder = arena_printf(arena, "parquet:%.*s/%s/source=%s", (int)length, location,
                                      table->name, cluster->source);
    if (result_open(folder, options, arena, result, error))
        return true;
    *result = NULL;
    if (error->kind != ERROR_NO_INPUT)
        return false;
    error->kind = ERROR_NONE;
    return true;
}

bool usage_state_load(const char *location, const struct arrow_s3_options *s3,
                      const struct cluster *cluster, size_t cluster_number, struct period days,
                      struct usage_spool *spool, int64_t *rows, struct error *error)
{
    struct arena arena;
    const struct result_options options = {.s3 = s3};
    struct state_reader reader = {
        .cluster = cluster,
        .cluster_number = cluster_number,
        .spool = spool,
        .rows = {.row_size = sizeof(struct usage_row)},
        .facts = {.row_size = sizeof(struct usage_fact)},
    };
    arena_init(&arena);
    text_pool_init(&reader.texts);
    bool done = open_folder(location, &usage_state_table, cluster, &options, &arena,
                            &reader.rows_result, error) &&
                open_folder(location, &usage_fact_table, cluster, &options, &arena,
                            &reader.facts_result, error) &&
                load_days(&reader, location, days, &arena, rows, error);
    free(reader.rows.rows);
    free(reader.facts.rows);
    text_pool_close(&reader.texts);
    arena_close(&arena);
    return done;
}
