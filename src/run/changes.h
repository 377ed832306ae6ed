/* Which days of a month's units have to be run.
 *
 * Without config.changed: all days of the shard's own units. With it: the days whose marks in the
 * input now (run/input_mark.h) are not those that every output holds.
 *
 *  - A day that lost its last file is due too, as long as the unit has some input left: its rows
 * go. A unit that lost all its input is reported as missing and keeps its rows, as in any run.
 *  - Roles of nodes: see changes_check_roles().
 *  - A bill is due as a whole, because what belongs to OpenShift is decided by ids, tags and claims
 *    of the whole period: a new tag of today may move money of yesterday.
 *
 * Marks are written in the scope of the rows. Only config.changed makes the table in an output that
 * has none, so that others get the tables they asked for and need no right to make one; but a run
 * of any kind renews the marks that are there, because they would lie otherwise. The state location
 * is the program's own and always has them. */
#ifndef COSTAGG_RUN_CHANGES_H
#define COSTAGG_RUN_CHANGES_H

#include "run/input_mark.h"

struct node_role_table;

/* Of one unit. */
struct unit_changes {
    struct input_marks now;
    bool *due;                   /* by day of now.days */
    struct input_marks recorded; /* in the first output */
    bool ran;                    /* a bill was attributed */
    bool unknown;                /* what it depends on bears no marks, so it is due */
};

struct changes {
    const struct config *config;
    struct work_unit *units;
    size_t count;
    struct unit_changes *of; /* by unit */
};

/* Do the outputs get marks? To be asked before a run writes. Outputs that cannot be read for other
 * reasons than a lost connection have none: writing to them will say what is wrong. */
MUST_CHECK bool changes_keep_marks(const struct config *config, bool *keeps, struct error *error);

/* Finds them for the units of a month, dealt to shards. With --stage cost the marks of the usage
 * are those at the state location. */
MUST_CHECK bool changes_find(const struct config *config, struct work_unit *units, size_t count,
                             struct period days, struct arena *arena, struct changes *changes,
                             struct error *error);

/* Are days of a unit due? */
bool changes_any(const struct changes *changes, size_t unit);

/* Makes days due whose nodes have other roles than before. With roles from the settings to be
 * called in any case; derived ones can only have changed when some input has. */
void changes_check_roles(struct changes *changes, const struct node_role_table *roles,
                         struct arena *arena);

/* Steps through a unit's days by stretches that are due or not: starts at *next, moves it on. False
 * at the end. */
bool changes_next_stretch(const struct unit_changes *unit, int32_t *next, struct period *stretch,
                          bool *due);

#endif
