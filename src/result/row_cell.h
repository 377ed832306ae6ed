/* Cells of a row struct, set from what places store: texts, numbers, days.
 *
 * A text that does not fit its column (a word in a number column, no date in a day column) is an
 * error that names the column and shows the text; the caller adds the place. */
#ifndef COSTAGG_RESULT_ROW_CELL_H
#define COSTAGG_RESULT_ROW_CELL_H

#include "base/error.h"
#include "base/table.h"

/* Sets every column of a row to null; days to 0. */
void row_cell_clear(const struct table *table, unsigned char *row);

/* TEXT, UUIDTEXT, TEXT_ARRAY (and JSON that is canonical already): the text's id. UUIDTEXT in
 * upper case is lowered. */
void row_cell_set_text(const struct column *column, unsigned char *row, const char *bytes,
                       size_t length, struct text_pool *texts);
void row_cell_set_id(const struct column *column, unsigned char *row, uint32_t id);

/* NUMERIC and INTEGER. An integer column takes whole numbers of its range only. */
MUST_CHECK bool row_cell_set_number(const struct column *column, unsigned char *row, double value,
                                    struct error *error);

/* NUMERIC, INTEGER and DAY from their decimal or ISO form ("2025-10-31", with or without a time).
 */
MUST_CHECK bool row_cell_parse(const struct column *column, unsigned char *row, const char *bytes,
                               size_t length, struct error *error);

void row_cell_set_day(const struct column *column, unsigned char *row, int32_t day);

/* Reads cells back. */
static inline uint32_t row_cell_id(const struct column *column, const unsigned char *row)
{
    uint32_t id;
    __builtin_memcpy(&id, row + column->offset, sizeof id);
    return id;
}

static inline double row_cell_number(const struct column *column, const unsigned char *row)
{
    double value;
    __builtin_memcpy(&value, row + column->offset, sizeof value);
    return value;
}

static inline int32_t row_cell_integer(const struct column *column, const unsigned char *row)
{
    int32_t value;
    __builtin_memcpy(&value, row + column->offset, sizeof value);
    return value;
}

/* True for the kinds that a row keeps as a text id. */
static inline bool row_cell_is_text(const struct column *column)
{
    return column->kind == COLUMN_TEXT || column->kind == COLUMN_JSON ||
           column->kind == COLUMN_TEXT_ARRAY || column->kind == COLUMN_UUIDTEXT;
}

#endif
