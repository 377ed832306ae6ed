#include "sink/parquet_rows.h"

#include "base/arena.h"
#include "base/uuid.h"
#include "parquet/parquet_writer.h"
#include "sink/row_check.h"
#include "sink/row_value.h"

#include <math.h>
#include <stdlib.h>

enum {
    CHUNK = 512, /* rows that stay in the cache while their columns are taken apart */
    NAME_SIZE = UUID_TEXT_SIZE - 1,
};

/* One column of a row group. */
struct parquet_column {
    const struct column *column;
    void *values; /* text ids, then indices; doubles; int32_t; or characters of uuids */
    uint64_t *validity;
    size_t nulls;
    size_t distinct; /* texts of a JSON column */
    bool shared;     /* its indices are those of the shared dictionary, not its own */
    struct parquet_dictionary own;
};

/* The place of a text id in the dictionary that is being built. Entries of an older stamp do not
 * count, so nothing needs clearing. */
struct text_place {
    uint32_t stamp;
    uint32_t index;
    uint32_t column; /* number of the JSON column that had the text last */
};

struct parquet_rows {
    struct parquet_column *columns;
    struct parquet_field *fields;
    size_t column_count;
    size_t rows_room;
    struct text_place *places;
    size_t places_room;
    uint32_t stamp;
    uint32_t *shared_ids; /* the texts of all JSON columns */
    size_t shared_count;
    size_t shared_room;
    struct parquet_dictionary shared; /* the same as the file has them */
};

static void close_rows(void *closed)
{
    struct parquet_rows *rows = closed;
    for (size_t i = 0; i < rows->column_count; i++) {
        free(rows->columns[i].values);
        free(rows->columns[i].validity);
        parquet_dictionary_close(&rows->columns[i].own);
    }
    free(rows->places);
    free(rows->shared_ids);
    parquet_dictionary_close(&rows->shared);
}

static enum parquet_type type_of(const struct column *column)
{
    return column->kind == COLUMN_UUID      ? PARQUET_NAME
           : column->kind == COLUMN_NUMERIC ? PARQUET_NUMBER
           : column->kind == COLUMN_INTEGER ? PARQUET_INTEGER
           : column->kind == COLUMN_DAY     ? PARQUET_DAY
                                            : PARQUET_TEXT;
}

struct parquet_rows *parquet_rows_init(const struct column **columns, size_t count,
                                       struct arena *arena)
{
    struct parquet_rows *rows = arena_alloc(arena, sizeof *rows);
    *rows = (struct parquet_rows){
        .columns = arena_alloc_array(arena, count, sizeof *rows->columns),
        .fields = arena_alloc_array(arena, count, sizeof *rows->fields),
        .column_count = count,
    };
    for (size_t i = 0; i < count; i++) {
        rows->columns[i].column = columns[i];
        rows->fields[i] =
            (struct parquet_field){columns[i]->name, type_of(columns[i]), columns[i]->required};
    }
    arena_on_close(arena, close_rows, rows);
    return rows;
}

const struct parquet_field *parquet_rows_fields(const struct parquet_rows *rows)
{
    return rows->fields;
}

/* ---- values ---- */

static size_t value_size(const struct column *column)
{
    return column->kind == COLUMN_UUID      ? NAME_SIZE
           : column->kind == COLUMN_NUMERIC ? sizeof(double)
                                            : sizeof(int32_t);
}

static void make_room(struct parquet_rows *rows, size_t count)
{
    if (count <= rows->rows_room)
        return;
    rows->rows_room = count + count / 8;
    for (size_t i = 0; i < rows->column_count; i++) {
        struct parquet_column *column = &rows->columns[i];
        column->values = memory_grow(column->values,
                                     rows->rows_room * value_size(column->column) + UUID_TEXT_SIZE);
        column->validity =
            memory_grow(column->validity, (rows->rows_room / 64 + 1) * sizeof *column->validity);
    }
}

/* Rows first … last - 1 of a numeric column; first is a multiple of 64. */
static bool take_numbers(struct parquet_column *to, const struct row_batch *rows, size_t first,
                         size_t last, struct error *error)
{
    const unsigned char *at = row_value_row(rows, first) + to->column->offset;
    double *values = to->values;
    bool absurd = false;
    for (size_t word = first / 64; word * 64 < last; word++) {
        size_t end = word * 64 + 64 < last ? word * 64 + 64 : last;
        uint64_t bits = 0;
        for (size_t i = word * 64; i < end; i++, at += rows->table->row_size) {
            double value;
            memcpy(&value, at, sizeof value);
            values[i] = value;
            bits |= (uint64_t)(value == value) << (i % 64);
            absurd |= isinf(value);
        }
        to->validity[word] = bits;
        to->nulls += (end - word * 64) - (size_t)__builtin_popcountll(bits);
    }
    if (!absurd)
        return true;
    size_t row = first;
    while (!isinf(values[row]))
        row++;
    return row_check_fail(rows, row, to->column, error,
                          "is beyond the range of numbers: look for absurd amounts in the input of "
                          "that day");
}

