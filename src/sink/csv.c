/* Results as CSV files: ROOT/<table>/source=<uuid>/year=YYYY/month=MM/costagg.csv.
 *
 * One header line, then the rows in order of days. Cells are as csv_text.h says; numbers as
 * NUMERIC of the column's scale, so that they read as in PostgreSQL. A scope that leaves out days
 * of the month copies the lines of those days from the old file; hence a month written in parts
 * has the bytes of one written at once. Of a table written by part, a day's usage rows come before
 * its others. The new file is written as ".costagg.csv.new" beside the
 * old one and takes its name at commit; of several tables, one name after the other, all of them
 * complete on the disk before the first. A month without any row has no file. */
#include "base/decimal.h"
#include "base/log.h"
#include "base/measure.h"
#include "base/uuid.h"
#include "sink/csv_text.h"
#include "sink/month_folder.h"
#include "sink/row_check.h"
#include "sink/row_value.h"
#include "sink/sink_kind.h"
#include "sink/sink_table.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define CSV_FILE     "costagg.csv"
#define CSV_NEW_FILE ".costagg.csv.new"

struct csv_file {
    const struct table *table;
    const struct column **columns;
    size_t column_count;
    struct month_folder folder;
    struct csv_out *out;
    const char *header;
    const char *old; /* the published file's bytes; NULL: none that matters */
    size_t old_size;
    const char *old_rest; /* records that are not looked at yet */
    enum table_part part;
    struct period days; /* that are replaced */
    bool has_rows;
};

struct csv_sink {
    const char *root;
    struct csv_file *files; /* by table of the scope */
};

static bool open_sink(struct sink *sink, const char *place, struct error *error)
{
    if (*place == '\0')
        return error_set(error, ERROR_BAD_CONFIG, "csv: lacks the folder: write csv:FOLDER");
    if (strncmp(place, "s3://", 5) == 0)
        return error_set(error, ERROR_BAD_CONFIG,
                         "csv:%s: CSV is written to folders only; object stores take parquet:%s",
                         place, place);
    struct csv_sink *csv = arena_alloc(sink->arena, sizeof *csv);
    csv->root = place;
    sink->state = csv;
    sink->location = arena_printf(sink->arena, "csv:%s", place);
    return true;
}

static bool fail(const struct csv_file *file, int code, struct error *error)
{
    return error_set(
        error, ERROR_NO_OUTPUT, "%s/%s: %s%s", file->folder.path, CSV_FILE, strerror(code),
        code == ENOSPC || code == EDQUOT ? ": free some space; the old rows are untouched" : "");
}

/* ---- the other days of the old file ---- */

struct mapping {
    void *bytes;
    size_t size;
};

static void unmap(void *resource)
{
    struct mapping *mapping = resource;
    munmap(mapping->bytes, mapping->size);
}

