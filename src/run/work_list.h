/* What there is to do in a month: the units, their input, and whose they are. */
#ifndef COSTAGG_RUN_WORK_LIST_H
#define COSTAGG_RUN_WORK_LIST_H

#include "base/calendar.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct arrow_store;
struct config;
struct work_unit;

/* The units of one month, clusters first, then bills. Usage units are those of all clusters: of the
 * ones left out by --cluster or by the shard, roles of nodes and shares of bills may still be
 * needed. A unit whose input is missing says so and is no failure; input that is there but cannot
 * be read is one. `versions`: marks will be made of the input (inventory.h). In `arena`. */
MUST_CHECK bool work_list_find(const struct config *config, struct arrow_store *store,
                               struct period days, bool versions, struct arena *arena,
                               struct work_unit **units, size_t *count, struct error *error);

/* Deals the units that the configuration selects to the shards; the others get none (-1). */
void work_list_deal(const struct config *config, struct work_unit *units, size_t count,
                    struct arena *arena);

/* Does this process do the unit? */
bool work_list_is_ours(const struct config *config, const struct work_unit *unit);

#endif
