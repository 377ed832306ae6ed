#include "aggregate/usage_row.h"

static const struct column columns[] = {
#define COLUMN_ENTRY(name, kind, width, scale, required, state, meaning) \
    ROW_COLUMN(usage_row, name, kind, width, scale, required, state, meaning)
#include "aggregate/usage_row.def"
#undef COLUMN_ENTRY
};

const struct table usage_table = {
    .name = "reporting_ocpusagelineitem_daily_summary",
    .columns = columns,
    .column_count = sizeof columns / sizeof columns[0],
    .row_size = sizeof(struct usage_row),
    .owner = "source_uuid",
    .meaning = "OpenShift usage a day, namespace, node, volume and label set",
    .marks = {"cluster_capacity_cpu_core_hours", "persistentvolumeclaim_capacity_gigabyte"},
};

enum {
#define COLUMN_ENTRY(name, kind, width, scale, required, state, meaning) COLUMN_OF_##name,
#include "aggregate/usage_row.def"
#undef COLUMN_ENTRY
};

const struct table usage_plain_table = {
    .name = "reporting_ocpusagelineitem_daily_summary",
    .columns = columns,
    .column_count = COLUMN_OF_infrastructure_raw_cost,
    .row_size = sizeof(struct usage_row),
    .owner = "source_uuid",
    .meaning = "OpenShift usage a day, namespace, node, volume and label set",
    .marks = {"cluster_capacity_cpu_core_hours", "persistentvolumeclaim_capacity_gigabyte"},
};
