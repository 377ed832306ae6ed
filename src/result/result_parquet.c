/* Results as Parquet files: this program's, or another engine's tables where they lie.
 *
 * Files outside the scope are skipped by their folders, row groups by the statistics of
 * usage_start; what is left is filtered row by row. */
#include "result/result_reader.h"

#include "aggregate/usage_row.h"
#include "arrow/bridge.h"
#include "attribute/cost_row.h"
#include "base/arena.h"
#include "base/measure.h"
#include "result/result_files.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <arrow/c/abi.h>

static const int64_t MS_PER_DAY = 86400000;

/* One requested column of the scan and where its values go. */
struct parquet_column {
    const struct column *column; /* NULL: `source`, which stands in for the owner */
    enum arrow_layout layout;
    const void *dictionary; /* the one `ids` is of */
    int64_t dictionary_length;
    unsigned texts_generation; /* of result->texts when `ids` was begun */
    uint32_t *ids;             /* by dictionary index; UINT32_MAX: not looked up yet */
    size_t ids_room;
};

struct parquet_place {
    struct arrow_store *store;
    const char *only;          /* the location is this one file of the store; NULL: a folder */
    const struct table *table; /* `files` is of this one */
    struct result_files files;

    /* the open scan */
    bool scanning;
    struct arena arena;
    struct arrow_scan *scan;
    struct result_file *scanned; /* in the order of the slices */
    size_t scanned_count;
    size_t scanned_at;
    struct parquet_column *columns;
    size_t column_count;
    size_t day_at;   /* number of the column usage_start; SIZE_MAX: the table has none */
    size_t owner_at; /* of the owner; of `source` where the owner is a number */
    struct ArrowArray held;
};

/* ---- which files ---- */

/* A file without a name of its own belongs to the table whose columns it has. */
static bool file_fits(const struct arrow_file *file, const struct table *table)
{
    size_t columns = 0, found = 0;
    if (table != &usage_table && table != &cost_table)
        return false;
    for (size_t i = 0; i < table->column_count; i++) {
        if (!result_reads_column(&table->columns[i]))
            continue;
        columns++;
        found += arrow_file_column(file, table->columns[i].name, NULL);
    }
    return found * 4 >= columns * 3;
}

static bool open_file(struct result *result, const struct result_file *file, struct arena *arena,
                      struct arrow_file **opened, struct error *error)
{
    struct parquet_place *place = result->place;
    if (arrow_file_open(place->store, file->path, -1, arena, opened, error))
        return true;
    return error_add_context(error, "%s", result->location);
}

static bool keep_fitting_files(struct result *result, const struct table *table,
                               struct error *error)
{
    struct parquet_place *place = result->place;
    struct arena arena;
    arena_init(&arena);
    size_t kept = 0;
    bool done = true;
    for (size_t i = 0; done && i < place->files.count; i++) {
        struct arrow_file *file;
        done = open_file(result, &place->files.files[i], &arena, &file, error);
        if (done && file_fits(file, table))
            place->files.files[kept++] = place->files.files[i];
        arena_reset(&arena);
    }
    place->files.count = kept;
    arena_close(&arena);
    return done;
}

static bool find_files(struct result *result, const struct table *table, struct error *error)
{
    struct parquet_place *place = result->place;
    if (place->table == table)
        return true;
    if (place->only) {
        place->files = (struct result_files){
            .files = arena_alloc(result->arena, sizeof *place->files.files), .count = 1};
        place->files.files[0].path = place->only;
        place->files.unnamed = true;
    } else {
        TRY(result_files_list(place->store, ".parquet", table, result->arena, &place->files,
                              error));
    }
    if (place->files.unnamed)
        TRY(keep_fitting_files(result, table, error));
    place->table = table;
    return true;
}

/* ---- what is there ---- */

static void describe_file(const struct arrow_file *file, const struct result_file *place,
                          const struct table *table, struct result_table *found)
{
    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];
        const char *type;
        if (!result_reads_column(column))
            continue;
        if (arrow_file_column(file, column->name, &type)) {
            found->columns[i] = true;
            found->stores_decimals |=
                column->kind == COLUMN_NUMERIC && strncmp(type, "decimal", 7) == 0;
        } else if (strcmp(column->name, table->owner) == 0) {
            found->columns[i] |= place->source || arrow_file_column(file, "source", NULL);
        } else if (strcmp(column->name, "usage_start") == 0) {
            found->columns[i] |= place->day > 0;
        }
    }
}

