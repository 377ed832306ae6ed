#include "aggregate/usage_fact.h"

static const struct column columns[] = {
#define COLUMN_ENTRY(name, kind, width, scale, required, state, meaning) \
    ROW_COLUMN(usage_fact, name, kind, width, scale, required, state, meaning)
#include "aggregate/usage_fact.def"
#undef COLUMN_ENTRY
};

const struct table usage_fact_table = {
    .name = "costagg_usage_facts",
    .columns = columns,
    .column_count = sizeof columns / sizeof columns[0],
    .row_size = sizeof(struct usage_fact),
    .owner = "source_uuid",
    .meaning = "Names a cluster's raw reports hold, by day, for matching the bill",
};
