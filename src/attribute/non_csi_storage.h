/* Volumes without a CSI handle, in full to their namespaces; see non_csi_storage.c. */
#ifndef COSTAGG_ATTRIBUTE_NON_CSI_STORAGE_H
#define COSTAGG_ATTRIBUTE_NON_CSI_STORAGE_H

#include "attribute/cost_share.h"
#include "attribute/usage_index.h"

/* Adds the shares of the clusters of `set` in a line whose resource id ends with the name of one of
 * their volumes, and the claim. False, and nothing added, when no row of the day has such a
 * volume. */
bool non_csi_storage(const struct usage_index *usage, uint32_t cluster_count, const uint32_t *set,
                     struct text resource, struct cost_targets *targets,
                     struct cost_shares *shares);

#endif
