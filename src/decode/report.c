#include "decode/report.h"

#include "arrow/bridge.h"

#define REPORT_TABLE(report)                                                  \
    const struct report_layout report##_layout = {                            \
        .name = #report,                                                      \
        .columns = report##_columns,                                          \
        .column_count = sizeof report##_columns / sizeof report##_columns[0], \
    }

#define REPORT_COLUMN(column, layout, required) \
    {#column, ARROW_##layout, required, offsetof(struct pod_usage_batch, column)},
static const struct report_column pod_usage_columns[] = {
#include "decode/pod_usage.def"
};
#undef REPORT_COLUMN
REPORT_TABLE(pod_usage);

#define REPORT_COLUMN(column, layout, required) \
    {#column, ARROW_##layout, required, offsetof(struct storage_usage_batch, column)},
static const struct report_column storage_usage_columns[] = {
#include "decode/storage_usage.def"
};
#undef REPORT_COLUMN
REPORT_TABLE(storage_usage);

#define REPORT_COLUMN(column, layout, required) \
    {#column, ARROW_##layout, required, offsetof(struct node_labels_batch, column)},
static const struct report_column node_labels_columns[] = {
#include "decode/node_labels.def"
};
#undef REPORT_COLUMN
REPORT_TABLE(node_labels);

#define REPORT_COLUMN(column, layout, required) \
    {#column, ARROW_##layout, required, offsetof(struct namespace_labels_batch, column)},
static const struct report_column namespace_labels_columns[] = {
#include "decode/namespace_labels.def"
};
#undef REPORT_COLUMN
REPORT_TABLE(namespace_labels);

#define REPORT_COLUMN(column, layout, required) \
    {#column, ARROW_##layout, required, offsetof(struct bill_line_batch, column)},
static const struct report_column bill_line_columns[] = {
#include "decode/bill_line.def"
};
#undef REPORT_COLUMN
REPORT_TABLE(bill_line);
