#include "sink/parquet_batch.h"

#include "base/arena.h"
#include "base/measure.h"
#include "base/uuid.h"
#include "sink/row_check.h"
#include "sink/row_value.h"

#include <arrow/c/abi.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct parquet_column {
    const struct column *column;
    int64_t null_count;
    void *values;       /* uint32_t ids, then indices; double; int32_t; or characters of uuids */
    uint64_t *validity; /* one bit a row */
    int32_t *offsets;   /* of a text column's dictionary, of uuids */
    char *bytes;        /* of a text column's dictionary */
    size_t text_room;   /* of bytes */
    uint32_t texts;     /* in the dictionary */
    uint32_t texts_room;
    struct ArrowArray array, dictionary;
    const void *buffers[3], *dictionary_buffers[3];
};

/* The place of a text id in the dictionary that is being built. Entries of an older stamp do not
 * count, so nothing needs clearing. */
struct text_place {
    uint32_t stamp;
    uint32_t index;
};

/* Memory of one batch. */
struct parquet_slot {
    struct parquet_slot *next;
    struct parquet_column *columns;
    size_t column_count;
    size_t rows_room;
    struct ArrowArray **children;
    const void *buffers[1];
    bool lent; /* its array is not released yet */
};

struct parquet_batch {
    struct arena *arena;
    const struct column **columns;
    size_t column_count;
    struct parquet_slot *slots;
    struct text_place *places;
    size_t places_room;
    uint32_t stamp;
};

static void close_slot(struct parquet_slot *slot)
{
    for (size_t i = 0; i < slot->column_count; i++) {
        free(slot->columns[i].values);
        free(slot->columns[i].validity);
        free(slot->columns[i].offsets);
        free(slot->columns[i].bytes);
    }
}

static void close_batch(void *resource)
{
    struct parquet_batch *batch = resource;
    for (struct parquet_slot *slot = batch->slots; slot != NULL; slot = slot->next)
        close_slot(slot);
    free(batch->places);
}

struct parquet_batch *parquet_batch_init(const struct column **columns, size_t count,
                                         struct arena *arena)
{
    struct parquet_batch *batch = arena_alloc(arena, sizeof *batch);
    *batch = (struct parquet_batch){.arena = arena, .columns = columns, .column_count = count};
    arena_on_close(arena, close_batch, batch);
    return batch;
}

/* A slot that nobody holds. */
static struct parquet_slot *take_slot(struct parquet_batch *batch)
{
    for (struct parquet_slot *slot = batch->slots; slot != NULL; slot = slot->next)
        if (!slot->lent)
            return slot;
    struct arena *arena = batch->arena;
    struct parquet_slot *slot = arena_alloc(arena, sizeof *slot);
    slot->column_count = batch->column_count;
    slot->columns = arena_alloc_array(arena, batch->column_count, sizeof *slot->columns);
    slot->children = arena_alloc_array(arena, batch->column_count, sizeof(struct ArrowArray *));
    for (size_t i = 0; i < batch->column_count; i++) {
        slot->columns[i].column = batch->columns[i];
        slot->children[i] = &slot->columns[i].array;
    }
    slot->next = batch->slots;
    batch->slots = slot;
    return slot;
}

/* ---- schema ---- */

static void release_schema(struct ArrowSchema *schema)
{
    if (schema->dictionary != NULL && schema->dictionary->release != NULL)
        schema->dictionary->release(schema->dictionary);
    for (int64_t i = 0; i < schema->n_children; i++)
        if (schema->children[i]->release != NULL)
            schema->children[i]->release(schema->children[i]);
    free(schema->private_data); /* of the root: all of them */
    schema->release = NULL;
}

static const char *format_of(const struct column *column)
{
    switch (column->kind) {
    case COLUMN_NUMERIC:
        return "g";
    case COLUMN_DAY:
        return "tdD";
    case COLUMN_UUID:
        return "u";
    default:
        return "i"; /* integers, and indices of a dictionary */
    }
}

