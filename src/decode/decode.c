#include "decode/decode.h"

#include "arrow/bridge.h"
#include "base/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <arrow/c/abi.h>

enum { MOST_COLUMNS = 64 };

/* One asked-for column and the memory its array lives in. */
struct decode_column {
    const struct report_column *column;
    uint32_t *ids;          /* TEXT: of the rows */
    double *values;         /* MEASURE, where nulls must become NaN */
    int64_t *times;         /* TIME, where nulls must be marked */
    size_t room;            /* rows there is room for */
    const void *dictionary; /* TEXT: the one `id_of_index` is for */
    int64_t dictionary_length;
    uint32_t *id_of_index;
    size_t index_room;
};

struct decode {
    struct arrow_scan *scan;
    const struct report_layout *layout;
    struct text_pool *texts;
    struct decode_column columns[MOST_COLUMNS];
    size_t column_count;
    struct ArrowArray held; /* the batch whose memory the caller borrows */
    bool closed;
};

static void close_held(struct decode *decode)
{
    if (decode->held.release != NULL)
        decode->held.release(&decode->held);
    decode->held.release = NULL;
}

void decode_close(struct decode *decode)
{
    if (decode->closed)
        return;
    decode->closed = true;
    close_held(decode);
    arrow_scan_close(decode->scan);
    for (size_t i = 0; i < decode->column_count; i++) {
        free(decode->columns[i].ids);
        free(decode->columns[i].values);
        free(decode->columns[i].times);
        free(decode->columns[i].id_of_index);
    }
}

static void release(void *decode)
{
    decode_close(decode);
}

bool decode_open(struct arrow_store *store, const struct decode_request *request,
                 struct arena *arena, struct decode **result, struct error *error)
{
    struct decode *decode = arena_alloc(arena, sizeof *decode);
    struct arrow_request columns[MOST_COLUMNS];
    size_t column_count = 0;
    decode->layout = request->layout;
    decode->texts = request->texts;
    for (size_t i = 0; i < request->layout->column_count; i++) {
        const struct report_column *column = &request->layout->columns[i];
        bool is_read = request->columns >> i & 1;
        if (!is_read && !column->required)
            continue;
        columns[column_count++] = (struct arrow_request){
            column->name, (enum arrow_layout)column->layout, column->required, !is_read};
        if (is_read)
            decode->columns[decode->column_count++].column = column;
    }
    TRY(arrow_scan_open(store, request->slices, request->slice_count, columns, column_count,
                        DECODE_BATCH_ROWS, arena, &decode->scan, error));
    arena_on_close(arena, release, decode);
    *result = decode;
    return true;
}

static inline bool is_valid(const uint8_t *bitmap, int64_t at)
{
    return bitmap[at >> 3] >> (at & 7) & 1;
}

/* Room for `rows` elements of `size` bytes; old content is not kept. */
static void *make_room(struct decode_column *column, void *old, size_t rows, size_t size)
{
    if (old != NULL && rows <= column->room)
        return old;
    free(old);
    column->room = rows;
    return memory_grow(NULL, rows * size);
}

static size_t find_index(const int32_t *indices, size_t rows, int32_t index)
{
    for (size_t row = 0; row < rows; row++)
        if (indices[row] == index)
            return row;
    return 0;
}

static bool fail_at(const struct decode_column *column, const struct arrow_batch_place *place,
                    size_t row, const char *what, struct error *error)
{
    return error_set(error, ERROR_BAD_DATA, "%s: row %lld, column %s: %s", place->path,
                     (long long)place->first_row + (long long)row + 1, column->column->name, what);
}

/* Whether all texts of a dictionary are UTF-8: checked in one piece, which is valid, too, where one
 * text ends and the next begins inside a character. */
