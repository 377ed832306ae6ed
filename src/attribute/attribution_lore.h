/* What days know of the texts of their pool, and pass on: see attribution.h. */
#ifndef COSTAGG_ATTRIBUTE_ATTRIBUTION_LORE_H
#define COSTAGG_ATTRIBUTE_ATTRIBUTION_LORE_H

#include "attribute/attribution.h"
#include "attribute/cost_order.h"
#include "attribute/cost_target.h"
#include "attribute/row_tags.h"

struct attribution_lore {
    struct text_pool *texts;
    uint64_t serial; /* of the pool that all this is known of */
    struct row_tags row_tags;
    struct cost_targets targets;
    struct cost_receivers receivers;
    struct cost_order order;
};

/* Forgets everything when the pool has been reset. */
void attribution_lore_renew(struct attribution_lore *lore);

#endif
