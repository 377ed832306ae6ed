#include "sink/row_check.h"

#include "sink/row_value.h"
#include "sink/sink.h"
#include "sink/sink_table.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool row_check_fail(const struct row_batch *batch, size_t row, const struct column *column,
                    struct error *error, const char *format, ...)
{
    char what[600];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    char day[CALENDAR_TEXT_SIZE] = "";
    const struct column *dated = sink_table_day(batch->table);
    if (dated != NULL)
        calendar_format(row_value_integer(dated, row_value_row(batch, row)), day);
    return error_set(error, ERROR_BAD_DATA, "%s, %s%srow %zu: %s %s", batch->table->name, day,
                     dated == NULL ? "" : ", ", row + 1, column->name, what);
}

bool row_check_place(const struct row_batch *batch, const struct sink_scope *scope,
                     struct error *error)
{
    const struct column *day = sink_table_day(batch->table);
    const struct column *owner = sink_table_column(batch->table, batch->table->owner);
    uint32_t source = sink_table_owner_is_number(batch->table)
                          ? (uint32_t)scope->owner_number
                          : text_pool_find(batch->texts, scope->source, strlen(scope->source));
    int32_t before = scope->days.first;
    for (size_t i = 0; i < batch->count; i++) {
        const unsigned char *row = row_value_row(batch, i);
        int32_t at = day == NULL ? before : row_value_integer(day, row);
        if (at < before || at > scope->days.last)
            return error_set(error, ERROR_INTERNAL,
                             "%s: row %zu lies outside the days that are written, or out of order",
                             batch->table->name, i + 1);
        before = at;
        if (row_value_id(owner, row) != source)
            return error_set(error, ERROR_INTERNAL, "%s: row %zu belongs to another source than %s",
                             batch->table->name, i + 1, scope->source);
    }
    return true;
}

static bool check_column(const struct row_batch *batch, const struct column *column,
                         struct error *error)
{
    if (!column->required && column->kind != COLUMN_NUMERIC)
        return true;
    for (size_t i = 0; i < batch->count; i++) {
        const unsigned char *row = row_value_row(batch, i);
        if (column->required && row_value_is_null(column, row))
            return row_check_fail(batch, i, column, error, "is null but must have a value");
        if (column->kind == COLUMN_NUMERIC && isinf(row_value_number(column, row)))
            return row_check_fail(batch, i, column, error,
                                  "is beyond the range of numbers: look for absurd amounts in the "
                                  "input of that day");
    }
    return true;
}

bool row_check_batch(const struct row_batch *batch, const struct sink_scope *scope,
                     struct error *error)
{
    TRY(row_check_place(batch, scope, error));
    for (size_t i = 0; i < batch->table->column_count; i++)
        TRY(check_column(batch, &batch->table->columns[i], error));
    return true;
}
