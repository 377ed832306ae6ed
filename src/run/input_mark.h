/* What a day was made of: the table costagg_inputs.
 *
 * Every unit of work leaves, in the same step as its rows, one mark a day in each of its outputs: a
 * fingerprint of all that its rows of that day depend on. Comparing the marks with what lies in the
 * input now tells which days have to be run again (run/changes.h).
 *
 *   usage  the files with rows of the day (path, size, ETag on S3, time on disk), which reports
 *          have daily files in the month, the cluster's own fields, the settings, the program's
 *          version. Files whose days are unknown belong to all days.
 *   cost   the same of the bill, the cost rules, and the marks of the whole period of what its
 *          clusters' usage is made of: ids, tags and claims of disks hold for the whole period.
 *
 * Roles of nodes hold for the period too, but a new node of today must not make yesterday run
 * again. They are no part of the fingerprint: a mark lists the day's nodes with their roles instead
 * (run/role_mark.h). A day without files has no mark. */
#ifndef COSTAGG_RUN_INPUT_MARK_H
#define COSTAGG_RUN_INPUT_MARK_H

#include "base/error.h"
#include "base/row_field.h"

#include <stdbool.h>

struct arena;
struct config;
struct inventory;
struct outputs;
struct result;
struct sink_scope;
struct work_unit;

struct input_mark {
#define COLUMN_ENTRY(name, kind, width, scale, required, state, meaning) ROW_FIELD(name, kind)
#include "run/input_mark.def"
#undef COLUMN_ENTRY
};

extern const struct table input_mark_table;

enum { FINGERPRINT_SIZE = 33 }; /* 32 hexadecimal digits and NUL */

struct day_mark {
    int32_t files; /* 0: no mark */
    char fingerprint[FINGERPRINT_SIZE];
    const char *roles; /* NULL: none */
};

/* The marks of one unit for days of one month. */
struct input_marks {
    struct period days;
    struct day_mark *of; /* by day - days.first */
};

struct input_marks input_marks_open(struct period days, struct arena *arena);

/* The marks of a unit as its input is now; a unit without an inventory gets none. `depends`: a
 * digest of what else a cost unit depends on; NULL: nothing. Roles are left open. */
struct input_marks input_marks_build(const struct config *config, const struct work_unit *unit,
                                     const char *depends, struct arena *arena);

/* One digest of several units' marks, roles included. */
void input_marks_digest(const struct input_marks *const *list, size_t count,
                        char fingerprint[FINGERPRINT_SIZE]);

/* Do two marks say the same? Roles are not compared. */
bool day_mark_equal(const struct day_mark *left, const struct day_mark *right);

/* A scope with the table added to it, at the end: where tables appear one after the other, a mark
 * must not appear before what it vouches for. Arrays live in `arena`. */
struct sink_scope input_marks_scope(const struct sink_scope *scope, struct arena *arena);

/* Writes the marks of some days to outputs whose open scope has the table. */
MUST_CHECK bool input_marks_write(const struct input_marks *marks, struct period days,
                                  const char *stage, const char *source, struct outputs *outputs,
                                  struct error *error);

/* Reads the marks a unit has left in a place; none where the table is missing. */
MUST_CHECK bool input_marks_read(struct result *result, const char *stage, const char *source,
                                 struct period days, struct arena *arena, struct input_marks *marks,
                                 struct error *error);

/* A digest of the settings, cost rules and clusters as a whole, for who only wants to know whether
 * anything in them has changed. */
void input_marks_digest_rules(const struct config *config, char fingerprint[FINGERPRINT_SIZE]);

#endif
