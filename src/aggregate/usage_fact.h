/* What attribution must know of the raw reports beyond the daily summary.
 *
 * Which bill lines belong to a cluster is decided by names that stand in the raw pod and storage
 * reports and not always in the summary (pods without a node drop out of it). A usage day therefore
 * leaves, next to its summary rows, the distinct names it has seen:
 *
 *   node, namespace, resource_id   of the daily pod report (the empty node too; null is no fact)
 *   persistentvolume               of the daily storage report
 *   csi_volume_handle              of its rows whose persistentvolume is not empty
 *
 * Rows are distinct and sorted by (fact, value). */
#ifndef COSTAGG_AGGREGATE_USAGE_FACT_H
#define COSTAGG_AGGREGATE_USAGE_FACT_H

#include "base/row_field.h"

struct usage_fact {
#define COLUMN_ENTRY(name, kind, width, scale, required, state, meaning) ROW_FIELD(name, kind)
#include "aggregate/usage_fact.def"
#undef COLUMN_ENTRY
};

extern const struct table usage_fact_table;

#define USAGE_FACT_NODE        "node"
#define USAGE_FACT_NAMESPACE   "namespace"
#define USAGE_FACT_RESOURCE_ID "resource_id"
#define USAGE_FACT_VOLUME      "persistentvolume"
#define USAGE_FACT_CSI_HANDLE  "csi_volume_handle"

#endif
