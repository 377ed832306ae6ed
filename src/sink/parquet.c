/* Results as Parquet, in a folder or on S3: ROOT/<table>/source=<uuid>/year=YYYY/month=MM/
 * costagg.parquet.
 *
 * Every day has row groups of its own, in order of days, at most 128 Ki rows each; so a month
 * written in parts, whose other days are read from the old file and written anew, has the bytes of
 * one written at once. Of a table written by part, a day's usage rows come before its others. The
 * new file appears under its name at commit, complete or not at all: by rename in a folder, by the
 * end of the upload on S3. Of several tables, one appears after the other. A month without any row
 * has no file. What a killed run left in a folder is removed by the next; unfinished uploads on S3
 * are invisible, and a lifecycle rule of the bucket removes them. In a folder two runs of the same
 * month wait for each other; on S3 the one that ends last wins. */
#include "arrow/bridge.h"
#include "parquet/parquet_writer.h"
#include "sink/month_folder.h"
#include "sink/parquet_old.h"
#include "sink/parquet_rows.h"
#include "sink/row_value.h"
#include "sink/sink_kind.h"
#include "sink/sink_table.h"

#include <string.h>

#define PARQUET_FILE "costagg.parquet"

struct parquet_file {
    struct parquet_sink *sink;
    const struct table *table;
    const struct column **columns;
    size_t column_count;
    struct month_folder folder; /* on a local disk */
    const char *path;           /* below the store's root */
    bool has_old;
    enum table_part part;
    int32_t next_kept; /* first day whose rows of the other part are not written yet */
    struct parquet_rows *rows;
    struct parquet_writer *writer; /* NULL before the first row */
    struct arena *arena;           /* of the scope */
};

struct parquet_sink {
    const char *root;
    bool remote;
    struct arrow_store *store;  /* NULL before the first use */
    struct parquet_file *files; /* by table of the scope */
};

static bool open_sink(struct sink *sink, const char *place, struct error *error)
{
    if (*place == '\0')
        return error_set(error, ERROR_BAD_CONFIG,
                         "parquet: lacks the place: write parquet:FOLDER or parquet:s3://BUCKET/…");
    struct parquet_sink *parquet = arena_alloc(sink->arena, sizeof *parquet);
    parquet->root = place;
    parquet->remote = strncmp(place, "s3://", 5) == 0;
    sink->state = parquet;
    sink->location = arena_printf(sink->arena, "parquet:%s", place);
    return true;
}

static bool open_store(struct sink *sink, struct error *error)
{
    struct parquet_sink *parquet = sink->state;
    return parquet->store != NULL || arrow_store_open(parquet->root, sink->options.s3, true,
                                                      sink->arena, &parquet->store, error);
}

/* ---- days ---- */

/* Writes the rows of one day. */
static bool write_day(void *context, const struct row_batch *day, struct error *error)
{
    struct parquet_file *file = context;
    if (file->writer == NULL)
        TRY(parquet_writer_open(file->sink->store, file->path, parquet_rows_fields(file->rows),
                                file->column_count, file->arena, &file->writer, error));
    return parquet_rows_write(file->rows, day, file->writer, error);
}

static bool keep_old_days(struct parquet_file *file, int32_t first, int32_t last,
                          struct error *error)
{
    if (!file->has_old || first > last)
        return true;
    return parquet_old_read(file->sink->store, file->path, file->table, file->columns,
                            file->column_count, (struct period){first, last}, TABLE_WHOLE,
                            write_day, file, error);
}

/* Writes the old rows of the other part up to a day. */
static bool keep_other_part(struct parquet_file *file, int32_t last, struct error *error)
{
    struct period days = {file->next_kept, last};
    if (!file->has_old || file->part == TABLE_WHOLE || days.first > days.last)
        return true;
    file->next_kept = last + 1;
    return parquet_old_read(
        file->sink->store, file->path, file->table, file->columns, file->column_count, days,
        file->part == TABLE_USAGE_ROWS ? TABLE_INFRASTRUCTURE_ROWS : TABLE_USAGE_ROWS, write_day,
        file, error);
}

/* ---- a scope ---- */

static bool find_old_file(struct sink *sink, struct parquet_file *file, const char *folder,
                          struct error *error)
{
    struct parquet_sink *parquet = sink->state;
    struct arrow_entry *entries;
    size_t count;
    TRY(arrow_store_list(parquet->store, folder, &sink->scope_arena, &entries, &count, error));
    for (size_t i = 0; i < count; i++)
        file->has_old |= strcmp(entries[i].path, file->path) == 0;
    return true;
}

