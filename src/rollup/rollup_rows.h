/* Which rows of the daily tables count for which rollup.
 *
 *   pod      data source 'Pod', namespace none of the four synthetic ones (a null one counts)
 *   volume   data source 'Storage', claim not null ('' is a claim)
 *   network  data source 'Pod', namespace 'Network unattributed': incoming traffic not null in the
 *            first pass, outgoing not null in the second
 *   compute  instance type not null
 *   storage  product family LIKE '%Storage%', unit 'GB-Mo'
 *   database, network product: product code one of a list
 *
 * To match: the row filters of the upstream summary queries, by case. */
#ifndef COSTAGG_ROLLUP_ROLLUP_ROWS_H
#define COSTAGG_ROLLUP_ROLLUP_ROWS_H

#include "rollup/rollup_table.h"

#include <stdbool.h>

struct usage_row;
struct cost_row;

enum { PASS_FIRST = 1, PASS_SECOND = 2 };

/* By kind of rows: the passes that a row takes part in; 0: it does not count. */
void rollup_rows_of_usage(const struct usage_row *row, const struct text_pool *texts,
                          unsigned char passes[ROWS_KINDS]);
void rollup_rows_of_costs(const struct cost_row *row, const struct text_pool *texts,
                          unsigned char passes[ROWS_KINDS]);

#endif
