/* A row of reporting_ocpawscostlineitem_project_daily_summary_p, the result of attribution.
 * Columns: cost_row.def. Text ids belong to the pool of the batch; measures are null as NaN,
 * integers as INTEGER_NULL. */
#ifndef COSTAGG_ATTRIBUTE_COST_ROW_H
#define COSTAGG_ATTRIBUTE_COST_ROW_H

#include "base/row_field.h"

struct cost_row {
#define COLUMN_ENTRY(name, kind, width, scale, required, state, meaning) ROW_FIELD(name, kind)
#include "attribute/cost_row.def"
#undef COLUMN_ENTRY
};

extern const struct table cost_table;

#endif
