/* The roles of a cluster's nodes, derived from its reports of the period (aggregate/node_role.h).
 *
 * They hold for all days, so they are looked for before the first day is aggregated: a pass over
 * the few columns that tell, on all threads. */
#ifndef COSTAGG_RUN_ROLE_SEARCH_H
#define COSTAGG_RUN_ROLE_SEARCH_H

#include "base/calendar.h"
#include "base/error.h"

struct inventory;
struct node_role_table;
struct run;

/* Adds what is found to the table. */
MUST_CHECK bool role_search_derive(const struct run *run, const struct inventory *inventory,
                                   struct period days, struct node_role_table *roles,
                                   struct error *error);

#endif
