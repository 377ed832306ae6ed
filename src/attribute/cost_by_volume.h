/* Rule a: storage on disks with known capacity; see cost_by_volume.c. */
#ifndef COSTAGG_ATTRIBUTE_COST_BY_VOLUME_H
#define COSTAGG_ATTRIBUTE_COST_BY_VOLUME_H

#include "attribute/cost_share.h"
#include "attribute/usage_index.h"

/* Adds the shares of a cluster in a disk: `ids` are the handles (and other ids) its resource id
 * contains, `capacity_gb` its capacity. Returns the sum of the shares' fractions. */
double cost_by_volume(const struct usage_index *usage, uint32_t cluster, const uint32_t *ids,
                      uint32_t id_count, double capacity_gb, struct cost_targets *targets,
                      struct cost_shares *shares);

#endif
