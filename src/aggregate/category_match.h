/* Cost categories of namespaces.
 *
 * Rule: a category is a pair (LIKE pattern over the namespace, id). A namespace that matches k
 * patterns joins each of them: its pod and storage rows, and so their sums, count k times, and the
 * row's category is the greatest id. A namespace that matches none counts once, without a category.
 * An unallocated row, made afterwards, becomes k rows instead, equal ones too.
 *
 * Example: patterns ("openshift-%", 2) and ("%-monitoring", 3): openshift-monitoring has k = 2 and
 * its rows carry category 3 and twice the usage.
 *
 * Matches the left join on reporting_ocp_cost_category_namespace in the reference query. */
#ifndef COSTAGG_AGGREGATE_CATEGORY_MATCH_H
#define COSTAGG_AGGREGATE_CATEGORY_MATCH_H

#include "base/settings.h"
#include "base/text_pool.h"

struct category_match {
    uint32_t count;      /* matching patterns, 0 when none */
    int32_t greatest_id; /* INTEGER_NULL when none */
};

/* How many patterns a namespace matches, and the greatest id among them. */
struct category_match category_match_find(const struct settings *settings, struct text namespace);

/* Matches found, by namespace: patterns do not change within a run. */
struct category_memo {
    const struct settings *settings;
    const struct text_pool *texts;
    struct category_match *matches; /* by text id */
    uint32_t room;
};

void category_memo_init(struct category_memo *memo, const struct settings *settings,
                        const struct text_pool *texts);
void category_memo_close(struct category_memo *memo);

/* To be called when the pool has been reset. */
void category_memo_reset(struct category_memo *memo);

/* What category_match_find() says of a namespace of the pool, looked for once. */
struct category_match category_memo_find(struct category_memo *memo, uint32_t namespace);

/* The id of the nth matching pattern (0 ≤ n < count), in the order of the settings. */
int32_t category_match_id(const struct settings *settings, struct text namespace, uint32_t n);

#endif