static bool map_old_file(struct csv_file *file, struct arena *arena, struct error *error)
{
    int descriptor = openat(file->folder.descriptor, CSV_FILE, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return errno == ENOENT || fail(file, errno, error);
    struct stat status;
    void *bytes = MAP_FAILED;
    bool empty = fstat(descriptor, &status) == 0 && status.st_size == 0;
    if (!empty)
        bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    int code = errno;
    close(descriptor);
    if (empty)
        return true;
    if (bytes == MAP_FAILED)
        return fail(file, code, error);
    struct mapping *mapping = arena_alloc(arena, sizeof *mapping);
    *mapping = (struct mapping){bytes, (size_t)status.st_size};
    arena_on_close(arena, unmap, mapping);
    file->old = bytes;
    file->old_size = mapping->size;
    return true;
}

static bool refuse_old_file(const struct csv_file *file, struct error *error)
{
    return error_set(error, ERROR_NO_OUTPUT,
                     "%s/%s has other columns or was not written by this program: write the whole "
                     "month, or remove the file",
                     file->folder.path, CSV_FILE);
}

static size_t cell_index(const struct csv_file *file, const char *name)
{
    size_t index = 0;
    while (strcmp(file->columns[index]->name, name) != 0)
        index++;
    return index;
}

/* Does an old record of a replaced day stay, since it is of the other part? */
static bool is_of_other_part(const struct csv_file *file, const char *record, const char *end)
{
    bool marked = true;
    if (file->part == TABLE_WHOLE)
        return false;
    for (size_t i = 0; i < TABLE_MARKS; i++) {
        struct text cell;
        csv_next_record(record, end, cell_index(file, file->table->marks[i]), &cell);
        marked = marked && cell.length > 0;
    }
    return marked == (file->part == TABLE_USAGE_ROWS);
}

/* Copies the old records up to a day, those that are replaced left out. */
static bool keep_old_records(struct csv_file *file, int32_t last, struct error *error)
{
    const char *end = file->old + file->old_size;
    size_t day_index = cell_index(file, "usage_start");
    while (file->old_rest < end) {
        struct text cell;
        char text[CALENDAR_TEXT_SIZE] = "";
        int32_t day;
        const char *at = file->old_rest;
        const char *next = csv_next_record(at, end, day_index, &cell);
        if (next == NULL || cell.length != sizeof text - 1)
            return refuse_old_file(file, error);
        memcpy(text, cell.bytes, cell.length);
        if (!calendar_parse(text, &day))
            return refuse_old_file(file, error);
        if (day > last)
            break;
        if (day < file->days.first || day > file->days.last || is_of_other_part(file, at, end)) {
            csv_out_bytes(file->out, at, (size_t)(next - at));
            file->has_rows = true;
        }
        file->old_rest = next;
    }
    return true;
}

/* Copies the records before the scope's days. */
static bool begin_old_records(struct csv_file *file, bool whole_month, struct error *error)
{
    size_t header = strlen(file->header);
    if (file->old_size < header || memcmp(file->old, file->header, header) != 0) {
        /* A file of a run without rollups has no rows that were written back, so none stay. */
        bool none_stay = whole_month && file->part == TABLE_USAGE_ROWS;
        if (none_stay)
            file->old = NULL;
        return none_stay || refuse_old_file(file, error);
    }
    file->old_rest = file->old + header;
    return keep_old_records(file, file->days.first - 1, error);
}

/* ---- a scope ---- */

static const char *header_line(const struct csv_file *file, struct arena *arena)
{
    const char *line = "";
    for (size_t i = 0; i < file->column_count; i++)
        line = arena_printf(arena, "%s%s%s", line, i > 0 ? "," : "", file->columns[i]->name);
    return arena_printf(arena, "%s\n", line);
}

static bool covers_month(const struct sink_scope *scope)
{
    struct period month = calendar_period_of_month(calendar_month(scope->days.first));
    return scope->days.first == month.first && scope->days.last == month.last;
}

static void close_out(void *resource)
{
    struct csv_out *out = resource;
    if (out->descriptor >= 0)
        close(out->descriptor);
}

static bool begin_file(struct sink *sink, const struct table *table, enum table_part part,
                       struct csv_file *file, struct error *error)
{
    struct csv_sink *csv = sink->state;
    struct arena *arena = &sink->scope_arena;
    file->table = table;
    file->part = part;
    file->days = sink->scope.days;
    file->columns = sink_table_columns(table, false, arena, &file->column_count);
    file->header = header_line(file, arena);
    file->out = arena_alloc(arena, sizeof *file->out);
    file->out->descriptor = -1;
    TRY(month_folder_open(csv->root, table, &sink->scope, arena, &file->folder, error));
    arena_on_close(arena, close_out, file->out);
    file->out->descriptor = openat(file->folder.descriptor, CSV_NEW_FILE,
                                   O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file->out->descriptor < 0)
        return fail(file, errno, error);
    csv_out_bytes(file->out, file->header, strlen(file->header));
    if (sink_table_day(table) == NULL || (covers_month(&sink->scope) && part == TABLE_WHOLE))
        return true;
    TRY(map_old_file(file, arena, error));
    return file->old == NULL || begin_old_records(file, covers_month(&sink->scope), error);
}

static bool begin(struct sink *sink, struct error *error)
{
    struct csv_sink *csv = sink->state;
    csv->files = arena_alloc_array(&sink->scope_arena, sink->scope.table_count, sizeof *csv->files);
    for (size_t i = 0; i < sink->scope.table_count; i++)
        TRY(begin_file(sink, sink->scope.tables[i], sink_part(sink, i), &csv->files[i], error));
    return true;
}

static bool write_number(struct csv_out *out, const struct row_batch *batch, size_t row,
                         const struct column *column, struct error *error)
{
    char text[DECIMAL_TEXT_SIZE];
    double value = row_value_number(column, row_value_row(batch, row));
    if (measure_is_null(value))
        return true;
    size_t length = decimal_format(value, column->width, column->scale, text);
    if (length == 0)
        return row_check_fail(batch, row, column, error, "is %g, too large for numeric(%d,%d)",
                              value, column->width, column->scale);
    csv_out_bytes(out, text, length);
    return true;
}

static bool write_cell(struct csv_out *out, const struct row_batch *batch, size_t index,
                       const struct column *column, struct error *error)
{
    const unsigned char *row = row_value_row(batch, index);
    char text[UUID_TEXT_SIZE];
    switch (column->kind) {
    case COLUMN_TEXT:
    case COLUMN_JSON:
    case COLUMN_TEXT_ARRAY:
    case COLUMN_UUIDTEXT:
        csv_out_text(out, text_pool_borrow(batch->texts, row_value_id(column, row)));
        return true;
    case COLUMN_UUID:
        csv_out_bytes(out, uuid_format(row + column->offset, text), UUID_TEXT_SIZE - 1);
        return true;
    case COLUMN_NUMERIC:
        return write_number(out, batch, index, column, error);
    case COLUMN_DAY:
        csv_out_bytes(out, calendar_format(row_value_integer(column, row), text),
                      CALENDAR_TEXT_SIZE - 1);
        return true;
    case COLUMN_INTEGER:
        if (row_value_integer(column, row) == INTEGER_NULL)
            return true;
        int length = snprintf(text, sizeof text, "%d", row_value_integer(column, row));
        csv_out_bytes(out, text, (size_t)length);
        return true;
    }
    return true;
}

static bool write_rows(struct sink *sink, const struct row_batch *batch, struct error *error)
{
    struct csv_sink *csv = sink->state;
    struct csv_file *file = &csv->files[sink_table_index(sink, batch->table)];
    const struct column *day = sink_table_day(batch->table);
    for (size_t i = 0; i < batch->count; i++) {
        if (file->part != TABLE_WHOLE && file->old != NULL)
            TRY(keep_old_records(file,
                                 row_value_integer(day, row_value_row(batch, i)) -
                                     (file->part == TABLE_USAGE_ROWS),
                                 error));
        for (size_t c = 0; c < file->column_count; c++) {
            if (c > 0)
                csv_out_bytes(file->out, ",", 1);
            TRY(write_cell(file->out, batch, i, file->columns[c], error));
        }
        csv_out_bytes(file->out, "\n", 1);
    }
    file->has_rows = true;
    return file->out->failure == 0 || fail(file, file->out->failure, error);
}

static bool complete(struct csv_file *file, struct error *error)
{
    if (file->old != NULL)
        TRY(keep_old_records(file, file->days.last, error));
    if (file->old != NULL && file->old_rest < file->old + file->old_size) {
        csv_out_bytes(file->out, file->old_rest,
                      (size_t)(file->old + file->old_size - file->old_rest));
        file->has_rows = true;
    }
    if (!csv_out_flush(file->out))
        return fail(file, file->out->failure, error);
    if (fsync(file->out->descriptor) != 0)
        return fail(file, errno, error);
    return true;
}

static bool publish(struct csv_file *file, struct error *error)
{
    int folder = file->folder.descriptor;
    if (file->has_rows) {
        if (renameat(folder, CSV_NEW_FILE, folder, CSV_FILE) != 0)
            return fail(file, errno, error);
    } else if ((unlinkat(folder, CSV_FILE, 0) != 0 && errno != ENOENT) ||
               unlinkat(folder, CSV_NEW_FILE, 0) != 0) {
        return fail(file, errno, error);
    }
    return month_folder_sync(&file->folder, error);
}

static bool commit(struct sink *sink, struct error *error)
{
    struct csv_sink *csv = sink->state;
    for (size_t i = 0; i < sink->scope.table_count; i++)
        TRY(complete(&csv->files[i], error));
    for (size_t i = 0; i < sink->scope.table_count; i++) {
        TRY(publish(&csv->files[i], error));
        if (csv->files[i].out->replaced_nuls > 0)
            log_write(LOG_WARNING, "%s: %llu NUL characters in texts were written as U+FFFD",
                      csv->files[i].table->name,
                      (unsigned long long)csv->files[i].out->replaced_nuls);
    }
    return true;
}

static void abort_scope(struct sink *sink)
{
    struct csv_sink *csv = sink->state;
    if (csv->files == NULL)
        return;
    for (size_t i = 0; i < sink->scope.table_count; i++)
        if (csv->files[i].out != NULL && csv->files[i].out->descriptor >= 0)
            unlinkat(csv->files[i].folder.descriptor, CSV_NEW_FILE, 0);
    csv->files = NULL;
}

static bool check(struct sink *sink, struct arena *arena, const char **found, struct error *error)
{
    struct csv_sink *csv = sink->state;
    bool exists;
    TRY(month_folder_check_root(csv->root, arena, &exists, error));
    *found = arena_printf(arena, "%s: %s", sink->location,
                          exists ? "a folder that can be written"
                                 : "not there yet; a run will create it");
    return true;
}

const struct sink_kind sink_kind_csv = {
    .scheme = "csv",
    .open = open_sink,
    .begin = begin,
    .write = write_rows,
    .commit = commit,
    .abort = abort_scope,
    .check = check,
};
