/* CostAttributor: applies the rules to a day's line classes; see cost_attributor.c. */
#ifndef COSTAGG_ATTRIBUTE_COST_ATTRIBUTOR_H
#define COSTAGG_ATTRIBUTE_COST_ATTRIBUTOR_H

#include "attribute/bill_resource.h"
#include "attribute/cost_by_tag.h"
#include "attribute/cost_group.h"
#include "attribute/cost_share.h"
#include "attribute/disk_rest.h"
#include "attribute/line_class.h"
#include "attribute/row_tags.h"
#include "attribute/tag_case.h"
#include "attribute/usage_index.h"

struct explanation;

/* Everything a day knows when its lines are in. All borrowed. */
struct attributor_facts {
    const struct bill *bill;
    const struct cost_rules *rules;
    int days_in_month;
    int32_t date;
    const struct resource_match *match;
    const struct disk_rest_facts *disks;
    const struct usage_index *usage;
    const struct bill_resources *resources;
    const struct tag_cases *cases;
    const struct line_classes *classes;
};

/* What a class of lines adds to the receivers of its shares. */
struct line_marks {
    uint32_t tags; /* text ids */
    uint32_t cost_category;
    uint32_t direction; /* enum direction */
};

/* What the rules say to a resource or a tag case: a part of the attributor's shares. */
struct cost_plan {
    uint32_t first_share;
    uint32_t share_count;
    uint32_t first_gap;
    uint32_t gap_count;
    uint32_t claims;
    enum reconciliation_entry failure;
    bool addressed; /* its shares know their receivers, for lines with these marks */
    struct line_marks marks;
};

struct cost_attributor {
    struct attributor_facts facts;
    struct tag_groups *tag_groups; /* borrowed, as the following */
    struct row_tags *row_tags;
    struct cost_targets *targets;
    struct cost_receivers *receivers;
    struct cost_groups *groups;
    struct explanation *explanation; /* NULL: none asked for */
    uint32_t explained;              /* text id of its resource */
    struct cost_shares shares;       /* of all plans */
    struct key_map plans;            /* kind, resource or case, direction or set */
    struct cost_plan *plan_list;
    uint32_t plan_capacity;
    struct number_list scratch;
    struct number_list disk_set;
};

void cost_attributor_init(struct cost_attributor *attributor);
void cost_attributor_close(struct cost_attributor *attributor);

/* Attributes the day's classes: fills the groups, in the order of the line parts in `parts`, and
 * adds what they hold and the gaps to the reconciliation. */
void cost_attributor_run(struct cost_attributor *attributor, const struct number_list *parts,
                         struct reconciliation *sums);

#endif
