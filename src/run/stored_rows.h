/* Rows that an output of the run holds already. */
#ifndef COSTAGG_RUN_STORED_ROWS_H
#define COSTAGG_RUN_STORED_ROWS_H

#include "result/result.h"

struct run;

struct stored_rows {
    const struct run *run;
    struct result *result; /* NULL: nothing is there */
    struct text_pool texts;
};

/* Opens an output of the run by its number, for reading; closed by the arena. Call it inside the
 * output's scope, so that no other run changes the rows meanwhile. */
MUST_CHECK bool stored_rows_open(const struct run *run, size_t output, struct arena *arena,
                                 struct stored_rows *stored, struct error *error);

MUST_CHECK bool stored_rows_has_table(struct stored_rows *stored, const struct table *table,
                                      bool *has, struct error *error);

/* Gives the rows of a scope to take(), batch by batch. `unread` names columns that are not needed
 * and read as null. A table that is not there has none. */
MUST_CHECK bool stored_rows_read(struct stored_rows *stored, const struct table *table,
                                 const struct result_scope *scope, const char *const *unread,
                                 size_t unread_count,
                                 void (*take)(void *context, const struct row_batch *batch),
                                 void *context, struct error *error);

/* Adds the scope's rows a day to counts[day - scope->days.first]. */
MUST_CHECK bool stored_rows_count(struct stored_rows *stored, const struct table *table,
                                  const struct result_scope *scope, int64_t *counts,
                                  struct error *error);

#endif
