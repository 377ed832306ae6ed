#include "sink/parquet_old.h"

#include "arrow/bridge.h"
#include "base/measure.h"
#include "base/uuid.h"
#include "sink/row_value.h"
#include "sink/sink_table.h"

#include <arrow/c/abi.h>

#include <stdlib.h>
#include <string.h>

enum { BATCH_ROWS = 16 * 1024 };
static const int64_t MS_PER_DAY = 86400000;

/* One day's rows while they are gathered. */
struct old_rows {
    const struct table *table;
    const struct column **columns;
    size_t column_count;
    unsigned char *rows;
    size_t count;
    size_t room;
    struct text_pool texts;
    uint32_t *ids; /* of a column's dictionary in the pool */
    size_t ids_room;
};

static void clear_row(const struct old_rows *old, unsigned char *row)
{
    memset(row, 0, old->table->row_size); /* texts are null then */
    for (size_t i = 0; i < old->table->column_count; i++) {
        const struct column *column = &old->table->columns[i];
        const double no_number = MEASURE_NULL;
        const int32_t no_integer = INTEGER_NULL;
        if (column->kind == COLUMN_NUMERIC)
            memcpy(row + column->offset, &no_number, sizeof no_number);
        else if (column->kind == COLUMN_INTEGER)
            memcpy(row + column->offset, &no_integer, sizeof no_integer);
    }
}

/* A column that the file lacks, being of an older run, is all null. */
static bool is_valid(const struct ArrowArray *array, int64_t row)
{
    if (array->null_count == array->length)
        return false;
    const uint8_t *validity = array->buffers[0];
    int64_t bit = row + array->offset;
    return validity == NULL || (validity[bit / 8] >> (bit % 8) & 1) != 0;
}

static void intern_dictionary(struct old_rows *old, const struct ArrowArray *dictionary)
{
    size_t count = (size_t)dictionary->length;
    const int32_t *offsets = (const int32_t *)dictionary->buffers[1] + dictionary->offset;
    const char *bytes = dictionary->buffers[2];
    if (count > old->ids_room) {
        old->ids_room = count * 2;
        old->ids = memory_grow(old->ids, old->ids_room * sizeof *old->ids);
    }
    for (size_t i = 0; i < count; i++)
        old->ids[i] = text_pool_intern(&old->texts, bytes == NULL ? "" : bytes + offsets[i],
                                       (size_t)(offsets[i + 1] - offsets[i]));
}

static bool take_text(const struct old_rows *old, const struct column *column, uint32_t id,
                      unsigned char *row, struct error *error)
{
    if (column->kind != COLUMN_UUID) {
        memcpy(row + column->offset, &id, sizeof id);
        return true;
    }
    struct text text = text_pool_borrow(&old->texts, id);
    if (!uuid_parse(text.bytes, text.length, row + column->offset))
        return error_set(error, ERROR_NO_OUTPUT, "column %s holds no uuid", column->name);
    return true;
}

static bool take_cell(const struct old_rows *old, const struct column *column,
                      const struct ArrowArray *array, int64_t index, unsigned char *row,
                      struct error *error)
{
    int64_t at = index + array->offset;
    if (!is_valid(array, index))
        return true;
    if (row_value_is_text(column) || column->kind == COLUMN_UUID)
        return take_text(old, column, old->ids[((const int32_t *)array->buffers[1])[at]], row,
                         error);
    if (column->kind == COLUMN_DAY) {
        int32_t day = (int32_t)(((const int64_t *)array->buffers[1])[at] / MS_PER_DAY);
        memcpy(row + column->offset, &day, sizeof day);
        return true;
    }
    double number = ((const double *)array->buffers[1])[at];
    int32_t integer = (int32_t)number;
    if (column->kind == COLUMN_INTEGER)
        memcpy(row + column->offset, &integer, sizeof integer);
    else
        memcpy(row + column->offset, &number, sizeof number);
    return true;
}

/* Appends rows `first` … `last - 1` of a batch, which are all of one day. */
static bool append_rows(struct old_rows *old, const struct ArrowArray *batch, int64_t first,
                        int64_t last, struct error *error)
{
    size_t size = old->table->row_size, added = (size_t)(last - first);
    if (old->count + added > old->room) {
        old->room = (old->count + added) * 2;
        old->rows = memory_grow(old->rows, old->room * size);
    }
    unsigned char *rows = old->rows + old->count * size;
    for (size_t i = 0; i < added; i++)
        clear_row(old, rows + i * size);
    for (size_t c = 0; c < old->column_count; c++) {
        const struct ArrowArray *array = batch->children[c];
        if (array->dictionary != NULL)
            intern_dictionary(old, array->dictionary);
        for (size_t i = 0; i < added; i++)
            TRY(take_cell(old, old->columns[c], array, first + (int64_t)i, rows + i * size, error));
    }
    old->count += added;
    return true;
}

struct reading {
    struct old_rows old;
    enum table_part part;
    size_t day_index; /* of usage_start among the columns */
    int32_t day;      /* of the rows gathered */
    bool (*take)(void *context, const struct row_batch *day, struct error *error);
    void *context;
};

