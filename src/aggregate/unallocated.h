/* Unallocated rows: what a node had and no pod used.
 *
 * Rule: one row per node and day over its pod rows (namespaces Platform unallocated, Worker
 * unallocated, Network unattributed and Storage unattributed left out): the node's capacity hours
 * minus the sum of usage, of request, of effective usage, for CPU and memory. Resource id and the
 * six capacity columns are carried as maxima. Namespace by the greatest role of the node's (node,
 * resource id) pairs: master or infra → Platform unallocated, worker → Worker unallocated, none →
 * null. Labels, limits and volume columns are null. The category comes from matching the new
 * namespace: k matching patterns give k rows, equal ones too.
 *
 * Example: n1 had 96 core-hours; pods used 40, requested 60, effectively used 65: a row
 * `Worker unallocated` with 56, 36 and 31 core-hours.
 *
 * Overcommitted nodes give negative values. Matches the unallocated insert of the reference. */
#ifndef COSTAGG_AGGREGATE_UNALLOCATED_H
#define COSTAGG_AGGREGATE_UNALLOCATED_H

#include "aggregate/usage_row.h"
#include "base/key_map.h"

struct node_role_table;
struct node_rest;

/* Namespaces its rows may have; NULL where the node has no role. */
enum { UNALLOCATED_NAMESPACES = 3 };
extern const char *const unallocated_namespaces[UNALLOCATED_NAMESPACES];

struct unallocated {
    struct key_map nodes; /* node text id */
    struct node_rest *rests;
    uint32_t room;
    uint32_t last_namespace; /* of the row added last */
    bool last_is_synthetic;
};

void unallocated_init(struct unallocated *unallocated);
void unallocated_close(struct unallocated *unallocated);
void unallocated_clear(struct unallocated *unallocated);

/* Counts one finished pod row of the day; fast where rows come namespace by namespace. */
void unallocated_add(struct unallocated *unallocated, const struct usage_row *row,
                     const struct node_role_table *roles, const struct text_pool *texts);

/* True for the four synthetic namespaces. */
bool unallocated_is_synthetic(struct text namespace);

/* Fills the row of the nth node (0 ≤ n < nodes.count) over `blank`; its category is left as in
 * `blank`, to be found for row->namespace. New texts go to the pool. */
void unallocated_row(const struct unallocated *unallocated, uint32_t n,
                     const struct usage_row *blank, struct text_pool *texts, struct usage_row *row);

#endif
