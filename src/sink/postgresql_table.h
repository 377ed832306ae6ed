/* Tables in PostgreSQL: what stands there, and making what is missing.
 *
 * A table that exists is taken as it is: its types, its partitions, further columns that may be
 * null. Columns of ours that it lacks are left out (and said in the log), unless they are
 * required. What is missing is made where the role may: the table (partitioned by month,
 * sink_table.h) and the month's partition, in a transaction of its own so that the locks of DDL are
 * held for milliseconds and runs of other sources are not held up. A month that a partition of any
 * shape or a default partition takes gets none. A schema is never made: a missing one is more
 * likely a wrong name.
 *
 * Rights a role needs on tables and partitions that exist: USAGE on the schema; SELECT, INSERT and
 * DELETE on the table. To make partitions it has to own the table; to make tables it needs CREATE
 * on the schema. */
#ifndef COSTAGG_SINK_POSTGRESQL_TABLE_H
#define COSTAGG_SINK_POSTGRESQL_TABLE_H

#include "base/error.h"
#include "base/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct postgresql_session;
struct sink_scope;

struct postgresql_column {
    const struct column *column;
    uint32_t type; /* its oid, a domain's base type */
    int modifier;  /* atttypmod; -1: none */
    const char *type_name;
};

struct postgresql_table {
    const struct table *table;
    const char *schema;                /* unquoted */
    const char *name;                  /* quoted, with its schema */
    struct postgresql_column *columns; /* that are written */
    size_t column_count;
};

/* The table's name in `schema` (NULL: the first of the search path). */
MUST_CHECK bool postgresql_table_init(struct postgresql_session *session, const char *schema,
                                      const struct table *table, struct arena *arena,
                                      struct postgresql_table *prepared, struct error *error);

/* Looks at the table and its partitions and fills in the columns. `missing`: the table, or a
 * partition for some day of the scope, has to be made first. */
MUST_CHECK bool postgresql_table_inspect(struct postgresql_session *session,
                                         struct postgresql_table *prepared,
                                         const struct sink_scope *scope, struct arena *arena,
                                         bool *missing, struct error *error);

/* Makes what is missing. Call it outside a transaction. */
MUST_CHECK bool postgresql_table_make(struct postgresql_session *session,
                                      struct postgresql_table *prepared,
                                      const struct sink_scope *scope, struct arena *arena,
                                      struct error *error);

#endif
