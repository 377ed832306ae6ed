/* Step 4: the final grouping, and the rows of the result; see cost_group.c. */
#ifndef COSTAGG_ATTRIBUTE_COST_GROUP_H
#define COSTAGG_ATTRIBUTE_COST_GROUP_H

#include "attribute/cost_row.h"
#include "attribute/cost_share.h"
#include "attribute/line_class.h"

struct bill;
struct cost_rules;
struct settings;

enum cost_group_word {
    GROUP_PART,   /* line part */
    GROUP_TARGET, /* cost target */
    GROUP_TAGS,   /* text ids */
    GROUP_COST_CATEGORY,
    GROUP_DIRECTION,
    GROUP_WORDS
};

struct cost_groups {
    const struct settings *settings;
    const struct cost_rules *rules;
    const struct bill *bill;
    struct key_map map;
    struct line_amounts *amounts; /* by group */
    uint32_t capacity;
    struct cost_row *rows;
    uint32_t row_capacity;
};

void cost_groups_init(struct cost_groups *groups, const struct settings *settings,
                      const struct cost_rules *rules, const struct bill *bill);
void cost_groups_close(struct cost_groups *groups);
void cost_groups_clear(struct cost_groups *groups);

/* Adds to a group. `costs` are the amounts of COST_COLUMNS; NaN is null. */
void cost_groups_add(struct cost_groups *groups, const uint32_t key[GROUP_WORDS],
                     double usage_amount, const double *costs);

/* What the numbers of the groups' keys mean. */
struct cost_group_names {
    struct text_pool *texts;
    const struct key_map *parts; /* of line_classes */
    const struct bill_resource *resources;
    const struct cost_targets *targets;
    int32_t date;
};

/* Makes the rows, sorted by their natural key: target columns, line columns, direction, tags, cost
 * category. They live until the next clear. Adds what they hold to the reconciliation. */
const struct cost_row *cost_groups_rows(struct cost_groups *groups,
                                        const struct cost_group_names *names,
                                        struct reconciliation *sums,
                                        struct attribution_notices *notices);

size_t cost_groups_size(const struct cost_groups *groups);

#endif
