/* A result's costs in an exchange format: FOCUS, the FinOps Open Cost and Usage Specification. */
#include "command/command.h"

#include "attribute/cost_row.h"
#include "base/arena.h"
#include "base/log.h"
#include "command/result_place.h"
#include "result/focus.h"
#include "result/focus_file.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Cost rows in memory at a time, unless one day has more. */
enum { WINDOW_ROWS = 100000 };

struct export
{
    struct result_place place;
    struct result *result;
    struct focus_file *file;
    const char *billing_account;
    struct arena *arena;
    int64_t rows;
};

/* All cost rows of some days, in one array. */
static bool read_window(struct export *export, struct period days, struct text_pool *texts,
                        unsigned char **rows, size_t *room, struct row_batch *window,
                        struct error *error)
{
    const struct result_scope scope = {.source = export->place.scope.source, .days = days};
    size_t size = cost_table.row_size;
    struct row_batch batch;
    text_pool_reset(texts);
    *window = (struct row_batch){&cost_table, *rows, 0, texts};
    TRY(result_begin(export->result, &cost_table, &scope, NULL, texts, error));
    for (;;) {
        TRY(result_next(export->result, &batch, error));
        if (batch.count == 0)
            return true;
        if (window->count + batch.count > *room) {
            *room = (window->count + batch.count) * 2;
            *rows = memory_grow(*rows, *room * size);
            window->rows = *rows;
        }
        memcpy(*rows + window->count * size, batch.rows, batch.count * size);
        window->count += batch.count;
    }
}

static bool write_windows(struct export *export, const struct result_day *days, size_t count,
                          struct error *error)
{
    struct arena arena;
    struct text_pool texts;
    unsigned char *rows = NULL;
    size_t room = 0;
    bool done = true;
    arena_init(&arena);
    text_pool_init(&texts);
    for (size_t at = 0; done && at < count;) {
        struct row_batch window;
        struct period period = {days[at].day, days[at].day};
        int64_t expected = days[at++].rows;
        while (at < count && expected + days[at].rows <= WINDOW_ROWS) {
            expected += days[at].rows;
            period.last = days[at++].day;
        }
        done = read_window(export, period, &texts, &rows, &room, &window, error);
        if (done) {
            struct focus_row *focus = focus_rows_build(&window, export->billing_account, &arena);
            done = focus_file_write(export->file, focus, window.count, error);
            export->rows += (int64_t)window.count;
        }
        arena_reset(&arena);
    }
    text_pool_close(&texts);
    arena_close(&arena);
    free(rows);
    return done;
}

/* The schema object of FOCUS metadata. */
static char *metadata_text(void)
{
    static const char *const types[] = {[FOCUS_TEXT] = "STRING",
                                        [FOCUS_JSON] = "JSON",
                                        [FOCUS_NUMBER] = "DECIMAL",
                                        [FOCUS_TIME] = "DATETIME"};
    json_t *document = json_object(), *columns = json_array();
    for (size_t i = 0; i < focus_column_count; i++) {
        json_t *column = json_object();
        json_object_set_new(column, "ColumnName", json_string(focus_columns[i].name));
        json_object_set_new(column, "DataType", json_string(types[focus_columns[i].kind]));
        json_array_append_new(columns, column);
    }
    json_object_set_new(document, "SchemaId", json_string("costagg-" COSTAGG_VERSION));
    json_object_set_new(document, "FocusVersion", json_string(FOCUS_VERSION));
    json_object_set_new(document, "DataGenerator", json_string("costagg"));
    json_object_set_new(document, "DataGeneratorVersion", json_string(COSTAGG_VERSION));
    json_object_set_new(document, "ColumnDefinition", columns);
    char *text = json_dumps(document, JSON_INDENT(2));
    json_decref(document);
    return text;
}

static bool run(const struct command_line *line, struct export *export, struct error *error)
{
    const char *path = command_line_text(line, OPTION_OUT);
    struct result_day *days;
    size_t count;
    if (!path)
        return error_set(error, ERROR_USAGE, "where to? give -o FILE.parquet or -o FILE.csv");
    export->billing_account = command_line_text(line, OPTION_BILLING_ACCOUNT);
    TRY(result_place_load(line, export->arena, &export->place, error));
    TRY(result_place_open(&export->place, line->arguments[0], export->arena, &export->result,
                          error));
    TRY(result_days(export->result, &cost_table, &export->place.scope, export->arena, &days, &count,
                    error));
    if (count == 0)
        return error_set(error, ERROR_NO_INPUT, "%s: no rows of %s in the period",
                         result_location(export->result), cost_table.name);
    TRY(focus_file_open(path, export->place.options.s3, export->arena, &export->file, error));
    TRY(write_windows(export, days, count, error));
    char *metadata = metadata_text();
    bool done = focus_file_finish(export->file, metadata, error);
    free(metadata);
    TRY(done);
    char rows[32];
    snprintf(rows, sizeof rows, "%lld", (long long)export->rows);
    log_event(LOG_INFO, "FOCUS " FOCUS_VERSION " rows written", "path", path, "rows", rows, NULL);
    return true;
}

bool command_export(const struct command_line *line, struct error *error)
{
    struct arena arena;
    arena_init(&arena);
    struct export export = {.arena = &arena};
    bool done = run(line, &export, error);
    arena_close(&arena);
    return done;
}
