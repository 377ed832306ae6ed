/* Step 4: the final grouping; see cost_group.c. */
#ifndef COSTAGG_ATTRIBUTE_COST_GROUP_H
#define COSTAGG_ATTRIBUTE_COST_GROUP_H

#include "attribute/cost_target.h"
#include "attribute/line_class.h"

struct bill;

/* A result row to be: its natural key and its sums. NaN is null. */
struct cost_group {
    uint32_t part; /* line part */
    uint32_t receiver;
    double usage_amount;
    double costs[COST_COLUMNS];
};

/* What the rows of a space hold. */
struct space_sums {
    bool any; /* has rows */
    struct exact_sum amounts[COST_COLUMNS];
};

struct cost_groups {
    const struct bill *bill;
    const struct cost_targets *targets;
    const struct cost_receivers *receivers;
    struct cost_group *groups;
    uint32_t count;
    uint32_t capacity;
    uint32_t part;             /* the one that is open */
    uint32_t first;            /* its first group */
    struct line_amounts *open; /* sums of its groups, from its first on */
    uint32_t open_capacity;
    struct number_list group_of_receiver; /* group + 1; of older parts where not above `first` */
    struct space_sums *spaces;            /* by space */
    uint32_t space_capacity;
    struct number_list touched; /* spaces that have rows */
};

void cost_groups_init(struct cost_groups *groups, const struct bill *bill,
                      const struct cost_targets *targets, const struct cost_receivers *receivers);
void cost_groups_close(struct cost_groups *groups);
void cost_groups_clear(struct cost_groups *groups);

/* Starts a line part. Each comes once: what is added to a part lies in one piece, so that only the
 * sums of the open part are wide. */
void cost_groups_open_part(struct cost_groups *groups, uint32_t part);

/* Adds to the receiver's group of the open part. `costs` are the amounts of COST_COLUMNS; NaN is
 * null. */
void cost_groups_add(struct cost_groups *groups, uint32_t receiver, double usage_amount,
                     const double costs[COST_COLUMNS]);

/* Ends the open part: its groups get their values. */
void cost_groups_close_part(struct cost_groups *groups);

/* Adds what the groups hold since it was called last to the reconciliation. They are of one
 * currency. */
void cost_groups_reconcile(struct cost_groups *groups, struct text_pool *texts,
                           struct text currency, struct reconciliation *sums);

size_t cost_groups_size(const struct cost_groups *groups);

#endif
