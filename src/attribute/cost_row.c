#include "attribute/cost_row.h"

static const struct column columns[] = {
#define COLUMN_ENTRY(name, kind, width, scale, required, state, meaning) \
    ROW_COLUMN(cost_row, name, kind, width, scale, required, state, meaning)
#include "attribute/cost_row.def"
#undef COLUMN_ENTRY
};

const struct table cost_table = {
    .name = "reporting_ocpawscostlineitem_project_daily_summary_p",
    .columns = columns,
    .column_count = sizeof columns / sizeof columns[0],
    .row_size = sizeof(struct cost_row),
    .owner = "source_uuid",
    .meaning = "Cloud costs of OpenShift a day, namespace, resource and product",
};
