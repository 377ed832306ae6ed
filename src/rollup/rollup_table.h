/* The rollup tables as code sees them, laid out from rollup.def on first use.
 *
 * Rows of these tables have no struct of their own: a column's offset says where its value lies.
 * Adding a rollup is one entry in rollup.def. */
#ifndef COSTAGG_ROLLUP_ROLLUP_TABLE_H
#define COSTAGG_ROLLUP_ROLLUP_TABLE_H

#include "base/table.h"

enum rollup_input { ROLLUP_USAGE, ROLLUP_COSTS };

/* Which rows of the input count. */
enum rollup_rows {
    ROWS_ALL,
    ROWS_POD,
    ROWS_VOLUME,
    ROWS_NETWORK, /* in two passes with rows of their own: incoming, then outgoing traffic */
    ROWS_COMPUTE,
    ROWS_STORAGE,
    ROWS_DATABASE,
    ROWS_NETWORK_PRODUCT,
    ROWS_KINDS
};

enum rollup_rule {
    RULE_ID,
    RULE_DAY,
    RULE_KEY,
    RULE_OWNER,
    RULE_NONE,
    RULE_SUM,
    RULE_SUM_IN,
    RULE_SUM_OUT,
    RULE_MAX,
    RULE_LIST,
    RULE_COUNT
};

struct rollup_column {
    enum rollup_rule rule;
    const char *from; /* column of the input; "" for rules that read none */
};

struct rollup_table {
    struct table table;
    const struct rollup_column *columns; /* as many as the table has */
    enum rollup_rows rows;
};

/* The rollups of an input, in the order of rollup.def. */
const struct rollup_table *rollup_tables(enum rollup_input input, size_t *count);

#endif
