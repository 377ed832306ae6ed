#include "result/row_cell.h"

#include "base/calendar.h"
#include "base/measure.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_TEXT = 128, UUID_TEXT = 36 };

void row_cell_clear(const struct table *table, unsigned char *row)
{
    memset(row, 0, table->row_size);
    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];
        double null_number = MEASURE_NULL;
        int32_t null_integer = INTEGER_NULL;
        if (column->kind == COLUMN_NUMERIC)
            memcpy(row + column->offset, &null_number, sizeof null_number);
        else if (column->kind == COLUMN_INTEGER)
            memcpy(row + column->offset, &null_integer, sizeof null_integer);
    }
}

void row_cell_set_id(const struct column *column, unsigned char *row, uint32_t id)
{
    memcpy(row + column->offset, &id, sizeof id);
}

void row_cell_set_text(const struct column *column, unsigned char *row, const char *bytes,
                       size_t length, struct text_pool *texts)
{
    char lower[UUID_TEXT];
    if (column->kind == COLUMN_UUIDTEXT && bytes && length == UUID_TEXT) {
        for (size_t i = 0; i < length; i++)
            lower[i] = (char)tolower((unsigned char)bytes[i]);
        bytes = lower;
    }
    row_cell_set_id(column, row, text_pool_intern(texts, bytes, length));
}

bool row_cell_set_number(const struct column *column, unsigned char *row, double value,
                         struct error *error)
{
    if (column->kind == COLUMN_NUMERIC) {
        memcpy(row + column->offset, &value, sizeof value);
        return true;
    }
    int32_t whole = INTEGER_NULL;
    if (!measure_is_null(value)) {
        if (value != trunc(value) || fabs(value) > INT32_MAX)
            return error_set(error, ERROR_BAD_DATA, "column %s: %.17g is no 32-bit integer",
                             column->name, value);
        whole = (int32_t)value;
    }
    memcpy(row + column->offset, &whole, sizeof whole);
    return true;
}

void row_cell_set_day(const struct column *column, unsigned char *row, int32_t day)
{
    memcpy(row + column->offset, &day, sizeof day);
}

bool row_cell_parse(const struct column *column, unsigned char *row, const char *bytes,
                    size_t length, struct error *error)
{
    char text[NUMBER_TEXT];
    if (length < sizeof text) {
        memcpy(text, bytes, length);
        text[length] = '\0';
        if (column->kind == COLUMN_DAY) {
            /* a time may follow the date */
            if (length > 10 && (text[10] == ' ' || text[10] == 'T'))
                text[10] = '\0';
            int32_t day;
            if (calendar_parse(text, &day)) {
                row_cell_set_day(column, row, day);
                return true;
            }
        } else {
            char *end;
            double value = strtod(text, &end);
            if (length > 0 && *end == '\0' && isfinite(value))
                return row_cell_set_number(column, row, value, error);
        }
    }
    return error_set(error, ERROR_BAD_DATA, "column %s: '%.*s' is no %s", column->name,
                     (int)(length < 60 ? length : 60), bytes,
                     column->kind == COLUMN_DAY ? "date" : "number");
}
