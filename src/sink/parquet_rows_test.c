#include "sink/parquet_rows.h"

#include "arrow/bridge.h"
#include "parquet/parquet_writer.h"
#include "sink/parquet_old.h"
#include "sink/sink_fixture.h"

enum { ROWS = 500 };

struct label_row {
    int32_t usage_start;
    uint32_t pod_labels;
    uint32_t volume_labels;
    uint32_t all_labels;
    uint32_t costs;
};

#define LABEL_COLUMN(name, kind)                                                       \
    {                                                                                  \
#name, COLUMN_##kind, 0, 0, false, false, offsetof(struct label_row, name), "" \
    }

static const struct column label_columns[] = {
    LABEL_COLUMN(usage_start, DAY),    LABEL_COLUMN(pod_labels, JSON),
    LABEL_COLUMN(volume_labels, JSON), LABEL_COLUMN(all_labels, JSON),
    LABEL_COLUMN(costs, JSON),
};

enum { COLUMNS = sizeof label_columns / sizeof label_columns[0] };

static const struct table label_table = {
    .name = "labels",
    .columns = label_columns,
    .column_count = COLUMNS,
    .row_size = sizeof(struct label_row),
    .owner = "source_uuid",
    .meaning = "",
};

/* Nine rows in ten have pod labels, each its own, the others volume labels; all labels are those
 * that a row has. The last column has but one text. */
static struct label_row make_row(struct text_pool *texts, size_t i)
{
    char labels[64];
    int length = snprintf(labels, sizeof labels, "{\"app\": \"number %zu of many\"}", i);
    uint32_t id = text_pool_intern(texts, labels, (size_t)length);
    bool storage = i % 10 == 9;
    return (struct label_row){.usage_start = fixture_day(1),
                              .pod_labels = storage ? (uint32_t)TEXT_NULL : id,
                              .volume_labels = storage ? id : (uint32_t)TEXT_NULL,
                              .all_labels = id,
                              .costs = text_pool_intern_string(texts, "{}")};
}

static bool expect_day(void *context, const struct row_batch *day, struct error *error)
{
    (void)error;
    struct text_pool *texts = context;
    const struct label_row *rows = day->rows;
    assert_int_equal(day->count, ROWS);
    for (size_t i = 0; i < day->count; i++) {
        struct label_row expected = make_row(texts, i);
        const uint32_t ids[][2] = {{rows[i].pod_labels, expected.pod_labels},
                                   {rows[i].volume_labels, expected.volume_labels},
                                   {rows[i].all_labels, expected.all_labels},
                                   {rows[i].costs, expected.costs}};
        for (size_t n = 0; n < sizeof ids / sizeof ids[0]; n++)
            assert_int_equal(text_compare(text_pool_borrow(day->texts, ids[n][0]),
                                          text_pool_borrow(texts, ids[n][1])),
                             0);
    }
    return true;
}

static void test_columns_that_share_a_dictionary_keep_their_texts(void **state)
{
    (void)state;
    struct fixture fixture;
    struct arrow_store *store;
    struct parquet_writer *writer;
    const struct column *columns[COLUMNS];
    struct label_row rows[ROWS];
    fixture_open(&fixture, "parquet", "");
    struct arena *arena = &fixture.arena;
    for (size_t i = 0; i < COLUMNS; i++)
        columns[i] = &label_columns[i];
    for (size_t i = 0; i < ROWS; i++)
        rows[i] = make_row(&fixture.texts, i);
    struct row_batch day = {&label_table, rows, ROWS, &fixture.texts};
    struct parquet_rows *to = parquet_rows_init(columns, COLUMNS, arena);
    assert_true(arrow_store_open(fixture.folder, NULL, false, arena, &store, &fixture.error));
    assert_true(parquet_writer_open(store, "labels.parquet", parquet_rows_fields(to), COLUMNS,
                                    arena, &writer, &fixture.error));
    assert_true(parquet_rows_write(to, &day, writer, &fixture.error));
    assert_true(parquet_writer_finish(writer, &fixture.error));
    assert_true(parquet_old_read(store, "labels.parquet", &label_table, columns, COLUMNS,
                                 (struct period){fixture_day(1), fixture_day(1)}, TABLE_WHOLE,
                                 expect_day, &fixture.texts, &fixture.error));
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_that_share_a_dictionary_keep_their_texts),
    };
    return cmocka_run_group_tests_name("parquet_rows", tests, NULL, NULL);
}
