#include "result/focus_file.h"

#include "arrow/bridge.h"
#include "base/arena.h"
#include "base/calendar.h"
#include "base/measure.h"
#include "sink/csv_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arrow/c/abi.h>

enum { PARQUET_ROWS = 65536 };

struct focus_file {
    const char *path;
    struct arena *arena;
    struct arrow_store *store;   /* the folder of the file */
    const char *name;            /* in it */
    struct arrow_writer *writer; /* NULL: CSV */
    struct csv_out *csv;
    const char *unfinished;
};

static bool ends_with(const char *text, const char *suffix)
{
    size_t length = strlen(text), tail = strlen(suffix);
    return length > tail && strcmp(text + length - tail, suffix) == 0;
}

/* ---- Arrow ---- */

static void release_schema(struct ArrowSchema *schema)
{
    for (int64_t i = 0; i < schema->n_children; i++)
        if (schema->children[i]->release)
            schema->children[i]->release(schema->children[i]);
    schema->release = NULL;
}

static void release_leaf_schema(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

/* Lives in the arena; releasing it only marks it. */
static struct ArrowSchema *build_schema(struct arena *arena)
{
    static const char *const formats[] = {
        [FOCUS_TEXT] = "u", [FOCUS_JSON] = "u", [FOCUS_NUMBER] = "g", [FOCUS_TIME] = "tsm:UTC"};
    struct ArrowSchema *schema = arena_alloc(arena, sizeof *schema);
    schema->format = "+s";
    schema->name = "";
    schema->n_children = (int64_t)focus_column_count;
    schema->children = arena_alloc_array(arena, focus_column_count, sizeof *schema->children);
    schema->release = release_schema;
    for (size_t i = 0; i < focus_column_count; i++) {
        struct ArrowSchema *child = arena_alloc(arena, sizeof *child);
        child->format = formats[focus_columns[i].kind];
        child->name = focus_columns[i].name;
        child->flags = focus_columns[i].nullable ? ARROW_FLAG_NULLABLE : 0;
        child->release = release_leaf_schema;
        schema->children[i] = child;
    }
    return schema;
}

static void release_column(struct ArrowArray *array)
{
    for (int64_t i = 0; i < array->n_buffers; i++)
        free((void *)array->buffers[i]);
    free(array->buffers);
    array->release = NULL;
}

static void release_batch(struct ArrowArray *array)
{
    for (int64_t i = 0; i < array->n_children; i++) {
        if (array->children[i]->release)
            array->children[i]->release(array->children[i]);
        free(array->children[i]);
    }
    free(array->children);
    free(array->buffers);
    array->release = NULL;
}

static const void *cell(const struct focus_column *column, const struct focus_row *row)
{
    return (const char *)row + column->offset;
}

static bool is_null(const struct focus_column *column, const struct focus_row *row)
{
    switch (column->kind) {
    case FOCUS_NUMBER:
        return measure_is_null(*(const double *)cell(column, row));
    case FOCUS_TIME:
        return false;
    default:
        return ((const struct text *)cell(column, row))->bytes == NULL;
    }
}

static void *build_texts(const struct focus_column *column, const struct focus_row *rows,
                         size_t count, int32_t **offsets)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += ((const struct text *)cell(column, &rows[i]))->length;
    char *texts = memory_grow(NULL, bytes + 1);
    *offsets = memory_grow(NULL, (count + 1) * sizeof **offsets);
    int32_t at = 0;
    for (size_t i = 0; i < count; i++) {
        const struct text *text = cell(column, &rows[i]);
        (*offsets)[i] = at;
        if (text->length > 0)
            memcpy(texts + at, text->bytes, text->length);
        at += (int32_t)text->length;
    }
    (*offsets)[count] = at;
    return texts;
}

/* Numbers and times are eight bytes each. */
static void *build_numbers(const struct focus_column *column, const struct focus_row *rows,
                           size_t count)
{
    enum { SIZE = 8 };
    char *numbers = memory_grow(NULL, (count + 1) * SIZE);
    for (size_t i = 0; i < count; i++)
        memcpy(numbers + i * SIZE, cell(column, &rows[i]), SIZE);
    return numbers;
}

static struct ArrowArray *build_column(const struct focus_column *column,
                                       const struct focus_row *rows, size_t count)
{
    bool texts = column->kind == FOCUS_TEXT || column->kind == FOCUS_JSON;
    struct ArrowArray *array = memory_grow(NULL, sizeof *array);
    *array = (struct ArrowArray){
        .length = (int64_t)count, .n_buffers = texts ? 3 : 2, .release = release_column};
    array->buffers = memory_grow(NULL, 3 * sizeof *array->buffers);
    unsigned char *valid = memory_grow(NULL, count / 8 + 1);
    memset(valid, 0, count / 8 + 1);
    for (size_t i = 0; i < count; i++) {
        if (is_null(column, &rows[i]))
            array->null_count++;
        else
            valid[i / 8] = (unsigned char)(valid[i / 8] | 1u << i % 8);
    }
    array->buffers[0] = valid;
    if (texts) {
        int32_t *offsets;
        array->buffers[2] = build_texts(column, rows, count, &offsets);
        array->buffers[1] = offsets;
    } else {
        array->buffers[1] = build_numbers(column, rows, count);
    }
    return array;
}

