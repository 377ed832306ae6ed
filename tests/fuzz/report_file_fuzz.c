/* A Parquet file through the bridge and the decoders, as if somebody had left it in the input:
 * read to its end, or refused in one line. The first byte chooses the report. */
#include "fuzz.h"

#include "arrow/bridge.h"
#include "base/arena.h"
#include "base/text_pool.h"
#include "decode/decode.h"

#include <math.h>
#include <string.h>

static const struct report_layout *const layouts[] = {&pod_usage_layout, &storage_usage_layout,
                                                      &node_labels_layout, &namespace_labels_layout,
                                                      &bill_line_layout};

/* The batch structs begin alike: rows, place, then one pointer a column. */
union any_batch {
    size_t rows;
    struct pod_usage_batch pod_usage;
    struct storage_usage_batch storage_usage;
    struct node_labels_batch node_labels;
    struct namespace_labels_batch namespace_labels;
    struct bill_line_batch bill_line;
};

static void check_batch(const struct report_layout *layout, const union any_batch *batch,
                        const struct text_pool *texts)
{
    for (size_t c = 0; c < layout->column_count; c++) {
        const struct report_column *column = &layout->columns[c];
        const void *values;
        memcpy(&values, (const char *)batch + column->offset, sizeof values);
        FUZZ_CHECK(values != NULL);
        for (size_t row = 0; row < batch->rows; row++)
            if (column->layout == ARROW_TEXT)
                FUZZ_CHECK(((const uint32_t *)values)[row] < texts->count);
            else if (column->layout == ARROW_MEASURE)
                FUZZ_CHECK(!isinf(((const double *)values)[row]));
    }
}

static bool read_all(struct arrow_store *store, const struct report_layout *layout,
                     struct text_pool *texts, struct arena *arena, struct error *error)
{
    struct arrow_file *file;
    TRY(arrow_file_open(store, "input.parquet", -1, arena, &file, error));
    FUZZ_CHECK(arrow_file_rows(file) >= 0);
    for (int i = 0; i < arrow_file_row_groups(file) && i < 100; i++) {
        struct arrow_row_group group;
        arrow_file_row_group(file, i, layout->columns[0].name, &group);
    }
    struct arrow_slice slice = {"input.parquet", NULL, 0};
    struct decode_request request = {
        .layout = layout,
        .columns = REPORT_ALL_COLUMNS,
        .slices = &slice,
        .slice_count = 1,
        .texts = texts,
    };
    struct decode *decode;
    TRY(decode_open(store, &request, arena, &decode, error));
    for (;;) {
        union any_batch batch;
        TRY(decode_next(decode, &batch, error));
        if (batch.rows == 0)
            return true;
        FUZZ_CHECK(batch.rows <= DECODE_BATCH_ROWS);
        check_batch(layout, &batch, texts);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const struct report_layout *layout = layouts[data[0] % (sizeof layouts / sizeof layouts[0])];
    fuzz_write_file("input.parquet", data + 1, size - 1);

    struct arena arena;
    arena_init(&arena);
    struct text_pool texts;
    text_pool_init(&texts);
    struct error error = {0};
    struct arrow_store *store;
    FUZZ_CHECK(arrow_store_open(fuzz_folder(), NULL, false, &arena, &store, &error));
    if (!read_all(store, layout, &texts, &arena, &error))
        fuzz_check_error(&error);
    text_pool_close(&texts);
    arena_close(&arena);
    return 0;
}
