#include "result/result.h"

#include "result/result_reader.h"

#include "base/arena.h"
#include "sink/sink_table.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool ends_with(const char *text, const char *suffix)
{
    size_t length = strlen(text), tail = strlen(suffix);
    return length >= tail && strcmp(text + length - tail, suffix) == 0;
}

/* ---- which kind of place ---- */

enum place { PLACE_UNKNOWN, PLACE_SQLITE, PLACE_PARQUET, PLACE_CSV };

static enum place guess_by_name(const char *name)
{
    return ends_with(name, ".parquet") ? PLACE_PARQUET
           : ends_with(name, ".csv")   ? PLACE_CSV
                                       : PLACE_UNKNOWN;
}

/* The kind of the first file with a telling name below a folder. */
static enum place guess_folder(const char *path, int depth, struct arena *arena)
{
    enum place place = PLACE_UNKNOWN;
    DIR *folder = opendir(path);
    if (!folder)
        return place;
    struct dirent *entry;
    while (place == PLACE_UNKNOWN && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        const char *below = arena_printf(arena, "%s/%s", path, entry->d_name);
        struct stat status;
        if (stat(below, &status) != 0)
            continue;
        if (S_ISREG(status.st_mode))
            place = guess_by_name(entry->d_name);
        else if (S_ISDIR(status.st_mode) && depth > 0)
            place = guess_folder(below, depth - 1, arena);
    }
    closedir(folder);
    return place;
}

static enum place guess_file(const char *path)
{
    static const char magic[] = "SQLite format 3";
    char head[sizeof magic] = {0};
    FILE *file = fopen(path, "rb");
    if (file) {
        size_t got = fread(head, 1, sizeof head, file);
        fclose(file);
        if (got == sizeof head && memcmp(head, magic, sizeof magic) == 0)
            return PLACE_SQLITE;
    }
    return guess_by_name(path);
}

static bool open_bare(struct result *result, const char *path, struct error *error)
{
    enum { DEPTH = 8 };
    struct stat status;
    if (stat(path, &status) != 0)
        return error_set(error, ERROR_NO_INPUT,
                         "%s: nothing is there; a result is sqlite:FILE, postgresql:…, "
                         "parquet:DIR, csv:DIR or a path that exists",
                         path);
    enum place place =
        S_ISDIR(status.st_mode) ? guess_folder(path, DEPTH, result->arena) : guess_file(path);
    if (place == PLACE_SQLITE)
        return result_open_sqlite(result, path, error);
    if (place == PLACE_PARQUET)
        return result_open_parquet(result, path, error);
    if (place == PLACE_CSV)
        return result_open_csv(result, path, error);
    return error_set(error, ERROR_NO_INPUT, "%s: holds no SQLite database, .parquet or .csv file",
                     path);
}

static bool open_location(struct result *result, const char *location, struct error *error)
{
    if (starts_with(location, "sqlite:"))
        return result_open_sqlite(result, location + strlen("sqlite:"), error);
    if (starts_with(location, "postgresql:") || starts_with(location, "postgres:"))
        return result_open_postgresql(result, location, error);
    if (starts_with(location, "parquet:"))
        return result_open_parquet(result, location + strlen("parquet:"), error);
    if (starts_with(location, "csv:"))
        return result_open_csv(result, location + strlen("csv:"), error);
    if (starts_with(location, "s3://"))
        return result_open_parquet(result, location, error);
    return open_bare(result, location, error);
}

static void close_result(void *closed)
{
    struct result *result = closed;
    if (result->driver)
        result->driver->end(result);
    json_values_close(&result->json);
    json_values_close(&result->sets);
    free(result->rows);
    free(result->days);
}

bool result_open(const char *location, const struct result_options *options, struct arena *arena,
                 struct result **opened, struct error *error)
{
    static const struct result_options none = {0};
    struct result *result = arena_alloc(arena, sizeof *result);
    result->arena = arena;
    result->options = options ? options : &none;
    TRY(open_location(result, location, error));
    json_values_init(&result->json, false);
    json_values_init(&result->sets, true);
    arena_on_close(arena, close_result, result);
    *opened = result;
    return true;
}

const char *result_location(const struct result *result)
{
    return result->location;
}

/* ---- what is there ---- */

bool result_describe(struct result *result, const struct table *table, struct result_table *found,
                     struct error *error)
{
    *found = (struct result_table){
        .columns = arena_alloc_array(result->arena, table->column_count, sizeof(bool))};
    return result->driver->describe(result, table, found, error);
}

size_t result_column(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (strcmp(table->columns[i].name, name) == 0)
            return i;
    return SIZE_MAX;
}

void result_count_day(struct result *result, int32_t day, int64_t rows)
{
    for (size_t i = result->day_count; i-- > 0;)
        if (result->days[i].day == day) {
            result->days[i].rows += rows;
            return;
        }
    if (result->day_count == result->day_capacity) {
        result->day_capacity = result->day_capacity ? result->day_capacity * 2 : 64;
        result->days = memory_grow(result->days, result->day_capacity * sizeof *result->days);
    }
    result->days[result->day_count++] = (struct result_day){day, rows};
}

