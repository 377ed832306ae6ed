/* Last look at rows before they are stored: what no output may take.
 *
 * A null where the table says NOT NULL, a number that left its range (infinity), a day outside the
 * scope, a row of another source. The first two are bad data; the others would touch rows that are
 * not this run's and are internal errors. The message names table, row, day and column. */
#ifndef COSTAGG_SINK_ROW_CHECK_H
#define COSTAGG_SINK_ROW_CHECK_H

#include "base/error.h"
#include "base/table.h"

struct sink_scope;

MUST_CHECK bool row_check_batch(const struct row_batch *batch, const struct sink_scope *scope,
                                struct error *error);

/* Days and owner alone, for kinds that see the values anyway. */
MUST_CHECK bool row_check_place(const struct row_batch *batch, const struct sink_scope *scope,
                                struct error *error);

/* "TABLE, DAY, row N: COLUMN MESSAGE": the form all messages about a row take. Row numbers count
 * from 1 within the batch. Returns false. */
bool row_check_fail(const struct row_batch *batch, size_t row, const struct column *column,
                    struct error *error, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#endif
