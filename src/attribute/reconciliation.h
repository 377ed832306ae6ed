/* The proof that no money was lost: the bill against what became of it.
 *
 * Per currency and cost column:
 *
 *   on the bill  =  in the result's rows  +  missing, by reason  -  counted more than once
 *
 * Each side is summed on its own. What is on the bill is summed from the lines as they come in,
 * before anything is matched: unblended, blended and savings-plan cost as billed, amortized cost as
 * its definition makes it of every line. What is in the rows is summed from the finished rows. What
 * is missing or counted again is computed by each rule from its own shares (a node of 10 core-hours
 * of which the rows hold 8: 2/10 of the line is idle), never as the remainder. A rule that emits
 * cost twice, forgets a group or loses a line therefore leaves a difference.
 *
 * Worked example, rule c: a line of 100 USD for a node of 10 core-hours; namespace shop used 5,
 * unallocated rows hold 3. Rows: 50 + 30. Rule c computes its gap from the hours: (10 - 8) / 10 of
 * 100 = 20 idle. 100 = 80 + 20. If grouping had lost shop's row: 100 ≠ 30 + 20, and the run says
 * so.
 *
 * Where a line is claimed by several: the rules for nodes (c, e) claim a line in full in each
 * cluster, the disk rules (a, b) and the tag rule (d) share it between clusters and claim it once
 * together. The first claim that emits anything is due the line, and its gaps say what is missing;
 * all that further ones emit is counted again (several_clusters). Claims that emit nothing give a
 * reason only when no claim emits anything.
 *
 * Sums are exact and merge in any order. One thread at a time. */
#ifndef COSTAGG_ATTRIBUTE_RECONCILIATION_H
#define COSTAGG_ATTRIBUTE_RECONCILIATION_H

#include "base/exact_sum.h"
#include "base/key_map.h"
#include "base/text_pool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cost_column { COST_UNBLENDED, COST_BLENDED, COST_SAVINGSPLAN, COST_AMORTIZED, COST_COLUMNS };

enum reconciliation_kind {
    RECONCILIATION_TOTAL,
    RECONCILIATION_ROW,
    RECONCILIATION_MISSING,
    RECONCILIATION_EXCESS
};

enum reconciliation_entry {
#define RECONCILIATION_ENTRY(name, kind, meaning) RECONCILE_##name,
#include "attribute/reconciliation.def"
#undef RECONCILIATION_ENTRY
    RECONCILE_ENTRIES
};

/* Relative to the sum of the lines' absolute amounts. */
#define RECONCILIATION_TOLERANCE 1e-9

struct currency_sums {
    struct exact_sum amounts[RECONCILE_ENTRIES][COST_COLUMNS];
    struct exact_sum gross[COST_COLUMNS]; /* of the lines' absolute amounts */
};

struct namespace_sums {
    struct exact_sum amounts[COST_COLUMNS];
};

struct reconciliation {
    struct text_pool texts;
    struct key_map currencies; /* currency */
    struct currency_sums *by_currency;
    uint32_t currency_capacity;
    struct key_map namespaces; /* currency, cluster id, namespace: text ids of `texts` */
    struct namespace_sums *by_namespace;
    uint32_t namespace_capacity;
};

void reconciliation_init(struct reconciliation *sums);
void reconciliation_close(struct reconciliation *sums);
void reconciliation_merge(struct reconciliation *sums, const struct reconciliation *other);

/* The sums of a currency ({NULL, 0}: the bill names none), made when new. Valid until the next
 * currency is made. */
struct currency_sums *reconciliation_currency(struct reconciliation *sums, struct text currency);

/* The sums of a namespace of a cluster; texts may be null. Valid until the next one is made. */
struct namespace_sums *reconciliation_namespace(struct reconciliation *sums, struct text currency,
                                                struct text cluster_id, struct text namespace_name);

/* Currencies seen, in byte order, as indices for the functions below; `order` has room for
 * sums->currencies.count. */
void reconciliation_order(const struct reconciliation *sums, uint32_t *order);
struct text reconciliation_currency_name(const struct reconciliation *sums, uint32_t currency);

/* 0 where nothing was seen. */
double reconciliation_amount(const struct reconciliation *sums, uint32_t currency,
                             enum reconciliation_entry entry, enum cost_column column);

/* bill - (rows + missing - excess). */
double reconciliation_difference(const struct reconciliation *sums, uint32_t currency,
                                 enum cost_column column);

/* True when every currency and column closes to RECONCILIATION_TOLERANCE. */
bool reconciliation_closes(const struct reconciliation *sums);

/* Money by namespace (over clusters) or by cluster, greatest first, of one currency and column.
 * `lines` has room for sums->namespaces.count; returns how many there are. */
struct money_line {
    struct text name; /* {NULL, 0}: none */
    double amount;
};
size_t reconciliation_by_namespace(const struct reconciliation *sums, uint32_t currency,
                                   enum cost_column column, struct money_line *lines);
size_t reconciliation_by_cluster(const struct reconciliation *sums, uint32_t currency,
                                 enum cost_column column, struct money_line *lines);

const char *reconciliation_entry_name(enum reconciliation_entry entry);    /* "no_node" */
const char *reconciliation_entry_meaning(enum reconciliation_entry entry); /* for people */
enum reconciliation_kind reconciliation_entry_kind(enum reconciliation_entry entry);
const char *cost_column_name(enum cost_column column); /* "unblended_cost" */

#endif
