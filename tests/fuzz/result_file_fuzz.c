/* A result that is read back (compare, report, reconcile), as CSV or as Parquet: read to its end,
 * or refused in one line. The first byte chooses the table and the format. */
#include "fuzz.h"

#include "aggregate/usage_row.h"
#include "attribute/cost_row.h"
#include "base/arena.h"
#include "base/table.h"
#include "base/text_pool.h"
#include "result/result.h"
#include "result/row_cell.h"

#include <math.h>

static void check_batch(const struct row_batch *batch)
{
    const struct table *table = batch->table;
    for (size_t i = 0; i < batch->count; i++) {
        const unsigned char *row = (const unsigned char *)batch->rows + i * table->row_size;
        for (size_t c = 0; c < table->column_count; c++) {
            const struct column *column = &table->columns[c];
            if (row_cell_is_text(column))
                FUZZ_CHECK(row_cell_id(column, row) < batch->texts->count);
            else if (column->kind == COLUMN_NUMERIC)
                FUZZ_CHECK(!isinf(row_cell_number(column, row)));
        }
    }
}

static bool read_all(const char *location, const struct table *table, struct text_pool *texts,
                     struct arena *arena, struct error *error)
{
    struct result *result;
    struct result_table found;
    struct result_scope scope = {.days = RESULT_ALL_DAYS};
    TRY(result_open(location, NULL, arena, &result, error));
    TRY(result_describe(result, table, &found, error));
    struct result_day *days;
    size_t day_count;
    TRY(result_days(result, table, &scope, arena, &days, &day_count, error));
    TRY(result_begin(result, table, &scope, NULL, texts, error));
    for (;;) {
        struct row_batch batch;
        TRY(result_next(result, &batch, error));
        if (batch.count == 0)
            return true;
        check_batch(&batch);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    bool csv = data[0] % 2 == 0;
    const struct table *table = data[0] / 2 % 2 == 0 ? &usage_table : &cost_table;
    fuzz_write_file(csv ? "result.csv" : "result.parquet", data + 1, size - 1);

    struct arena arena;
    arena_init(&arena);
    struct text_pool texts;
    text_pool_init(&texts);
    struct error error = {0};
    const char *location = arena_printf(&arena, "%s:%s", csv ? "csv" : "parquet", fuzz_folder());
    if (!read_all(location, table, &texts, &arena, &error))
        fuzz_check_error(&error);
    text_pool_close(&texts);
    arena_close(&arena);
    return 0;
}