/* Leaves rows of the part only. */
static void keep_part(struct old_rows *old, enum table_part part)
{
    size_t kept = 0, size = old->table->row_size;
    for (size_t i = 0; part != TABLE_WHOLE && i < old->count; i++) {
        const unsigned char *row = old->rows + i * size;
        if (sink_table_in_part(old->table, part, row))
            memmove(old->rows + kept++ * size, row, size);
    }
    old->count = part == TABLE_WHOLE ? old->count : kept;
}

static bool hand_over(struct reading *reading, struct error *error)
{
    struct old_rows *old = &reading->old;
    keep_part(old, reading->part);
    struct row_batch batch = {old->table, old->rows, old->count, &old->texts};
    if (old->count > 0)
        TRY(reading->take(reading->context, &batch, error));
    old->count = 0;
    text_pool_reset(&old->texts);
    return true;
}

static bool take_batch(struct reading *reading, const struct ArrowArray *batch, struct error *error)
{
    const struct ArrowArray *days = batch->children[reading->day_index];
    const int64_t *times = (const int64_t *)days->buffers[1] + days->offset;
    for (int64_t first = 0, last; first < batch->length; first = last) {
        for (last = first; last < batch->length && times[last] == times[first];)
            last++;
        int32_t day = (int32_t)(times[first] / MS_PER_DAY);
        if (day != reading->day)
            TRY(hand_over(reading, error));
        reading->day = day;
        TRY(append_rows(&reading->old, batch, first, last, error));
    }
    return true;
}

static bool read_groups(struct reading *reading, struct arrow_store *store,
                        const struct arrow_slice *slice, struct arena *arena, struct error *error)
{
    struct old_rows *old = &reading->old;
    struct arrow_request *requests = arena_alloc_array(arena, old->column_count, sizeof *requests);
    for (size_t i = 0; i < old->column_count; i++) {
        const struct column *column = old->columns[i];
        enum arrow_layout layout =
            column->kind == COLUMN_DAY                                         ? ARROW_TIME
            : column->kind == COLUMN_NUMERIC || column->kind == COLUMN_INTEGER ? ARROW_MEASURE
                                                                               : ARROW_TEXT;
        requests[i] = (struct arrow_request){column->name, layout, column->required, false};
        if (column == sink_table_day(old->table))
            reading->day_index = i;
    }
    struct arrow_scan *scan;
    TRY(arrow_scan_open(store, slice, 1, requests, old->column_count, BATCH_ROWS, arena, &scan,
                        error));
    for (;;) {
        struct ArrowArray array;
        struct arrow_batch_place place;
        TRY(arrow_scan_next(scan, &array, &place, error));
        if (array.release == NULL)
            break;
        bool taken = take_batch(reading, &array, error);
        array.release(&array);
        TRY(taken);
    }
    return hand_over(reading, error);
}

/* The row groups that hold days of the period, and nothing else. */
static bool choose_groups(const struct arrow_file *file, const char *path, struct period days,
                          int *groups, int *count, struct error *error)
{
    *count = 0;
    for (int i = 0; i < arrow_file_row_groups(file); i++) {
        struct arrow_row_group group;
        arrow_file_row_group(file, i, "usage_start", &group);
        int64_t first = group.first_ms / MS_PER_DAY, last = group.last_ms / MS_PER_DAY;
        if (group.times_known && (last < days.first || first > days.last))
            continue;
        if (!group.times_known || first < days.first || last > days.last)
            return error_set(error, ERROR_NO_OUTPUT,
                             "%s: its days are not in row groups of their own, so it was not "
                             "written by this program: write the whole month, or remove the file",
                             path);
        groups[(*count)++] = i;
    }
    return true;
}

bool parquet_old_read(struct arrow_store *store, const char *path, const struct table *table,
                      const struct column **columns, size_t column_count, struct period days,
                      enum table_part part,
                      bool (*take)(void *context, const struct row_batch *day, struct error *error),
                      void *context, struct error *error)
{
    struct arena arena;
    arena_init(&arena);
    struct reading reading = {
        .old = {.table = table, .columns = columns, .column_count = column_count},
        .part = part,
        .take = take,
        .context = context};
    struct arrow_file *file;
    bool done = arrow_file_open(store, path, -1, &arena, &file, error);
    if (done) {
        int *groups =
            arena_alloc_array(&arena, (size_t)arrow_file_row_groups(file), sizeof *groups);
        struct arrow_slice slice = {path, groups, 0};
        text_pool_init(&reading.old.texts);
        done = choose_groups(file, path, days, groups, &slice.row_group_count, error) &&
               (slice.row_group_count == 0 || read_groups(&reading, store, &slice, &arena, error));
        text_pool_close(&reading.old.texts);
    }
    free(reading.old.rows);
    free(reading.old.ids);
    arena_close(&arena);
    if (done)
        return true;
    /* To the bridge this is input; to the run it is an output that cannot be renewed. */
    if (error->kind == ERROR_NO_INPUT || error->kind == ERROR_BAD_DATA)
        error->kind = ERROR_NO_OUTPUT;
    return error_add_context(error, "reading the days of the old file that stay");
}