static bool describe(struct result *result, const struct table *table, struct result_table *found,
                     struct error *error)
{
    TRY(find_files(result, table, error));
    const struct parquet_place *place = result->place;
    struct arena arena;
    arena_init(&arena);
    bool done = true;
    for (size_t i = 0; done && i < place->files.count; i++) {
        struct arrow_file *file;
        done = open_file(result, &place->files.files[i], &arena, &file, error);
        if (done)
            describe_file(file, &place->files.files[i], table, found);
        arena_reset(&arena);
    }
    found->found = place->files.count > 0;
    arena_close(&arena);
    return done;
}

/* ---- opening a scan ---- */

static void end(struct result *result)
{
    struct parquet_place *place = result->place;
    if (!place->scanning)
        return;
    place->scanning = false;
    if (place->held.release)
        place->held.release(&place->held);
    place->held.release = NULL;
    for (size_t i = 0; i < place->column_count; i++)
        free(place->columns[i].ids);
    if (place->scan)
        arrow_scan_close(place->scan);
    place->scan = NULL;
    arena_close(&place->arena);
}

/* The row groups of a file that may have rows of the scope. */
static bool choose_row_groups(struct result *result, const struct result_file *file,
                              const struct result_scope *scope, struct arrow_slice *slice,
                              struct error *error)
{
    struct parquet_place *place = result->place;
    struct arena arena;
    arena_init(&arena);
    struct arrow_file *opened;
    bool done = open_file(result, file, &arena, &opened, error);
    if (done) {
        int count = arrow_file_row_groups(opened), kept = 0;
        int *groups = arena_alloc_array(&place->arena, (size_t)count, sizeof *groups);
        for (int i = 0; i < count; i++) {
            struct arrow_row_group group;
            arrow_file_row_group(opened, i, "usage_start", &group);
            if (!group.times_known || (group.first_ms / MS_PER_DAY <= scope->days.last &&
                                       group.last_ms / MS_PER_DAY >= scope->days.first))
                groups[kept++] = i;
        }
        *slice = (struct arrow_slice){file->path, groups, kept};
    }
    arena_close(&arena);
    return done;
}

static enum arrow_layout layout_of(const struct column *column)
{
    return column->kind == COLUMN_DAY                                         ? ARROW_TIME
           : column->kind == COLUMN_NUMERIC || column->kind == COLUMN_INTEGER ? ARROW_MEASURE
                                                                              : ARROW_TEXT;
}

static void add_column(struct parquet_place *place, struct arrow_request *requests,
                       const struct column *column, const char *name)
{
    enum arrow_layout layout = column ? layout_of(column) : ARROW_TEXT;
    requests[place->column_count] = (struct arrow_request){name, layout, false, false};
    place->columns[place->column_count++] =
        (struct parquet_column){.column = column, .layout = layout};
}

/* Asks for `wanted`, and always for day and owner. */
static bool open_scan(struct result *result, const struct table *table,
                      const struct result_scope *scope, const bool *wanted, struct error *error)
{
    struct parquet_place *place = result->place;
    place->scanning = true;
    place->scan = NULL;
    arena_init(&place->arena);
    size_t most = table->column_count + 1;
    struct arrow_request *requests = arena_alloc_array(&place->arena, most, sizeof *requests);
    place->columns = arena_alloc_array(&place->arena, most, sizeof *place->columns);
    place->column_count = 0;
    place->day_at = place->owner_at = SIZE_MAX;
    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];
        bool is_day = strcmp(column->name, "usage_start") == 0;
        bool is_owner = strcmp(column->name, table->owner) == 0 && row_cell_is_text(column);
        if (is_day)
            place->day_at = place->column_count;
        if (is_owner)
            place->owner_at = place->column_count;
        if (is_day || is_owner || (wanted && wanted[i]))
            add_column(place, requests, column, column->name);
    }
    if (place->owner_at == SIZE_MAX)
        place->owner_at = place->column_count;
    add_column(place, requests, NULL, "source");

    struct arrow_slice *slices =
        arena_alloc_array(&place->arena, place->files.count, sizeof *slices);
    place->scanned = arena_alloc_array(&place->arena, place->files.count, sizeof *place->scanned);
    place->scanned_count = place->scanned_at = 0;
    for (size_t i = 0; i < place->files.count; i++) {
        const struct result_file *file = &place->files.files[i];
        if (!result_file_in_scope(file, scope))
            continue;
        struct arrow_slice *slice = &slices[place->scanned_count];
        TRY(choose_row_groups(result, file, scope, slice, error));
        if (slice->row_group_count > 0)
            place->scanned[place->scanned_count++] = *file;
    }
    if (place->scanned_count == 0)
        return true;
    if (arrow_scan_open(place->store, slices, place->scanned_count, requests, place->column_count,
                        RESULT_BATCH_ROWS, &place->arena, &place->scan, error))
        return true;
    return error_add_context(error, "%s", result->location);
}

