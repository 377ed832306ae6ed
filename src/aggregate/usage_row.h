/* A row of reporting_ocpusagelineitem_daily_summary, the result of the OpenShift aggregation and
 * the input of attribution. Columns: usage_row.def. Text ids belong to the pool of the batch;
 * measures are null as NaN, integers as INTEGER_NULL. */
#ifndef COSTAGG_AGGREGATE_USAGE_ROW_H
#define COSTAGG_AGGREGATE_USAGE_ROW_H

#include "base/row_field.h"

struct usage_row {
#define COLUMN_ENTRY(name, kind, width, scale, required, state, meaning) ROW_FIELD(name, kind)
#include "aggregate/usage_row.def"
#undef COLUMN_ENTRY
};

extern const struct table usage_table;

/* The same table as runs without rollups write it: without the columns that only rows written back
 * from bills fill. */
extern const struct table usage_plain_table;

#endif
