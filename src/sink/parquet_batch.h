/* Rows of one day as an Arrow record batch.
 *
 * Texts become dictionary<int32, utf8> in the order in which they first appear: a row costs one
 * look-up of its text id in an array, and each distinct text is copied once. UUIDs become text of
 * 36 characters, numerics plain doubles (unrounded), integers int32, days date32. A number that
 * left its range and a null in a required column are errors that name row and column.
 *
 * A batch's memory is used again once its array is released; Parquet's writer holds on to the
 * dictionaries of a row group until it begins the next. All arrays have to be released before the
 * arena is closed. */
#ifndef COSTAGG_SINK_PARQUET_BATCH_H
#define COSTAGG_SINK_PARQUET_BATCH_H

#include "base/error.h"
#include "base/table.h"

#include <stdbool.h>
#include <stddef.h>

struct ArrowArray;
struct ArrowSchema;
struct arena;
struct parquet_batch;

/* Lives in the arena, which must not be reset before every array is released. `columns` is
 * borrowed. */
struct parquet_batch *parquet_batch_init(const struct column **columns, size_t count,
                                         struct arena *arena);

/* The schema of every batch; to be released by whom it is given to. */
void parquet_batch_schema(const struct parquet_batch *batch, struct ArrowSchema *schema);

MUST_CHECK bool parquet_batch_build(struct parquet_batch *batch, const struct row_batch *rows,
                                    struct ArrowArray *array, struct error *error);

#endif