static bool texts_are_valid(const char *bytes, const int32_t *ends, size_t count)
{
    if (!utf8_is_valid(bytes + ends[0], (size_t)(ends[count] - ends[0])))
        return false;
    for (size_t i = 0; i < count; i++)
        if (ends[i] < ends[count] && ((unsigned char)bytes[ends[i]] & 0xc0) == 0x80)
            return false;
    return true;
}

/* Some text of the dictionary is no UTF-8: says which row has it. */
static bool refuse_text(const struct decode_column *column, const struct ArrowArray *array,
                        const struct arrow_batch_place *place, struct error *error)
{
    const struct ArrowArray *dictionary = array->dictionary;
    const int32_t *ends = (const int32_t *)dictionary->buffers[1] + dictionary->offset;
    const int32_t *indices = (const int32_t *)array->buffers[1] + array->offset;
    const char *bytes = dictionary->buffers[2];
    int32_t bad = 0;
    while (bad + 1 < dictionary->length &&
           utf8_is_valid(bytes + ends[bad], (size_t)(ends[bad + 1] - ends[bad])))
        bad++;
    return fail_at(column, place, find_index(indices, (size_t)array->length, bad),
                   "the text is no valid UTF-8", error);
}

/* Looks every value of a dictionary up in the pool, once. */
static bool map_dictionary(struct decode *decode, struct decode_column *column,
                           const struct ArrowArray *array, const struct arrow_batch_place *place,
                           struct error *error)
{
    const struct ArrowArray *dictionary = array->dictionary;
    const int32_t *ends = (const int32_t *)dictionary->buffers[1] + dictionary->offset;
    const char *bytes = dictionary->buffers[2];
    size_t count = (size_t)dictionary->length;
    if (count > column->index_room) {
        column->id_of_index = memory_grow(column->id_of_index, count * sizeof(uint32_t));
        column->index_room = count;
    }
    if (count == 0 || bytes == NULL)
        bytes = "";
    if (!texts_are_valid(bytes, ends, count))
        return refuse_text(column, array, place, error);
    text_pool_intern_all(decode->texts, bytes, ends, count, column->id_of_index);
    column->dictionary = dictionary->buffers[1];
    column->dictionary_length = dictionary->length;
    return true;
}

static bool decode_text(struct decode *decode, struct decode_column *column,
                        const struct ArrowArray *array, const struct arrow_batch_place *place,
                        struct error *error)
{
    size_t rows = (size_t)array->length;
    const int32_t *indices = (const int32_t *)array->buffers[1] + array->offset;
    column->ids = make_room(column, column->ids, rows, sizeof *column->ids);
    if (array->dictionary->length == 0) { /* nothing but nulls */
        column->dictionary = NULL;
        memset(column->ids, 0, rows * sizeof *column->ids);
        return true;
    }
    /* The batch before is still held, so an equal address is the same dictionary. */
    if (column->dictionary != array->dictionary->buffers[1] ||
        column->dictionary_length != array->dictionary->length)
        TRY(map_dictionary(decode, column, array, place, error));
    const uint32_t *id_of_index = column->id_of_index;
    if (array->null_count == 0 || array->buffers[0] == NULL) {
        for (size_t row = 0; row < rows; row++)
            column->ids[row] = id_of_index[indices[row]];
        return true;
    }
    const uint8_t *valid = array->buffers[0];
    for (size_t row = 0; row < rows; row++)
        column->ids[row] = is_valid(valid, array->offset + (int64_t)row) ? id_of_index[indices[row]]
                                                                         : (uint32_t)TEXT_NULL;
    return true;
}