static int by_day(const void *a, const void *b)
{
    int32_t left = ((const struct result_day *)a)->day, right = ((const struct result_day *)b)->day;
    return (left > right) - (left < right);
}

bool result_days(struct result *result, const struct table *table, const struct result_scope *scope,
                 struct arena *arena, struct result_day **days, size_t *count, struct error *error)
{
    result->driver->end(result);
    result->day_count = 0;
    struct result_table found;
    TRY(result_describe(result, table, &found, error));
    if (found.found)
        TRY(result->driver->count_days(result, table, scope, error));
    if (result->day_count > 0)
        qsort(result->days, result->day_count, sizeof *result->days, by_day);
    *days = arena_alloc_array(arena, result->day_count, sizeof **days);
    if (result->day_count > 0)
        memcpy(*days, result->days, result->day_count * sizeof **days);
    *count = result->day_count;
    return true;
}

/* ---- scans ---- */

bool result_begin(struct result *result, const struct table *table,
                  const struct result_scope *scope, const bool *columns, struct text_pool *texts,
                  struct error *error)
{
    result->driver->end(result);
    if (result->table != table) {
        TRY(result_describe(result, table, &result->described, error));
        result->table = table;
        result->wanted = arena_alloc_array(result->arena, table->column_count, sizeof(bool));
        result->null_row = arena_alloc(result->arena, table->row_size);
        row_cell_clear(table, result->null_row);
    }
    for (size_t i = 0; i < table->column_count; i++)
        result->wanted[i] = result->described.columns[i] && (!columns || columns[i]);
    for (size_t i = 0; scope->part != TABLE_WHOLE && i < TABLE_MARKS; i++) {
        size_t mark = result_column(table, table->marks[i]);
        result->wanted[mark] = result->described.columns[mark];
    }
    result->scope = *scope;
    result->texts = texts;
    result->row_count = 0;
    if (!result->described.found)
        return error_set(error, ERROR_NO_INPUT, "%s: there is no table %s", result->location,
                         table->name);
    return result->driver->begin(result, error);
}

unsigned char *result_add_row(struct result *result)
{
    size_t size = result->table->row_size, bytes = size * RESULT_BATCH_ROWS;
    if (result->row_capacity < bytes) {
        result->rows = memory_grow(result->rows, bytes);
        result->row_capacity = bytes;
    }
    unsigned char *row = result->rows + size * result->row_count++;
    memcpy(row, result->null_row, size);
    return row;
}

bool result_set_text(struct result *result, const struct column *column, unsigned char *row,
                     const char *bytes, size_t length, struct error *error)
{
    if (!bytes)
        return true;
    switch (column->kind) {
    case COLUMN_TEXT_ARRAY:
        row_cell_set_id(column, row,
                        json_values_intern(&result->sets, bytes, length, result->texts));
        return true;
    case COLUMN_JSON:
        row_cell_set_id(column, row,
                        json_values_intern(&result->json, bytes, length, result->texts));
        return true;
    case COLUMN_TEXT:
    case COLUMN_UUIDTEXT:
        row_cell_set_text(column, row, bytes, length, result->texts);
        return true;
    default:
        if (row_cell_parse(column, row, bytes, length, error))
            return true;
        return error_add_context(error, "%s: table %s", result->location, result->table->name);
    }
}

static bool is_narrowed(const struct result_scope *scope)
{
    return scope->part != TABLE_WHOLE || scope->owner_number != NULL;
}

static bool is_of_owner(const struct table *table, const struct result_scope *scope,
                        const unsigned char *row)
{
    return scope->owner_number == NULL ||
           row_cell_integer(sink_table_column(table, table->owner), row) == *scope->owner_number;
}

/* Leaves rows of the scope's part and number; places that can choose them have done so already. */
static void keep_rows(struct result *result)
{
    const struct table *table = result->table;
    size_t kept = 0;
    for (size_t i = 0; i < result->row_count; i++) {
        const unsigned char *row = result->rows + i * table->row_size;
        if (sink_table_in_part(table, result->scope.part, row) &&
            is_of_owner(table, &result->scope, row))
            memmove(result->rows + kept++ * table->row_size, row, table->row_size);
    }
    result->row_count = kept;
}

bool result_next(struct result *result, struct row_batch *batch, struct error *error)
{
    size_t found;
    do {
        result->row_count = 0;
        TRY(result->driver->next(result, error));
        found = result->row_count;
        if (is_narrowed(&result->scope))
            keep_rows(result);
    } while (found > 0 && result->row_count == 0);
    *batch = (struct row_batch){result->table, result->rows, result->row_count, result->texts};
    return true;
}

void result_forget_texts(struct result *result)
{
    text_pool_reset(result->texts);
    result->texts_generation++;
}
