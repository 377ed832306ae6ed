/* Units of work and how they are dealt to shards.
 *
 * A unit is (stage, source, month). Units are dealt by size: greatest first, each to the shard that
 * has least so far. Sizes are counted in powers of two, so that a few new objects between the start
 * of one shard and of another do not move units between them; equal sizes are ordered by stage,
 * source and month. The same units therefore fall to the same shards wherever that is computed, and
 * any shard can be run again at any time. */
#ifndef COSTAGG_RUN_WORK_UNIT_H
#define COSTAGG_RUN_WORK_UNIT_H

#include "base/calendar.h"

#include <stddef.h>
#include <stdint.h>

struct bill;
struct cluster;
struct inventory;

struct work_unit {
    const char *stage;                 /* "usage" or "cost" */
    const char *source;                /* uuid */
    struct period days;                /* of one month */
    const struct cluster *cluster;     /* of a usage unit */
    const struct bill *bill;           /* of a cost unit */
    size_t bill_number;                /* in the configuration */
    const struct inventory *inventory; /* NULL: nothing found in the period */
    const char *missing;               /* then: what was looked for and where */
    int shard;                         /* filled by work_unit_deal() */
};

int64_t work_unit_rows(const struct work_unit *unit);
int64_t work_unit_bytes(const struct work_unit *unit);

/* Fills in the shard of every unit. */
void work_unit_deal(struct work_unit *units, size_t count, int shards);

#endif