/* Ids, integers and days: 32 bits, of which one value stands for null. */
static void take_words(struct parquet_column *to, const struct row_batch *rows, size_t first,
                       size_t last, uint32_t null)
{
    const unsigned char *at = row_value_row(rows, first) + to->column->offset;
    uint32_t *values = to->values;
    for (size_t word = first / 64; word * 64 < last; word++) {
        size_t end = word * 64 + 64 < last ? word * 64 + 64 : last;
        uint64_t bits = 0;
        for (size_t i = word * 64; i < end; i++, at += rows->table->row_size) {
            uint32_t value;
            memcpy(&value, at, sizeof value);
            values[i] = value;
            bits |= (uint64_t)(value != null) << (i % 64);
        }
        to->validity[word] = bits;
        to->nulls += (end - word * 64) - (size_t)__builtin_popcountll(bits);
    }
}

static void take_uuids(struct parquet_column *to, const struct row_batch *rows, size_t first,
                       size_t last)
{
    char *text = (char *)to->values + first * NAME_SIZE;
    for (size_t i = first; i < last; i++, text += NAME_SIZE)
        uuid_format(row_value_row(rows, i) + to->column->offset, text);
}

static bool take_chunk(struct parquet_column *to, const struct row_batch *rows, size_t first,
                       size_t last, struct error *error)
{
    switch (to->column->kind) {
    case COLUMN_NUMERIC:
        return take_numbers(to, rows, first, last, error);
    case COLUMN_UUID:
        take_uuids(to, rows, first, last);
        return true;
    case COLUMN_INTEGER:
    case COLUMN_DAY:
        take_words(to, rows, first, last, (uint32_t)INTEGER_NULL);
        return true;
    default:
        take_words(to, rows, first, last, TEXT_NULL);
        return true;
    }
}

static bool check_nulls(const struct parquet_column *column, const struct row_batch *rows,
                        struct error *error)
{
    if (!column->column->required || column->nulls == 0)
        return true;
    size_t row = 0;
    while ((column->validity[row / 64] >> (row % 64) & 1) != 0)
        row++;
    return row_check_fail(rows, row, column->column, error, "is null but must have a value");
}

static bool take_columns(struct parquet_rows *rows, const struct row_batch *day,
                         struct error *error)
{
    make_room(rows, day->count);
    for (size_t c = 0; c < rows->column_count; c++)
        rows->columns[c].nulls = 0;
    for (size_t first = 0; first < day->count; first += CHUNK) {
        size_t last = first + CHUNK < day->count ? first + CHUNK : day->count;
        for (size_t c = 0; c < rows->column_count; c++)
            TRY(take_chunk(&rows->columns[c], day, first, last, error));
    }
    for (size_t c = 0; c < rows->column_count; c++)
        TRY(check_nulls(&rows->columns[c], day, error));
    return true;
}

/* ---- dictionaries ---- */

/* Places for every number below `count`, none of them taken. */
static void start_places(struct parquet_rows *rows, size_t count)
{
    if (count > rows->places_room) {
        size_t room = count + count / 2;
        rows->places = memory_grow(rows->places, room * sizeof *rows->places);
        memset(rows->places + rows->places_room, 0,
               (room - rows->places_room) * sizeof *rows->places);
        rows->places_room = room;
    }
    if (++rows->stamp == 0) { /* wrapped around */
        memset(rows->places, 0, rows->places_room * sizeof *rows->places);
        rows->stamp = 1;
    }
}

static bool add_text(struct parquet_dictionary *dictionary, const struct row_batch *day, size_t row,
                     const struct column *column, uint32_t id, struct error *error)
{
    struct text text = text_pool_borrow(day->texts, id);
    if (dictionary->texts.length + text.length + sizeof text.length > INT32_MAX)
        return row_check_fail(day, row, column, error, "makes the texts of one day exceed 2 GiB");
    parquet_dictionary_add(dictionary, text.bytes, text.length);
    return true;
}

/* Turns a column's ids into indices of its own dictionary. */
static bool make_dictionary(struct parquet_rows *rows, struct parquet_column *column,
                            const struct row_batch *day, struct error *error)
{
    uint32_t *values = column->values;
    parquet_dictionary_clear(&column->own);
    start_places(rows, day->texts->count);
    for (size_t i = 0; i < day->count; i++) {
        uint32_t id = values[i];
        struct text_place *place = &rows->places[id];
        if (place->stamp != rows->stamp) {
            if (id == TEXT_NULL)
                continue;
            *place = (struct text_place){rows->stamp, (uint32_t)column->own.count, 0};
            TRY(add_text(&column->own, day, i, column->column, id, error));
        }
        values[i] = place->index;
    }
    return true;
}

