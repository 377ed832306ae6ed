/* Results as CSV files with a line of column names: RFC 4180, UTF-8. An empty cell is null, a
 * quoted empty one ("") is the empty text. */
#include "result/result_reader.h"

#include "arrow/bridge.h"
#include "base/arena.h"
#include "result/result_files.h"
#include "sink/csv_text.h"

#include <stdlib.h>
#include <string.h>

struct csv_cell {
    size_t start; /* in the record's buffer */
    size_t length;
    bool is_null;
};

/* A file that is being read, record by record. */
struct csv_file {
    FILE *stream;
    const char *path;
    int64_t line;
    char *buffer; /* the unquoted bytes of the record */
    size_t used;
    size_t capacity;
    struct csv_cell *cells;
    size_t cell_count;
    size_t cell_capacity;
    size_t *column_of_cell; /* column of the table, or SIZE_MAX; from the header */
    size_t header_count;
};

struct csv_place {
    struct arrow_store *store;
    const char *folder;
    const struct table *table;
    struct result_files files;

    struct csv_file file;
    bool open;
    size_t file_at;
    bool scanning;
};

/* ---- records ---- */

static void put_byte(struct csv_file *file, int byte)
{
    if (file->used == file->capacity) {
        file->capacity = file->capacity ? file->capacity * 2 : 4096;
        file->buffer = memory_grow(file->buffer, file->capacity);
    }
    file->buffer[file->used++] = (char)byte;
}

static void put_cell(struct csv_file *file, size_t start, bool quoted)
{
    if (file->cell_count == file->cell_capacity) {
        file->cell_capacity = file->cell_capacity ? file->cell_capacity * 2 : 64;
        file->cells = memory_grow(file->cells, file->cell_capacity * sizeof *file->cells);
    }
    size_t length = file->used - start;
    file->cells[file->cell_count++] = (struct csv_cell){start, length, length == 0 && !quoted};
}

/* The bytes between quotes; the byte after the closing one. EOF when it never closes. */
static int read_quoted(struct csv_file *file)
{
    int byte;
    while ((byte = getc_unlocked(file->stream)) != EOF) {
        if (byte == '\n')
            file->line++;
        if (byte == '"') {
            byte = getc_unlocked(file->stream);
            if (byte != '"')
                return byte == EOF ? '\n' : byte;
        }
        put_byte(file, byte);
    }
    return EOF;
}

/* False at the end of the file, or on a failure that `error` tells. */
static bool read_record(struct csv_file *file, bool *found, struct error *error)
{
    file->used = 0;
    file->cell_count = 0;
    *found = false;
    int byte = getc_unlocked(file->stream);
    if (byte == EOF)
        return !ferror(file->stream) ||
               error_set(error, ERROR_BAD_DATA, "%s: cannot be read", file->path);
    file->line++;
    *found = true;
    size_t start = 0;
    bool quoted = false;
    for (;; byte = getc_unlocked(file->stream)) {
        if (byte == '"' && file->used == start && !quoted) {
            quoted = true;
            byte = read_quoted(file);
            if (byte == EOF)
                return error_set(error, ERROR_BAD_DATA, "%s: line %lld: a quote never closes",
                                 file->path, (long long)file->line);
        }
        if (byte == '\r')
            continue;
        if (byte == ',' || byte == '\n' || byte == EOF) {
            put_cell(file, start, quoted);
            start = file->used;
            quoted = false;
            if (byte != ',')
                return true;
        } else {
            put_byte(file, byte);
        }
    }
}

static void close_file(struct csv_place *place)
{
    struct csv_file *file = &place->file;
    if (!place->open)
        return;
    place->open = false;
    fclose(file->stream);
    free(file->buffer);
    free(file->cells);
    free(file->column_of_cell);
    *file = (struct csv_file){0};
}

/* Opens a file and reads its header. */
static bool open_file(struct result *result, const struct table *table, const char *path,
                      struct error *error)
{
    struct csv_place *place = result->place;
    struct csv_file *file = &place->file;
    *file = (struct csv_file){.path = arena_printf(result->arena, "%s/%s", place->folder, path)};
    file->stream = fopen(file->path, "rb");
    if (!file->stream)
        return error_set(error, ERROR_NO_INPUT, "%s: cannot be opened", file->path);
    place->open = true;
    bool found;
    TRY(read_record(file, &found, error));
    file->header_count = found ? file->cell_count : 0;
    file->column_of_cell = memory_grow(NULL, (file->header_count + 1) * sizeof(size_t));
    for (size_t i = 0; i < file->header_count; i++) {
        const struct csv_cell *cell = &file->cells[i];
        const char *name = arena_copy(result->arena, file->buffer + cell->start, cell->length);
        size_t column = result_column(table, name);
        bool reads = column != SIZE_MAX && result_reads_column(&table->columns[column]);
        file->column_of_cell[i] = reads ? column : SIZE_MAX;
    }
    return true;
}

/* ---- what is there ---- */

