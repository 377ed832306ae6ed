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
    struct cost_row *rows;
    uint32_t count;
    uint32_t capacity;
};

void cost_rows_init(struct cost_rows *rows, const struct settings *settings,
                    const struct cost_rules *rules, const struct bill *bill);
void cost_rows_close(struct cost_rows *rows);

/* Makes the rows of the groups, in the order of `numbers`. They live until the next ones are made.
 */
void cost_rows_build(struct cost_rows *rows, const struct cost_groups *groups,
                     const struct cost_group_names *names, const struct number_list *numbers,
                     struct attribution_notices *notices);

size_t cost_rows_size(const struct cost_rows *rows);

#endif
