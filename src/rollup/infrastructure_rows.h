/* Costs of bills as rows of the OpenShift daily summary.
 *
 * The rows of a cluster in the final cost table, of every bill, are grouped by day, alias,
 * namespace, data source, node, claim, the bill's resource id, labels and direction; each group
 * becomes one row with the sum of calculated_amortized_cost + markup_cost_amortized. Example: 4.00
 * + 0.40 of one bill and 1.00 + null of another for the same group make 4.40, since a row with
 * either null counts as null. Usage, capacities and volume measures of such a row are 0 and not
 * null, which is its mark; the two effective usages and the markup are null. Labels stand in
 * pod_labels of 'Pod' rows and in volume_labels of 'Storage' rows, `{}` in the other one. Data in
 * and out are summed in groups of their own direction only, else null.
 *
 * To match: the upstream query that writes infrastructure costs back. It leaves rows of cost 0,
 * null or below 0 behind when it runs again; here all of them are replaced. */
#ifndef COSTAGG_ROLLUP_INFRASTRUCTURE_ROWS_H
#define COSTAGG_ROLLUP_INFRASTRUCTURE_ROWS_H

#include "base/table.h"

struct arena;
struct cluster;
struct infrastructure_rows;

/* Closed by the arena; `cluster` is borrowed. */
struct infrastructure_rows *infrastructure_rows_open(const struct cluster *cluster,
                                                     struct arena *arena);

/* Adds rows of cost_table as they are stored: those of other clusters and report periods are left
 * aside. Numbers are rounded to their column's scale. The batch is not kept. */
void infrastructure_rows_add(struct infrastructure_rows *rows, const struct row_batch *batch);

/* Rows of usage_table, by day and key; they live until the rows are cleared. */
struct row_batch infrastructure_rows_make(struct infrastructure_rows *rows);

void infrastructure_rows_clear(struct infrastructure_rows *rows);

#endif