static bool begin_file(struct sink *sink, const struct table *table, enum table_part part,
                       struct parquet_file *file, struct error *error)
{
    struct parquet_sink *parquet = sink->state;
    struct arena *arena = &sink->scope_arena;
    const struct sink_scope *scope = &sink->scope;
    struct period month = calendar_period_of_month(calendar_month(scope->days.first));
    const char *folder = month_folder_path(table, scope, arena);
    file->sink = parquet;
    file->arena = arena;
    file->table = table;
    file->part = part;
    file->next_kept = scope->days.first;
    file->columns =
        sink_table_columns(table, sink->options.keep_state_columns, arena, &file->column_count);
    file->path = arena_printf(arena, "%s/%s", folder, PARQUET_FILE);
    if (!parquet->remote)
        TRY(month_folder_open(parquet->root, table, scope, arena, &file->folder, error));
    bool whole_month = sink_table_day(table) == NULL ||
                       (scope->days.first == month.first && scope->days.last == month.last);
    if (!whole_month || part != TABLE_WHOLE)
        TRY(find_old_file(sink, file, folder, error));
    file->rows = parquet_rows_init(file->columns, file->column_count, arena);
    return keep_old_days(file, month.first, scope->days.first - 1, error);
}

static bool begin(struct sink *sink, struct error *error)
{
    struct parquet_sink *parquet = sink->state;
    TRY(open_store(sink, error));
    parquet->files =
        arena_alloc_array(&sink->scope_arena, sink->scope.table_count, sizeof *parquet->files);
    for (size_t i = 0; i < sink->scope.table_count; i++)
        TRY(begin_file(sink, sink->scope.tables[i], sink_part(sink, i), &parquet->files[i], error));
    return true;
}

static bool write_rows(struct sink *sink, const struct row_batch *batch, struct error *error)
{
    struct parquet_sink *parquet = sink->state;
    struct parquet_file *file = &parquet->files[sink_table_index(sink, batch->table)];
    const struct column *day = sink_table_day(batch->table);
    if (day == NULL)
        return write_day(file, batch, error);
    for (size_t first = 0, last; first < batch->count; first = last) {
        int32_t at = row_value_integer(day, row_value_row(batch, first));
        for (last = first + 1; last < batch->count; last++)
            if (row_value_integer(day, row_value_row(batch, last)) != at)
                break;
        struct row_batch part = {batch->table, row_value_row(batch, first), last - first,
                                 batch->texts};
        TRY(keep_other_part(file, file->part == TABLE_USAGE_ROWS ? at - 1 : at, error));
        TRY(write_day(file, &part, error));
    }
    return true;
}

static bool commit(struct sink *sink, struct error *error)
{
    struct parquet_sink *parquet = sink->state;
    struct period month = calendar_period_of_month(calendar_month(sink->scope.days.first));
    for (size_t i = 0; i < sink->scope.table_count; i++) {
        TRY(keep_other_part(&parquet->files[i], sink->scope.days.last, error));
        TRY(keep_old_days(&parquet->files[i], sink->scope.days.last + 1, month.last, error));
    }
    for (size_t i = 0; i < sink->scope.table_count; i++) {
        struct parquet_file *file = &parquet->files[i];
        if (file->writer != NULL)
            TRY(parquet_writer_finish(file->writer, error));
        else
            TRY(arrow_store_remove(parquet->store, file->path, error));
    }
    return true;
}

static void abort_scope(struct sink *sink)
{
    (void)sink; /* the scope's arena discards the unfinished files */
}

static bool check(struct sink *sink, struct arena *arena, const char **found, struct error *error)
{
    struct parquet_sink *parquet = sink->state;
    if (!parquet->remote) {
        bool exists;
        TRY(month_folder_check_root(parquet->root, arena, &exists, error));
        *found = arena_printf(arena, "%s: %s", sink->location,
                              exists ? "a folder that can be written"
                                     : "not there yet; a run will create it");
        return true;
    }
    const char **names;
    size_t count;
    TRY(open_store(sink, error));
    TRY(arrow_store_folders(parquet->store, "", arena, &names, &count, error));
    *found = arena_printf(arena, "%s: reached, holds %zu folders", sink->location, count);
    return true;
}

const struct sink_kind sink_kind_parquet = {
    .scheme = "parquet",
    .open = open_sink,
    .begin = begin,
    .write = write_rows,
    .commit = commit,
    .abort = abort_scope,
    .check = check,
    .checks_rows = true,
};
