/* Rule c: instances, shared by effective usage; see cost_by_resource.c. */
#ifndef COSTAGG_ATTRIBUTE_COST_BY_RESOURCE_H
#define COSTAGG_ATTRIBUTE_COST_BY_RESOURCE_H

#include "attribute/cost_share.h"
#include "attribute/usage_index.h"

struct cost_rules;

enum by_resource {
    BY_RESOURCE_SHARED,  /* shares were added and emit cost */
    BY_RESOURCE_NULL,    /* shares were added, all of null cost */
    BY_RESOURCE_NO_ROWS, /* no row of the cluster carries one of the ids */
};

/* Adds the shares of a cluster in an instance, and the claim with its gap. `ids` are the node ids
 * (and others) that the resource id contains. */
enum by_resource cost_by_resource(const struct usage_index *usage, uint32_t cluster,
                                  const uint32_t *ids, uint32_t id_count,
                                  const struct cost_rules *rules, struct cost_targets *targets,
                                  struct cost_shares *shares);

#endif
