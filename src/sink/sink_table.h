/* Which columns of a table go where, and what they are called there.
 *
 * DDL and column lists for `costagg schema` and for sinks that create their tables. PostgreSQL: a
 * table range-partitioned by usage_start, with the primary key (usage_start, uuid), because a key
 * of a partitioned table has to hold the partition's column; and an index on owner and day, by
 * which a run replaces its rows. A table without days is no partitioned one and its key is uuid.
 * SQLite: the same index and no key on uuid, which would double the time of every insert: uuids are
 * made of the natural key and unique anyway. */
#ifndef COSTAGG_SINK_SINK_TABLE_H
#define COSTAGG_SINK_SINK_TABLE_H

#include "base/error.h"
#include "base/table.h"

#include <stdbool.h>

struct arena;

/* The columns written, in order: all, or all but those kept for the state only. */
const struct column **sink_table_columns(const struct table *table, bool keep_state_columns,
                                         struct arena *arena, size_t *count);

/* The column of a name; NULL when the table has none. */
const struct column *sink_table_column(const struct table *table, const char *name);

/* "usage_start": the day that scopes replace and folders are named by; NULL: the table has none. */
const struct column *sink_table_day(const struct table *table);

/* Is the owner a number, and not a source? */
bool sink_table_owner_is_number(const struct table *table);

/* Does a row belong to a part of a marked table? */
bool sink_table_in_part(const struct table *table, enum table_part part, const unsigned char *row);

/* The condition that picks a part's rows, with " AND " in front; "" for the whole table. */
const char *sink_table_part_condition(const struct table *table, enum table_part part,
                                      struct arena *arena);

/* The condition that picks an owner that is a number, in the same way; NULL: any. */
const char *sink_table_number_condition(const struct table *table, const int32_t *number,
                                        struct arena *arena);

/* An SQL identifier in double quotes. */
const char *sink_table_quote(const char *name, struct arena *arena);

/* "numeric(33,15)", "varchar(253)[]". */
const char *sink_table_postgresql_type(const struct column *column, struct arena *arena);

/* TEXT, REAL or INTEGER. */
const char *sink_table_sqlite_type(const struct column *column);

/* Statements, each ending in ";\n". `name` is the table as SQL shall name it, quoted, and for
 * PostgreSQL with its schema. */
const char *sink_table_postgresql_ddl(const struct table *table, const char *name,
                                      struct arena *arena);
const char *sink_table_sqlite_ddl(const struct table *table, struct arena *arena);

#endif
