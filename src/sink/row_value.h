/* The value of a column in a row struct. */
#ifndef COSTAGG_SINK_ROW_VALUE_H
#define COSTAGG_SINK_ROW_VALUE_H

#include "base/measure.h"
#include "base/table.h"

#include <stdbool.h>
#include <string.h>

/* The n-th row of a batch. */
static inline const unsigned char *row_value_row(const struct row_batch *batch, size_t row)
{
    return (const unsigned char *)batch->rows + row * batch->table->row_size;
}

static inline uint32_t row_value_id(const struct column *column, const unsigned char *row)
{
    uint32_t id;
    memcpy(&id, row + column->offset, sizeof id);
    return id;
}

static inline double row_value_number(const struct column *column, const unsigned char *row)
{
    double value;
    memcpy(&value, row + column->offset, sizeof value);
    return value;
}

/* Of an INTEGER or DAY column. */
static inline int32_t row_value_integer(const struct column *column, const unsigned char *row)
{
    int32_t value;
    memcpy(&value, row + column->offset, sizeof value);
    return value;
}

/* True for the kinds that a row keeps as a text id. */
static inline bool row_value_is_text(const struct column *column)
{
    return column->kind == COLUMN_TEXT || column->kind == COLUMN_JSON ||
           column->kind == COLUMN_TEXT_ARRAY || column->kind == COLUMN_UUIDTEXT;
}

static inline bool row_value_is_null(const struct column *column, const unsigned char *row)
{
    if (row_value_is_text(column))
        return row_value_id(column, row) == TEXT_NULL;
    if (column->kind == COLUMN_NUMERIC)
        return measure_is_null(row_value_number(column, row));
    return column->kind == COLUMN_INTEGER && row_value_integer(column, row) == INTEGER_NULL;
}

#endif
