/* What the rules say: which parts of a bill line go where.
 *
 * Rules know nothing of amounts. They answer for a bill resource (or a case of tags) with shares,
 * each a target and a fraction, and with gaps, the fractions that the reconciliation must explain.
 * Everything is linear in a line's amounts, so one answer serves all lines of the resource.
 *
 * A *claim* is a rule's answer for one line, which is due the whole line. A claim either emits
 * something, and then its gaps say why that is not exactly the whole; or it fails for a reason. */
#ifndef COSTAGG_ATTRIBUTE_COST_SHARE_H
#define COSTAGG_ATTRIBUTE_COST_SHARE_H

#include "attribute/cost_target.h"
#include "attribute/reconciliation.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum share_tags {
    SHARE_TAGS_MERGED, /* the labels merged with the line's tags */
    SHARE_TAGS_LINE,   /* the line's tags alone */
    SHARE_TAGS_NULL
};

struct cost_share {
    uint32_t target;   /* index of cost_targets */
    uint32_t labels;   /* text id; null labels make null tags */
    uint32_t receiver; /* of the line at hand; set by who applies the share */
    double multiplier; /* a row's cost: line's cost × multiplier / divisor; NaN: null */
    double divisor;
    double usage_divisor; /* usage amount: line's / divisor; NaN: null */
    uint8_t tags;         /* enum share_tags */
    bool keeps_category;  /* the line's cost category */
    bool keeps_direction;
    char rule; /* 'a' … 'e', 'n': non-CSI storage */
};

/* Smaller fractions are what rounding leaves of a whole. */
#define COST_GAP_SMALLEST 1e-12

struct cost_gap {
    enum reconciliation_entry entry;
    double fraction; /* of the line */
};

struct cost_shares {
    struct cost_share *shares;
    uint32_t count;
    uint32_t capacity;
    struct cost_gap *gaps;
    uint32_t gap_count;
    uint32_t gap_capacity;
    uint32_t claims;                   /* that emit something */
    enum reconciliation_entry failure; /* first reason of failed claims; RECONCILE_ENTRIES: none */
};

void cost_shares_init(struct cost_shares *shares);
void cost_shares_close(struct cost_shares *shares);
void cost_shares_clear(struct cost_shares *shares);

struct cost_share *cost_shares_add(struct cost_shares *shares, struct cost_share share);

/* A claim that emits something. The first one is due the line; whatever a further one emits is
 * counted again. */
void cost_shares_claim(struct cost_shares *shares);

/* A gap of the claim just made: `missing` where the fraction is positive, `excess` where negative.
 * What a further claim leaves out is not missing, it is that much less counted again. */
void cost_shares_add_gap(struct cost_shares *shares, double fraction,
                         enum reconciliation_entry missing, enum reconciliation_entry excess);

/* A claim that emits nothing; of several reasons the first of the list counts. */
void cost_shares_fail(struct cost_shares *shares, enum reconciliation_entry reason);

#endif
