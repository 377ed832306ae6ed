/* The order of a day's result rows, by the texts of their keys.
 *
 * Texts are compared once: they are ranked, then line parts, targets and receivers by the ranks of
 * their texts, and rows are dealt out by the ranks of their targets. Ranks of texts, targets and
 * receivers are kept from day to day; only what is new is sorted in. */
#ifndef COSTAGG_ATTRIBUTE_COST_ORDER_H
#define COSTAGG_ATTRIBUTE_COST_ORDER_H

#include "attribute/cost_group.h"
#include "attribute/number_list.h"
#include "attribute/ranking.h"
#include "base/text_rank.h"

/* What the numbers of the groups' keys mean. */
struct cost_group_names {
    struct text_pool *texts;
    const struct key_map *parts; /* of line_classes */
    const struct bill_resource *resources;
    const struct cost_targets *targets;
    const struct cost_receivers *receivers;
    int32_t date;
};

struct cost_order {
    struct text_rank texts; /* of parts, targets and receivers met so far */
    struct ranking targets;
    struct ranking receivers;
};

void cost_order_init(struct cost_order *order, const struct text_pool *texts);
void cost_order_close(struct cost_order *order);

/* Forgets the ranks, when texts, targets and receivers are. */
void cost_order_clear(struct cost_order *order);

/* Fills `numbers` with the numbers of all line parts, by their columns. */
void cost_order_parts(struct cost_order *order, const struct cost_group_names *names,
                      struct number_list *numbers);

/* Fills `numbers` with the numbers of all groups, in the order of their natural keys: target
 * columns, line columns, direction, tags, cost category. Groups must have been made part by part,
 * in the order of parts. */
void cost_order_groups(struct cost_order *order, const struct cost_groups *groups,
                       const struct cost_group_names *names, struct number_list *numbers);

size_t cost_order_size(const struct cost_order *order);

#endif