/* NaN means null from here on, so a NaN or an infinity in the file is refused. */
static bool check_finite(const struct decode_column *column, const double *values,
                         const uint8_t *valid, int64_t offset, size_t rows,
                         const struct arrow_batch_place *place, struct error *error)
{
    /* Adding one to an exponent of all ones, and only to that, carries into the sign bit. */
    uint64_t carries = 0;
    for (size_t row = 0; row < rows; row++) {
        uint64_t bits;
        memcpy(&bits, &values[row], sizeof bits);
        carries |= (bits & 0x7fffffffffffffffu) + 0x0010000000000000u;
    }
    if (carries >> 63 == 0)
        return true;
    for (size_t row = 0; row < rows; row++)
        if (!isfinite(values[row]) && (valid == NULL || is_valid(valid, offset + (int64_t)row)))
            return fail_at(column, place, row,
                           isnan(values[row]) ? "the number is NaN" : "the number is infinite",
                           error);
    return true;
}

static bool decode_measure(struct decode_column *column, const struct ArrowArray *array,
                           bool known_finite, const struct arrow_batch_place *place,
                           const double **result, struct error *error)
{
    size_t rows = (size_t)array->length;
    const double *values = (const double *)array->buffers[1] + array->offset;
    const uint8_t *valid = array->null_count == 0 ? NULL : array->buffers[0];
    if (!known_finite)
        TRY(check_finite(column, values, valid, array->offset, rows, place, error));
    *result = values;
    if (valid == NULL)
        return true;
    column->values = make_room(column, column->values, rows, sizeof *column->values);
    for (size_t row = 0; row < rows; row++)
        column->values[row] =
            is_valid(valid, array->offset + (int64_t)row) ? values[row] : __builtin_nan("");
    *result = column->values;
    return true;
}

static const int64_t *decode_time(struct decode_column *column, const struct ArrowArray *array)
{
    size_t rows = (size_t)array->length;
    const int64_t *times = (const int64_t *)array->buffers[1] + array->offset;
    const uint8_t *valid = array->buffers[0];
    if (array->null_count == 0 || valid == NULL)
        return times;
    column->times = make_room(column, column->times, rows, sizeof *column->times);
    for (size_t row = 0; row < rows; row++)
        column->times[row] =
            is_valid(valid, array->offset + (int64_t)row) ? times[row] : DECODE_TIME_NULL;
    return column->times;
}

static bool decode_column(struct decode *decode, struct decode_column *column,
                          const struct ArrowArray *array, const struct arrow_batch_place *place,
                          const void **result, struct error *error)
{
    switch ((enum arrow_layout)column->column->layout) {
    case ARROW_TEXT:
        TRY(decode_text(decode, column, array, place, error));
        *result = column->ids;
        return true;
    case ARROW_TIME:
        *result = decode_time(column, array);
        return true;
    case ARROW_MEASURE:
        return decode_measure(
            column, array,
            arrow_scan_known_finite(decode->scan, (size_t)(column - decode->columns)), place,
            (const double **)result, error);
    }
    return error_set(error, ERROR_INTERNAL, "column %s has no layout", column->column->name);
}

/* Every batch struct of decode/report.h begins like this. */
struct any_batch {
    size_t rows;
    struct batch_place place;
};

bool decode_next(struct decode *decode, void *batch, struct error *error)
{
    struct ArrowArray array = {0};
    struct arrow_batch_place place;
    do { /* an empty batch would read as the end */
        if (array.release != NULL)
            array.release(&array);
        TRY(arrow_scan_next(decode->scan, &array, &place, error));
    } while (array.release != NULL && array.length == 0);
    struct any_batch *head = batch;
    if (array.release == NULL) {
        close_held(decode);
        head->rows = 0;
        return true;
    }
    struct ArrowArray previous = decode->held;
    decode->held = array;
    bool done = true;
    for (size_t i = 0; i < decode->column_count && done; i++) {
        struct decode_column *column = &decode->columns[i];
        const void *values = NULL;
        done = decode_column(decode, column, array.children[i], &place, &values, error);
        if (done)
            memcpy((char *)batch + column->column->offset, &values, sizeof values);
    }
    if (previous.release != NULL)
        previous.release(&previous);
    head->rows = (size_t)array.length;
    head->place = (struct batch_place){place.path, place.first_row};
    return done;
}
