/* Which roles the nodes of a day had when its rows were made.
 *
 * What a node left unused goes to the platform or to the workers by the node's role, and roles are
 * derived from the whole period. A day must be run again when a role of one of its own nodes has
 * become another, and must not when some other day brings a new node. So a day's mark lists its
 * (node, resource id) pairs, each as 12 hexadecimal digits of a digest, followed by 4 of its role:
 * "0000" for none. Pairs are sorted; there is nothing between them. */
#ifndef COSTAGG_RUN_ROLE_MARK_H
#define COSTAGG_RUN_ROLE_MARK_H

#include "base/table.h"

#include <stdbool.h>

struct arena;
struct node_role_table;

/* The list of a day's usage rows, in `arena`; NULL when no row has a node and a resource id. */
const char *role_mark_of_rows(const struct row_batch *rows, const struct node_role_table *roles,
                              struct arena *arena);

/* Roles to compare lists with. */
struct role_index;
const struct role_index *role_index_build(const struct node_role_table *roles, struct arena *arena);

/* Do all nodes of the list still have the roles they had? A list of NULL has none. */
bool role_mark_holds(const char *list, const struct role_index *index);

#endif
