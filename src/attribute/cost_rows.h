/* The result rows of a day; see cost_rows.c. */
#ifndef COSTAGG_ATTRIBUTE_COST_ROWS_H
#define COSTAGG_ATTRIBUTE_COST_ROWS_H

#include "attribute/cost_order.h"
#include "attribute/cost_row.h"

struct bill;
struct cost_rules;
struct settings;

struct cost_rows {
    const struct settings *settings;
    const struct cost_rules *rules;
    const struct bill *bill;
    const struct cost_groups *groups;
    const struct number_list *numbers;
    struct row_maker *maker; /* NULL: there are no rows to be made */
    uint32_t made;           /* of the numbers */
    struct cost_row *rows;
    uint32_t count;
    uint32_t capacity;
};

void cost_rows_init(struct cost_rows *rows, const struct settings *settings,
                    const struct cost_rules *rules, const struct bill *bill);
void cost_rows_close(struct cost_rows *rows);

/* The rows of the groups are to be made, in the order of `numbers`. All three are borrowed until
 * the last is made. */
void cost_rows_begin(struct cost_rows *rows, const struct cost_groups *groups,
                     const struct cost_group_names *names, const struct number_list *numbers);

/* Makes the next MOST_BATCH_ROWS, or as many as are left: `count` of `rows`, which live until the
 * next are made. False when none were left. */
bool cost_rows_next(struct cost_rows *rows, struct attribution_notices *notices);

size_t cost_rows_size(const struct cost_rows *rows);

#endif