static bool begin(struct result *result, struct error *error)
{
    return open_scan(result, result->table, &result->scope, result->wanted, error);
}

/* ---- cells of an Arrow array ---- */

static bool cell_is_null(const struct ArrowArray *array, int64_t row)
{
    const uint8_t *valid = array->n_buffers > 0 ? array->buffers[0] : NULL;
    int64_t at = array->offset + row;
    return array->null_count == array->length || (valid && !(valid[at >> 3] >> (at & 7) & 1));
}

/* The bytes of a dictionary column's cell. */
static struct text cell_text(const struct ArrowArray *array, int64_t row, int32_t *index)
{
    const int32_t *indices = array->buffers[1];
    const struct ArrowArray *dictionary = array->dictionary;
    const int32_t *offsets = (const int32_t *)dictionary->buffers[1] + dictionary->offset;
    const char *bytes = dictionary->buffers[2];
    *index = indices[array->offset + row];
    int32_t start = offsets[*index];
    uint32_t length = (uint32_t)(offsets[*index + 1] - start);
    return (struct text){length ? bytes + start : "", length};
}

static int64_t cell_day(const struct ArrowArray *array, int64_t row)
{
    int64_t ms = ((const int64_t *)array->buffers[1])[array->offset + row];
    return ms / MS_PER_DAY - (ms % MS_PER_DAY < 0);
}

static void remember_dictionary(struct parquet_column *column, const struct ArrowArray *array,
                                unsigned texts_generation)
{
    const struct ArrowArray *dictionary = array->dictionary;
    if (column->dictionary == dictionary->buffers[1] &&
        column->dictionary_length == dictionary->length &&
        column->texts_generation == texts_generation)
        return;
    column->texts_generation = texts_generation;
    column->dictionary = dictionary->buffers[1];
    column->dictionary_length = dictionary->length;
    size_t room = (size_t)dictionary->length + 1;
    if (room > column->ids_room) {
        column->ids = memory_grow(column->ids, room * sizeof *column->ids);
        column->ids_room = room;
    }
    memset(column->ids, 0xff, room * sizeof *column->ids);
}

static bool set_text_cell(struct result *result, struct parquet_column *column,
                          const struct ArrowArray *array, int64_t row, unsigned char *to,
                          struct error *error)
{
    int32_t index;
    struct text text = cell_text(array, row, &index);
    if (column->ids[index] == UINT32_MAX) {
        TRY(result_set_text(result, column->column, to, text.bytes, text.length, error));
        column->ids[index] = row_cell_id(column->column, to);
    }
    row_cell_set_id(column->column, to, column->ids[index]);
    return true;
}

static bool set_cell(struct result *result, struct parquet_column *column,
                     const struct ArrowArray *array, int64_t row, unsigned char *to,
                     struct error *error)
{
    if (cell_is_null(array, row))
        return true;
    switch (column->layout) {
    case ARROW_TEXT:
        return set_text_cell(result, column, array, row, to, error);
    case ARROW_TIME:
        row_cell_set_day(column->column, to, (int32_t)cell_day(array, row));
        return true;
    default:
        return row_cell_set_number(column->column, to,
                                   ((const double *)array->buffers[1])[array->offset + row], error);
    }
}

/* ---- rows ---- */

static const struct result_file *file_of_batch(struct parquet_place *place, const char *path)
{
    while (place->scanned_at + 1 < place->scanned_count &&
           strcmp(place->scanned[place->scanned_at].path, path) != 0)
        place->scanned_at++;
    return &place->scanned[place->scanned_at];
}

/* The row's day: its own, else its folder's. False: there is none, or it is out of scope. */
static bool row_day(const struct parquet_place *place, const struct result_file *file,
                    const struct ArrowArray *batch, int64_t row, const struct result_scope *scope,
                    int32_t *day)
{
    *day = 0;
    if (place->day_at == SIZE_MAX)
        return true;
    const struct ArrowArray *days = batch->children[place->day_at];
    if (!cell_is_null(days, row))
        *day = (int32_t)cell_day(days, row);
    else if (file->day > 0)
        *day = calendar_day(file->year, file->month, file->day);
    else
        return false;
    return *day >= scope->days.first && *day <= scope->days.last;
}

