#include "attribute/cost_share.h"

#include "base/arena.h"

#include <math.h>
#include <stdlib.h>

void cost_shares_init(struct cost_shares *shares)
{
    *shares = (struct cost_shares){.failure = RECONCILE_ENTRIES};
}

void cost_shares_close(struct cost_shares *shares)
{
    free(shares->shares);
    free(shares->gaps);
    cost_shares_init(shares);
}

void cost_shares_clear(struct cost_shares *shares)
{
    shares->count = 0;
    shares->gap_count = 0;
    shares->claims = 0;
    shares->failure = RECONCILE_ENTRIES;
}

struct cost_share *cost_shares_add(struct cost_shares *shares, struct cost_share share)
{
    if (shares->count == shares->capacity) {
        shares->capacity = shares->capacity * 2 + 64;
        shares->shares = memory_grow(shares->shares, shares->capacity * sizeof *shares->shares);
    }
    shares->shares[shares->count] = share;
    return &shares->shares[shares->count++];
}

static void add_gap(struct cost_shares *shares, enum reconciliation_entry entry, double fraction)
{
    if (shares->gap_count == shares->gap_capacity) {
        shares->gap_capacity = shares->gap_capacity * 2 + 16;
        shares->gaps = memory_grow(shares->gaps, shares->gap_capacity * sizeof *shares->gaps);
    }
    shares->gaps[shares->gap_count++] = (struct cost_gap){entry, fraction};
}

void cost_shares_claim(struct cost_shares *shares)
{
    if (shares->claims++ > 0)
        add_gap(shares, RECONCILE_several_clusters, 1);
}

void cost_shares_add_gap(struct cost_shares *shares, double fraction,
                         enum reconciliation_entry missing, enum reconciliation_entry excess)
{
    if (fabs(fraction) < COST_GAP_SMALLEST)
        return;
    if (shares->claims > 1)
        add_gap(shares, RECONCILE_several_clusters, -fraction);
    else if (fraction > 0)
        add_gap(shares, missing, fraction);
    else
        add_gap(shares, excess, -fraction);
}

void cost_shares_fail(struct cost_shares *shares, enum reconciliation_entry reason)
{
    if (reason < shares->failure)
        shares->failure = reason;
}
