/* Rollups: rows of a daily table folded into the tables that pages read.
 *
 * Example: three pods of namespace `shop` on node n1 and the row of 2.50 that a bill wrote back for
 * that namespace become one row of reporting_ocp_cost_summary_by_project_p (2.50), and one of
 * reporting_ocp_pod_summary_by_node_p with the three pods' hours, n1's capacity and 2.50.
 *
 * A set takes rows of one input, of any days and in any order, and gives one batch a table. Nulls
 * of a key form one group; sums, maxima and counts ignore nulls, and of nothing but nulls are null.
 * Numbers of the OpenShift summary count as they are stored, rounded to their column's scale; those
 * of costs as attribution made them. A null in a column that must have a value becomes '' and is
 * counted. Which tables there are, and their columns, says rollup.def. */
#ifndef COSTAGG_ROLLUP_ROLLUP_H
#define COSTAGG_ROLLUP_ROLLUP_H

#include "rollup/rollup_table.h"

struct rollup_set;

/* Closed by the arena. `source` is the owner of all rows made; borrowed. */
struct rollup_set *rollup_set_open(enum rollup_input input, const char *source,
                                   struct arena *arena);

/* Adds rows of usage_table or cost_table, as the input says. The batch is not kept. */
void rollup_set_add(struct rollup_set *set, const struct row_batch *batch);

/* The rows of the set's table of that number (rollup_tables()), by day and key; they live until the
 * set is cleared. */
struct row_batch rollup_set_rows(struct rollup_set *set, size_t number);

/* How often '' was written for a null so far. */
int64_t rollup_set_emptied(const struct rollup_set *set);

/* Forgets all rows. */
void rollup_set_clear(struct rollup_set *set);

#endif
