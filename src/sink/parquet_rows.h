/* Rows of one day as row groups of a Parquet file.
 *
 * A text costs a row one look-up of its id in an array; each distinct text is copied once, in the
 * order in which they first appear. Columns of JSON mostly hold the same long texts (pod_labels,
 * all_labels), so those that hold most of them share one dictionary, which is compressed once.
 * UUIDs become text of 36 characters, numerics doubles (unrounded), integers int32, days date32. A
 * number that left its range and a null in a required column are errors that name row and column.
 */
#ifndef COSTAGG_SINK_PARQUET_ROWS_H
#define COSTAGG_SINK_PARQUET_ROWS_H

#include "base/error.h"
#include "base/table.h"

#include <stddef.h>

struct arena;
struct parquet_field;
struct parquet_rows;
struct parquet_writer;

/* `columns` is borrowed; memory is held until the arena closes. */
struct parquet_rows *parquet_rows_init(const struct column **columns, size_t count,
                                       struct arena *arena);

/* The fields of the file, one a column; they live as long as the arena. */
const struct parquet_field *parquet_rows_fields(const struct parquet_rows *rows);

/* Writes a day, at most 128 Ki rows to a row group. */
MUST_CHECK bool parquet_rows_write(struct parquet_rows *rows, const struct row_batch *day,
                                   struct parquet_writer *writer, struct error *error);

#endif
