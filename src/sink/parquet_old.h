/* Days of a Parquet file that this program wrote, as rows again.
 *
 * A run of some days of a month keeps the month's other days: they are read from the published
 * file, a day at a time, and written anew. Row groups are chosen by their statistics, since the
 * sink gives each day row groups of its own. */
#ifndef COSTAGG_SINK_PARQUET_OLD_H
#define COSTAGG_SINK_PARQUET_OLD_H

#include "base/error.h"
#include "base/table.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct arrow_store;

/* Reads the days `first` … `last` of `path` and gives each day's rows of `part`, in order, to
 * take(). Row groups that mix those days with others are an error: the file is not the program's
 * own. */
MUST_CHECK bool parquet_old_read(struct arrow_store *store, const char *path,
                                 const struct table *table, const struct column **columns,
                                 size_t column_count, struct period days, enum table_part part,
                                 bool (*take)(void *context, const struct row_batch *day,
                                              struct error *error),
                                 void *context, struct error *error);

#endif
