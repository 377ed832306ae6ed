/* Which share of the work this process has, by flag or by what its scheduler says.
 *
 * --shard I/N (or the key, or COSTAGG_SHARD) says it outright. Else COSTAGG_SHARDS is the number of
 * shares and the index is JOB_COMPLETION_INDEX (Kubernetes Indexed Job) or SLURM_ARRAY_TASK_ID (an
 * array numbered from 0, so that a rerun of some tasks keeps their shares). Else a Slurm array
 * without gaps is numbered by its own bounds. Else there is one share. */
#ifndef COSTAGG_CONFIG_CONFIG_SHARD_H
#define COSTAGG_CONFIG_CONFIG_SHARD_H

#include "base/error.h"

#include <stdbool.h>

struct config;
struct config_values;

MUST_CHECK bool config_shard_build(const struct config_values *values, struct config *config,
                                   struct error *error);

#endif
