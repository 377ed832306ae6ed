/* Rows of the daily tables from literals, for the tests of this folder. */
#ifndef COSTAGG_ROLLUP_ROLLUP_FIXTURE_H
#define COSTAGG_ROLLUP_ROLLUP_FIXTURE_H

#include "aggregate/usage_row.h"
#include "attribute/cost_row.h"
#include "base/arena.h"
#include "base/measure.h"

#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#define FIXTURE_SOURCE "7a3e5f6c-0000-4000-8000-000000000001"

enum { FIXTURE_DAY = 20362 /* 2025-10-01 */, FIXTURE_MOST_ROWS = 16 };

struct fixture {
    struct arena arena;
    struct text_pool texts;
};

static inline void fixture_open(struct fixture *fixture)
{
    arena_init(&fixture->arena);
    text_pool_init(&fixture->texts);
}

static inline void fixture_close(struct fixture *fixture)
{
    arena_close(&fixture->arena);
    text_pool_close(&fixture->texts);
}

static inline uint32_t fixture_text(struct fixture *fixture, const char *text)
{
    return text_pool_intern_string(&fixture->texts, text);
}

static inline void fixture_clear_row(const struct table *table, void *row)
{
    const double null = MEASURE_NULL;
    const int32_t none = INTEGER_NULL;
    memset(row, 0, table->row_size);
    for (size_t i = 0; i < table->column_count; i++) {
        char *cell = (char *)row + table->columns[i].offset;
        if (table->columns[i].kind == COLUMN_NUMERIC)
            memcpy(cell, &null, sizeof null);
        else if (table->columns[i].kind == COLUMN_INTEGER)
            memcpy(cell, &none, sizeof none);
    }
}

/* A row of nulls but for these and the day. */
static inline struct usage_row fixture_usage(struct fixture *fixture, const char *data_source,
                                             const char *namespace, const char *node)
{
    struct usage_row row;
    fixture_clear_row(&usage_table, &row);
    row.cluster_id = fixture_text(fixture, "c1");
    row.cluster_alias = fixture_text(fixture, "my-east");
    row.report_period_id = 100;
    row.usage_start = row.usage_end = FIXTURE_DAY;
    row.data_source = fixture_text(fixture, data_source);
    row.namespace = fixture_text(fixture, namespace);
    row.node = fixture_text(fixture, node);
    return row;
}

static inline struct cost_row fixture_cost(struct fixture *fixture, const char *namespace,
                                           double cost)
{
    struct cost_row row;
    fixture_clear_row(&cost_table, &row);
    row.cluster_id = fixture_text(fixture, "c1");
    row.cluster_alias = fixture_text(fixture, "my-east");
    row.report_period_id = 100;
    row.cost_entry_bill_id = 7;
    row.usage_start = row.usage_end = FIXTURE_DAY;
    row.data_source = fixture_text(fixture, "Pod");
    row.namespace = fixture_text(fixture, namespace);
    row.product_code = fixture_text(fixture, "AmazonEC2");
    row.usage_account_id = fixture_text(fixture, "111111111111");
    row.currency_code = fixture_text(fixture, "USD");
    row.calculated_amortized_cost = cost;
    row.markup_cost_amortized = cost / 10;
    return row;
}

/* Cells of a batch by column name. */
static inline const char *fixture_cell(const struct row_batch *batch, size_t row, const char *name)
{
    assert_true(row < batch->count);
    for (size_t i = 0; i < batch->table->column_count; i++)
        if (strcmp(batch->table->columns[i].name, name) == 0)
            return (const char *)batch->rows + row * batch->table->row_size +
                   batch->table->columns[i].offset;
    fail_msg("%s has no column %s", batch->table->name, name);
    return NULL;
}

static inline double fixture_number(const struct row_batch *batch, size_t row, const char *name)
{
    double value;
    memcpy(&value, fixture_cell(batch, row, name), sizeof value);
    return value;
}

static inline int32_t fixture_integer(const struct row_batch *batch, size_t row, const char *name)
{
    int32_t value;
    memcpy(&value, fixture_cell(batch, row, name), sizeof value);
    return value;
}

/* NULL expects null. */
static inline void fixture_expect_text(const struct row_batch *batch, size_t row, const char *name,
                                       const char *expected)
{
    uint32_t id;
    memcpy(&id, fixture_cell(batch, row, name), sizeof id);
    struct text text = text_pool_borrow(batch->texts, id);
    if (expected == NULL) {
        assert_int_equal(id, TEXT_NULL);
        return;
    }
    assert_non_null(text.bytes);
    assert_int_equal(text.length, strlen(expected));
    assert_memory_equal(text.bytes, expected, text.length);
}

static inline void fixture_expect_number(const struct row_batch *batch, size_t row,
                                         const char *name, double expected)
{
    double value = fixture_number(batch, row, name);
    if (measure_is_null(expected) ? !measure_is_null(value) : value != expected)
        fail_msg("%s: %.17g, not %.17g", name, value, expected);
}

#endif
