/* Rule e: network traffic, see network_cost.c. */
#ifndef COSTAGG_ATTRIBUTE_NETWORK_COST_H
#define COSTAGG_ATTRIBUTE_NETWORK_COST_H

#include "attribute/cost_share.h"
#include "attribute/usage_index.h"

/* Adds the shares of a cluster in the traffic of an instance, and the claim with its gap or its
 * failure. `ids` are the node ids (and others) that the resource id contains. */
void network_cost(const struct usage_index *usage, uint32_t cluster, const uint32_t *ids,
                  uint32_t id_count, struct cost_targets *targets, struct cost_shares *shares);

#endif
