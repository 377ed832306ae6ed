/* The clusters and bills of a configuration. */
#ifndef COSTAGG_CONFIG_CONFIG_SOURCES_H
#define COSTAGG_CONFIG_CONFIG_SOURCES_H

#include "base/error.h"

#include <stdbool.h>

struct arena;
struct config;
struct config_values;

/* Fills clusters, all_clusters and bills: from the lists of the file, else from the one cluster and
 * the one bill that ocp.* and aws.* (or the environment) name; then keeps what --cluster and --bill
 * ask for. No cluster at all is an error when `required`. */
MUST_CHECK bool config_sources_build(const struct config_values *values, bool required,
                                     struct arena *arena, struct config *config,
                                     struct error *error);

#endif
