/* The order of a day's result rows, by the texts of their keys.
 *
 * Texts are compared once: the distinct texts of a key are ranked, then line parts and targets are
 * sorted by ranks, and rows are dealt out by the numbers of their part and target. */
#ifndef COSTAGG_ATTRIBUTE_COST_ORDER_H
#define COSTAGG_ATTRIBUTE_COST_ORDER_H

#include "attribute/cost_group.h"
#include "attribute/number_list.h"

/* Fills `order` with the numbers of all groups, in the order of their natural keys. */
void cost_order_build(const struct key_map *groups, const struct cost_group_names *names,
                      struct number_list *order);

#endif