static struct ArrowArray build_batch(const struct focus_row *rows, size_t count)
{
    struct ArrowArray batch = {.length = (int64_t)count,
                               .n_buffers = 1,
                               .n_children = (int64_t)focus_column_count,
                               .release = release_batch};
    batch.buffers = memory_grow(NULL, sizeof *batch.buffers);
    batch.buffers[0] = NULL;
    batch.children = memory_grow(NULL, focus_column_count * sizeof *batch.children);
    for (size_t i = 0; i < focus_column_count; i++)
        batch.children[i] = build_column(&focus_columns[i], rows, count);
    return batch;
}

/* ---- CSV ---- */

static void put_number(struct csv_out *out, double number)
{
    char text[40];
    int length = snprintf(text, sizeof text, "%.15g", number);
    if (strtod(text, NULL) != number)
        length = snprintf(text, sizeof text, "%.17g", number);
    csv_out_bytes(out, text, (size_t)length);
}

static void put_time(struct csv_out *out, int64_t ms)
{
    static const int64_t MS_PER_DAY = 86400000;
    char day[CALENDAR_TEXT_SIZE], text[40];
    int length = snprintf(text, sizeof text, "%sT00:00:00Z",
                          calendar_format((int32_t)(ms / MS_PER_DAY), day));
    csv_out_bytes(out, text, (size_t)length);
}

static void put_row(struct csv_out *out, const struct focus_row *row)
{
    for (size_t i = 0; i < focus_column_count; i++) {
        const struct focus_column *column = &focus_columns[i];
        if (i > 0)
            csv_out_bytes(out, ",", 1);
        if (is_null(column, row))
            continue;
        if (column->kind == FOCUS_NUMBER)
            put_number(out, *(const double *)cell(column, row));
        else if (column->kind == FOCUS_TIME)
            put_time(out, *(const int64_t *)cell(column, row));
        else
            csv_out_text(out, *(const struct text *)cell(column, row));
    }
    csv_out_bytes(out, "\n", 1);
}

static bool fail(const struct focus_file *file, int number, struct error *error)
{
    return error_set(error, ERROR_NO_OUTPUT, "%s: cannot be written: %s", file->path,
                     strerror(number));
}

static void discard_csv(void *discarded)
{
    struct focus_file *file = discarded;
    if (file->csv->descriptor < 0)
        return;
    close(file->csv->descriptor);
    unlink(file->unfinished);
}

static bool open_csv(struct focus_file *file, struct error *error)
{
    file->csv = arena_alloc(file->arena, sizeof *file->csv);
    file->unfinished = arena_printf(file->arena, "%s.unfinished.%d", file->path, (int)getpid());
    file->csv->descriptor = open(file->unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file->csv->descriptor < 0)
        return fail(file, errno, error);
    arena_on_close(file->arena, discard_csv, file);
    for (size_t i = 0; i < focus_column_count; i++) {
        if (i > 0)
            csv_out_bytes(file->csv, ",", 1);
        csv_out_bytes(file->csv, focus_columns[i].name, strlen(focus_columns[i].name));
    }
    csv_out_bytes(file->csv, "\n", 1);
    return true;
}

static bool finish_csv(struct focus_file *file, struct error *error)
{
    if (!csv_out_flush(file->csv))
        return fail(file, file->csv->failure, error);
    int descriptor = file->csv->descriptor;
    if (fsync(descriptor) != 0)
        return fail(file, errno, error);
    file->csv->descriptor = -1;
    if (close(descriptor) != 0 || rename(file->unfinished, file->path) != 0) {
        int number = errno;
        unlink(file->unfinished);
        return fail(file, number, error);
    }
    return true;
}

/* ---- from start to end ---- */

bool focus_file_open(const char *path, const struct arrow_s3_options *s3, struct arena *arena,
                     struct focus_file **opened, struct error *error)
{
    struct focus_file *file = arena_alloc(arena, sizeof *file);
    const char *slash = strrchr(path, '/');
    const char *folder =
        slash ? arena_copy(arena, path, (size_t)(slash - path) + (slash == path)) : ".";
    file->path = path;
    file->arena = arena;
    file->name = slash ? slash + 1 : path;
    bool remote = strncmp(path, "s3://", 5) == 0;
    if (!ends_with(path, ".parquet") && (remote || !ends_with(path, ".csv")))
        return error_set(error, ERROR_USAGE, "%s: give a name ending in .parquet or .csv%s", path,
                         remote ? " (on S3: .parquet)" : "");
    *opened = file;
    TRY(arrow_store_open(folder, s3, true, arena, &file->store, error));
    if (ends_with(path, ".csv"))
        return open_csv(file, error);
    return arrow_writer_open(file->store, file->name, build_schema(arena), false, PARQUET_ROWS,
                             arena, &file->writer, error);
}

bool focus_file_write(struct focus_file *file, const struct focus_row *rows, size_t count,
                      struct error *error)
{
    for (size_t from = 0; from < count; from += PARQUET_ROWS) {
        size_t some = count - from < PARQUET_ROWS ? count - from : PARQUET_ROWS;
        if (file->writer) {
            struct ArrowArray batch = build_batch(rows + from, some);
            TRY(arrow_writer_write(file->writer, &batch, error));
        }
        for (size_t i = 0; !file->writer && i < some; i++)
            put_row(file->csv, &rows[from + i]);
    }
    return true;
}

bool focus_file_finish(struct focus_file *file, const char *metadata, struct error *error)
{
    TRY(file->writer ? arrow_writer_finish(file->writer, error) : finish_csv(file, error));
    return arrow_store_write(file->store, arena_printf(file->arena, "%s.metadata.json", file->name),
                             metadata, strlen(metadata), error);
}