void parquet_batch_schema(const struct parquet_batch *batch, struct ArrowSchema *schema)
{
    size_t count = batch->column_count;
    size_t bytes = count * (2 * sizeof(struct ArrowSchema) + sizeof(struct ArrowSchema *));
    struct ArrowSchema *all = memory_grow(NULL, bytes);
    memset(all, 0, bytes);
    struct ArrowSchema **children = (struct ArrowSchema **)(void *)(all + 2 * count);
    for (size_t i = 0; i < count; i++) {
        const struct column *column = batch->columns[i];
        struct ArrowSchema *child = &all[i], *dictionary = &all[count + i];
        *child = (struct ArrowSchema){.format = format_of(column),
                                      .name = column->name,
                                      .flags = column->required ? 0 : ARROW_FLAG_NULLABLE,
                                      .release = release_schema};
        if (row_value_is_text(column)) {
            *dictionary = (struct ArrowSchema){
                .format = "u", .name = "", .flags = ARROW_FLAG_NULLABLE, .release = release_schema};
            child->dictionary = dictionary;
        }
        children[i] = child;
    }
    *schema = (struct ArrowSchema){.format = "+s",
                                   .name = "",
                                   .n_children = (int64_t)count,
                                   .children = children,
                                   .release = release_schema,
                                   .private_data = all};
}

/* ---- arrays ---- */

static void release_part(struct ArrowArray *array)
{
    if (array->dictionary != NULL && array->dictionary->release != NULL)
        array->dictionary->release(array->dictionary);
    array->release = NULL;
}

static void release_batch(struct ArrowArray *array)
{
    for (int64_t i = 0; i < array->n_children; i++)
        if (array->children[i]->release != NULL)
            array->children[i]->release(array->children[i]);
    ((struct parquet_slot *)array->private_data)->lent = false;
    array->release = NULL;
}

/* ---- values ---- */

static size_t value_size(const struct column *column)
{
    return column->kind == COLUMN_UUID      ? UUID_TEXT_SIZE - 1
           : column->kind == COLUMN_NUMERIC ? sizeof(double)
                                            : sizeof(int32_t);
}

static void make_room(struct parquet_slot *slot, size_t rows)
{
    if (rows <= slot->rows_room)
        return;
    slot->rows_room = rows + rows / 8;
    for (size_t i = 0; i < slot->column_count; i++) {
        struct parquet_column *column = &slot->columns[i];
        column->values = memory_grow(column->values,
                                     slot->rows_room * value_size(column->column) + UUID_TEXT_SIZE);
        column->validity =
            memory_grow(column->validity, (slot->rows_room / 64 + 1) * sizeof *column->validity);
        if (column->column->kind != COLUMN_UUID)
            continue;
        column->offsets =
            memory_grow(column->offsets, (slot->rows_room + 1) * sizeof *column->offsets);
        for (size_t n = 0; n <= slot->rows_room; n++)
            column->offsets[n] = (int32_t)(n * (UUID_TEXT_SIZE - 1));
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
        to->null_count += (int64_t)(end - word * 64) - __builtin_popcountll(bits);
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
        to->null_count += (int64_t)(end - word * 64) - __builtin_popcountll(bits);
    }
}