static bool describe(struct result *result, const struct table *table, struct result_table *found,
                     struct error *error)
{
    struct csv_place *place = result->place;
    if (place->table != table)
        TRY(result_files_list(place->store, ".csv", table, result->arena, &place->files, error));
    if (place->files.unnamed)
        place->files.count = 0;
    place->table = table;
    found->found = place->files.count > 0;
    for (size_t i = 0; i < place->files.count; i++) {
        close_file(place);
        TRY(open_file(result, table, place->files.files[i].path, error));
        for (size_t cell = 0; cell < place->file.header_count; cell++)
            if (place->file.column_of_cell[cell] != SIZE_MAX)
                found->columns[place->file.column_of_cell[cell]] = true;
        if (place->files.files[i].source)
            found->columns[result_column(table, table->owner)] = true;
    }
    close_file(place);
    return true;
}

/* ---- rows ---- */

static bool begin(struct result *result, struct error *error)
{
    struct csv_place *place = result->place;
    (void)error;
    place->file_at = 0;
    place->scanning = true;
    return true;
}

static bool set_cells(struct result *result, unsigned char *row, struct error *error)
{
    struct csv_place *place = result->place;
    const struct csv_file *file = &place->file;
    if (file->cell_count != file->header_count)
        return error_set(error, ERROR_BAD_DATA, "%s: line %lld has %zu cells, the header %zu",
                         file->path, (long long)file->line, file->cell_count, file->header_count);
    for (size_t i = 0; i < file->cell_count; i++) {
        size_t column = file->column_of_cell[i];
        const struct csv_cell *cell = &file->cells[i];
        if (column == SIZE_MAX || cell->is_null || !result->wanted[column])
            continue;
        /* texts that a spreadsheet would run carry an apostrophe; see sink/csv_text.h */
        struct text text =
            csv_unguard((struct text){file->buffer + cell->start, (uint32_t)cell->length});
        if (!result_set_text(result, &result->table->columns[column], row, text.bytes, text.length,
                             error))
            return error_add_context(error, "%s: line %lld", file->path, (long long)file->line);
    }
    return true;
}

/* Drops the row again when it is out of the scope; fills in the folder's source. */
static void check_row(struct result *result, unsigned char *row, size_t day, size_t owner)
{
    if (day == SIZE_MAX || !row_cell_is_text(&result->table->columns[owner]))
        return;
    const struct csv_place *place = result->place;
    const struct column *columns = result->table->columns;
    const char *source = place->files.files[place->file_at].source;
    if (row_cell_id(&columns[owner], row) == TEXT_NULL && source)
        row_cell_set_text(&columns[owner], row, source, strlen(source), result->texts);
    int32_t usage_start = row_cell_integer(&columns[day], row);
    bool in_days =
        usage_start >= result->scope.days.first && usage_start <= result->scope.days.last;
    struct text owned = text_pool_borrow(result->texts, row_cell_id(&columns[owner], row));
    bool of_source =
        !result->scope.source || (owned.bytes && owned.length == strlen(result->scope.source) &&
                                  memcmp(owned.bytes, result->scope.source, owned.length) == 0);
    if (!in_days || !of_source)
        result_drop_row(result);
}

static bool next(struct result *result, struct error *error)
{
    struct csv_place *place = result->place;
    size_t day = result_column(result->table, "usage_start");
    size_t owner = result_column(result->table, result->table->owner);
    result->wanted[owner] = true; /* the scope needs it, and the day */
    if (day != SIZE_MAX)
        result->wanted[day] = true;
    while (place->scanning && !result_batch_is_full(result)) {
        if (place->file_at == place->files.count)
            break;
        const struct result_file *at = &place->files.files[place->file_at];
        bool found = false;
        if (result_file_in_scope(at, &result->scope)) {
            if (!place->open)
                TRY(open_file(result, result->table, at->path, error));
            TRY(read_record(&place->file, &found, error));
        }
        if (!found) {
            close_file(place);
            place->file_at++;
            continue;
        }
        unsigned char *row = result_add_row(result);
        TRY(set_cells(result, row, error));
        check_row(result, row, day, owner);
    }
    return true;
}

static void end(struct result *result)
{
    struct csv_place *place = result->place;
    close_file(place);
    place->scanning = false;
}

/* Reads only day and owner of every row. */
static bool count_days(struct result *result, const struct table *table,
                       const struct result_scope *scope, struct error *error)
{
    struct text_pool texts;
    text_pool_init(&texts);
    bool *none = arena_alloc_array(result->arena, table->column_count, sizeof *none);
    bool done = result_begin(result, table, scope, none, &texts, error);
    size_t day = result_column(table, "usage_start");
    struct row_batch batch;
    while (done && (done = result_next(result, &batch, error)) && batch.count > 0)
        for (size_t i = 0; i < batch.count; i++)
            result_count_day(
                result,
                row_cell_integer(&table->columns[day],
                                 (const unsigned char *)batch.rows + i * table->row_size),
                1);
    end(result);
    text_pool_close(&texts);
    return done;
}

static const struct result_driver driver = {describe, count_days, begin, next, end};

bool result_open_csv(struct result *result, const char *path, struct error *error)
{
    struct csv_place *place = arena_alloc(result->arena, sizeof *place);
    result->place = place;
    place->folder = arena_printf(result->arena, "%s", path);
    result->location = arena_printf(result->arena, "csv:%s", path);
    TRY(arrow_store_open(path, NULL, false, result->arena, &place->store, error));
    result->driver = &driver;
    return true;
}