/* ---- the dictionary that JSON columns share ---- */

static bool is_json(const struct parquet_column *column)
{
    return column->column->kind == COLUMN_JSON;
}

static void note_shared(struct parquet_rows *rows, uint32_t id)
{
    if (rows->shared_count == rows->shared_room) {
        rows->shared_room = rows->shared_room * 2 + 256;
        rows->shared_ids = memory_grow(rows->shared_ids, rows->shared_room * sizeof(uint32_t));
    }
    rows->shared_ids[rows->shared_count++] = id;
}

/* Counts a JSON column's texts, and collects those that no column before it has. */
static void count_texts(struct parquet_rows *rows, uint32_t number, size_t count)
{
    struct parquet_column *column = &rows->columns[number];
    const uint32_t *ids = column->values;
    for (size_t i = 0; i < count; i++) {
        struct text_place *place = &rows->places[ids[i]];
        bool is_known = place->stamp == rows->stamp;
        if (ids[i] == TEXT_NULL || (is_known && place->column == number))
            continue;
        if (!is_known) {
            *place = (struct text_place){rows->stamp, (uint32_t)rows->shared_count, number};
            note_shared(rows, ids[i]);
        }
        place->column = number;
        column->distinct++;
    }
}

static void count_json(struct parquet_rows *rows, const struct row_batch *day)
{
    rows->shared_count = 0;
    start_places(rows, day->texts->count);
    for (size_t c = 0; c < rows->column_count; c++) {
        rows->columns[c].distinct = 0;
        if (is_json(&rows->columns[c]))
            count_texts(rows, (uint32_t)c, day->count);
    }
}

/* Whether a column holds so many of the shared texts that the others do not burden it. */
static bool shares(const struct parquet_rows *rows, const struct parquet_column *column)
{
    return is_json(column) && column->distinct > 1 && column->distinct * 2 >= rows->shared_count;
}

/* Fills the shared dictionary, if its bytes do not exceed what a page may have. */
static bool fill_shared(struct parquet_rows *rows, const struct text_pool *texts)
{
    size_t bytes = 0;
    for (size_t i = 0; i < rows->shared_count; i++)
        bytes += text_pool_borrow(texts, rows->shared_ids[i]).length + sizeof(uint32_t);
    if (bytes > INT32_MAX)
        return false;
    parquet_dictionary_clear(&rows->shared);
    for (size_t i = 0; i < rows->shared_count; i++) {
        struct text text = text_pool_borrow(texts, rows->shared_ids[i]);
        parquet_dictionary_add(&rows->shared, text.bytes, text.length);
    }
    return true;
}

/* Gives the columns that share one dictionary their indices in it; marks them. */
static void share_dictionary(struct parquet_rows *rows, const struct row_batch *day)
{
    size_t sharing = 0;
    count_json(rows, day);
    for (size_t c = 0; c < rows->column_count; c++)
        sharing += rows->columns[c].shared = shares(rows, &rows->columns[c]);
    bool worthwhile = sharing > 1 && fill_shared(rows, day->texts);
    for (size_t c = 0; c < rows->column_count; c++) {
        struct parquet_column *column = &rows->columns[c];
        uint32_t *values = column->values;
        column->shared = column->shared && worthwhile;
        for (size_t i = 0; column->shared && i < day->count; i++)
            values[i] = rows->places[values[i]].index;
    }
}

/* ---- row groups ---- */

static bool write_column(struct parquet_rows *rows, struct parquet_column *column,
                         const struct row_batch *group, struct parquet_writer *writer,
                         struct error *error)
{
    struct parquet_chunk chunk = {
        .values = column->values, .validity = column->validity, .nulls = column->nulls};
    if (column->column->kind == COLUMN_UUID)
        chunk.name_length = NAME_SIZE;
    if (row_value_is_text(column->column)) {
        chunk.dictionary = column->shared ? &rows->shared : &column->own;
        if (!column->shared)
            TRY(make_dictionary(rows, column, group, error));
    }
    return parquet_writer_put(writer, &chunk, error);
}

bool parquet_rows_write(struct parquet_rows *rows, const struct row_batch *day,
                        struct parquet_writer *writer, struct error *error)
{
    for (size_t first = 0; first < day->count; first += MOST_BATCH_ROWS) {
        size_t left = day->count - first;
        struct row_batch group = {day->table, row_value_row(day, first),
                                  left < MOST_BATCH_ROWS ? left : MOST_BATCH_ROWS, day->texts};
        TRY(take_columns(rows, &group, error));
        share_dictionary(rows, &group);
        parquet_writer_begin_group(writer, group.count);
        for (size_t c = 0; c < rows->column_count; c++)
            TRY(write_column(rows, &rows->columns[c], &group, writer, error));
    }
    return true;
}