/* The row's source: its own, else its column or folder `source`. {NULL, 0}: none. */
static struct text row_source(const struct parquet_place *place, const struct result_file *file,
                              const struct ArrowArray *batch, int64_t row)
{
    int32_t index;
    const struct ArrowArray *owner = batch->children[place->owner_at];
    const struct ArrowArray *source = batch->children[place->column_count - 1];
    if (!cell_is_null(owner, row))
        return cell_text(owner, row, &index);
    if (!cell_is_null(source, row))
        return cell_text(source, row, &index);
    return (struct text){file->source, file->source ? (uint32_t)strlen(file->source) : 0};
}

static bool is_source(struct text text, const char *source)
{
    return text.bytes && text.length == strlen(source) &&
           strncasecmp(text.bytes, source, text.length) == 0;
}

static bool next_batch(struct parquet_place *place, const char **path, struct error *error)
{
    struct arrow_batch_place where;
    struct ArrowArray array = {0};
    TRY(arrow_scan_next(place->scan, &array, &where, error));
    /* the old batch goes only now: a dictionary's address must not be used again meanwhile */
    if (place->held.release)
        place->held.release(&place->held);
    place->held = array;
    *path = array.release ? where.path : NULL;
    return true;
}

static bool read_row(struct result *result, const struct result_file *file,
                     const struct ArrowArray *batch, int64_t at, struct error *error)
{
    struct parquet_place *place = result->place;
    int32_t day;
    if (!row_day(place, file, batch, at, &result->scope, &day))
        return true;
    struct text source = row_source(place, file, batch, at);
    if (result->scope.source && !is_source(source, result->scope.source))
        return true;
    unsigned char *row = result_add_row(result);
    for (size_t i = 0; i + 1 < place->column_count; i++)
        TRY(set_cell(result, &place->columns[i], batch->children[i], at, row, error));
    if (place->day_at != SIZE_MAX)
        row_cell_set_day(place->columns[place->day_at].column, row, day);
    const struct column *owner = place->columns[place->owner_at].column;
    if (owner && row_cell_id(owner, row) == TEXT_NULL && source.bytes)
        row_cell_set_text(owner, row, source.bytes, source.length, result->texts);
    return true;
}

static bool next(struct result *result, struct error *error)
{
    struct parquet_place *place = result->place;
    while (place->scanning && place->scan && result->row_count == 0) {
        const char *path;
        TRY(next_batch(place, &path, error));
        if (!path) {
            end(result);
            return true;
        }
        const struct ArrowArray *batch = &place->held;
        const struct result_file *file = file_of_batch(place, path);
        for (size_t i = 0; i < place->column_count; i++)
            if (place->columns[i].layout == ARROW_TEXT && place->columns[i].column)
                remember_dictionary(&place->columns[i], batch->children[i],
                                    result->texts_generation);
        for (int64_t row = 0; row < batch->length; row++)
            TRY(read_row(result, file, batch, row, error));
    }
    return true;
}

static bool count_days(struct result *result, const struct table *table,
                       const struct result_scope *scope, struct error *error)
{
    struct parquet_place *place = result->place;
    TRY(open_scan(result, table, scope, NULL, error));
    while (place->scan) {
        const char *path;
        TRY(next_batch(place, &path, error));
        if (!path)
            break;
        const struct ArrowArray *batch = &place->held;
        const struct result_file *file = file_of_batch(place, path);
        for (int64_t row = 0; row < batch->length; row++) {
            int32_t day;
            if (row_day(place, file, batch, row, scope, &day) &&
                (!scope->source || is_source(row_source(place, file, batch, row), scope->source)))
                result_count_day(result, day, 1);
        }
    }
    end(result);
    return true;
}

static const struct result_driver driver = {describe, count_days, begin, next, end};

static bool is_file(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

bool result_open_parquet(struct result *result, const char *path, struct error *error)
{
    struct parquet_place *place = arena_alloc(result->arena, sizeof *place);
    result->place = place;
    result->location = strncmp(path, "s3://", 5) == 0
                           ? arena_printf(result->arena, "%s", path)
                           : arena_printf(result->arena, "parquet:%s", path);
    if (is_file(path)) {
        const char *slash = strrchr(path, '/');
        place->only = arena_printf(result->arena, "%s", slash ? slash + 1 : path);
        path =
            slash ? arena_copy(result->arena, path, (size_t)(slash - path) + (slash == path)) : ".";
    }
    TRY(arrow_store_open(path, result->options->s3, false, result->arena, &place->store, error));
    result->driver = &driver;
    return true;
}