static void take_uuids(struct parquet_column *to, const struct row_batch *rows, size_t first,
                       size_t last)
{
    char *text = (char *)to->values + first * (UUID_TEXT_SIZE - 1);
    for (size_t i = first; i < last; i++, text += UUID_TEXT_SIZE - 1)
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

/* ---- dictionaries ---- */

static void add_text(struct parquet_column *to, struct text text)
{
    if (to->texts + 2 > to->texts_room) {
        to->texts_room = to->texts_room * 2 + 64;
        to->offsets = memory_grow(to->offsets, to->texts_room * sizeof *to->offsets);
    }
    size_t used = (size_t)to->offsets[to->texts];
    if (used + text.length > to->text_room) {
        to->text_room = (used + text.length) * 2;
        to->bytes = memory_grow(to->bytes, to->text_room);
    }
    memcpy(to->bytes + used, text.bytes, text.length);
    to->offsets[++to->texts] = (int32_t)(used + text.length);
}

static void start_dictionary(struct parquet_batch *batch, struct parquet_column *to)
{
    if (to->texts_room == 0) {
        to->texts_room = 64;
        to->offsets = memory_grow(NULL, to->texts_room * sizeof *to->offsets);
        to->text_room = 64;
        to->bytes = memory_grow(NULL, to->text_room);
    }
    to->offsets[0] = 0;
    to->texts = 0;
    if (++batch->stamp == 0) { /* wrapped around */
        memset(batch->places, 0, batch->places_room * sizeof *batch->places);
        batch->stamp = 1;
    }
}

/* Turns a column's ids into indices of a dictionary of its own. */
static bool make_dictionary(struct parquet_batch *batch, struct parquet_column *to,
                            const struct row_batch *rows, struct error *error)
{
    start_dictionary(batch, to);
    uint32_t *values = to->values;
    for (size_t i = 0; i < rows->count; i++) {
        uint32_t id = values[i];
        struct text_place *place = &batch->places[id];
        if (place->stamp != batch->stamp) {
            if (id == TEXT_NULL) {
                values[i] = 0;
                continue;
            }
            struct text text = text_pool_borrow(rows->texts, id);
            if ((size_t)to->offsets[to->texts] + text.length > INT32_MAX)
                return row_check_fail(rows, i, to->column, error,
                                      "makes the texts of one day exceed 2 GiB");
            *place = (struct text_place){batch->stamp, to->texts};
            add_text(to, text);
        }
        values[i] = place->index;
    }
    return true;
}

static void make_places(struct parquet_batch *batch, size_t texts)
{
    if (texts <= batch->places_room)
        return;
    size_t room = texts + texts / 2;
    batch->places = memory_grow(batch->places, room * sizeof *batch->places);
    memset(batch->places + batch->places_room, 0,
           (room - batch->places_room) * sizeof *batch->places);
    batch->places_room = room;
}

/* ---- a batch ---- */

static bool check_nulls(const struct parquet_column *column, const struct row_batch *rows,
                        struct error *error)
{
    if (!column->column->required || column->null_count == 0)
        return true;
    size_t row = 0;
    while ((column->validity[row / 64] >> (row % 64) & 1) != 0)
        row++;
    return row_check_fail(rows, row, column->column, error, "is null but must have a value");
}

static void wrap_column(struct parquet_column *column, int64_t rows)
{
    bool uuid = column->column->kind == COLUMN_UUID;
    bool text = row_value_is_text(column->column);
    column->buffers[0] = column->null_count > 0 ? column->validity : NULL;
    column->buffers[1] = uuid ? (const void *)column->offsets : column->values;
    column->buffers[2] = column->values;
    column->array = (struct ArrowArray){.length = rows,
                                        .null_count = column->null_count,
                                        .n_buffers = uuid ? 3 : 2,
                                        .buffers = column->buffers,
                                        .dictionary = text ? &column->dictionary : NULL,
                                        .release = release_part};
    if (!text)
        return;
    column->dictionary_buffers[1] = column->offsets;
    column->dictionary_buffers[2] = column->bytes;
    column->dictionary = (struct ArrowArray){.length = column->texts,
                                             .n_buffers = 3,
                                             .buffers = column->dictionary_buffers,
                                             .release = release_part};
}

bool parquet_batch_build(struct parquet_batch *batch, const struct row_batch *rows,
                         struct ArrowArray *array, struct error *error)
{
    enum { CHUNK = 512 }; /* rows that stay in the cache while their columns are taken apart */
    struct parquet_slot *slot = take_slot(batch);
    make_room(slot, rows->count);
    make_places(batch, rows->texts->count);
    for (size_t c = 0; c < slot->column_count; c++)
        slot->columns[c].null_count = 0;
    for (size_t first = 0; first < rows->count; first += CHUNK) {
        size_t last = first + CHUNK < rows->count ? first + CHUNK : rows->count;
        for (size_t c = 0; c < slot->column_count; c++)
            TRY(take_chunk(&slot->columns[c], rows, first, last, error));
    }
    for (size_t c = 0; c < slot->column_count; c++) {
        struct parquet_column *column = &slot->columns[c];
        TRY(check_nulls(column, rows, error));
        if (row_value_is_text(column->column))
            TRY(make_dictionary(batch, column, rows, error));
        wrap_column(column, (int64_t)rows->count);
    }
    *array = (struct ArrowArray){.length = (int64_t)rows->count,
                                 .n_buffers = 1,
                                 .n_children = (int64_t)slot->column_count,
                                 .buffers = slot->buffers,
                                 .children = slot->children,
                                 .release = release_batch,
                                 .private_data = slot};
    slot->lent = true;
    return true;
}
