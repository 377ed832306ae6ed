/* Where results go: SQLite, PostgreSQL, Parquet, CSV, behind one small interface.
 *
 * The contract of every sink:
 *  - A scope is one unit of work's result: the rows of one source for days of one month, in one or
 *    more tables. sink_begin() opens it, sink_write() adds batches (rows of a table in the order
 *    they shall have; batches of several tables may alternate), sink_commit() makes all of it
 *    visible at once and durable, replacing what that source had in those tables for those days.
 *  - Until sink_commit() returns true, readers see the old rows; after sink_abort(), a failure or
 *    kill -9, they still do. Running the same scope again gives the same content.
 *  - Rows of other sources and other days are never touched.
 *  - A table named in the scope of which no row is written becomes empty for that source and days.
 *  - The same rows give the same bytes in the file formats.
 * A sink belongs to one thread at a time. Its connections and files are released by its arena. */
#ifndef COSTAGG_SINK_SINK_H
#define COSTAGG_SINK_SINK_H

#include "base/error.h"
#include "base/table.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct arrow_s3_options;
struct postgresql_login;
struct sink;

struct sink_options {
    const struct arrow_s3_options *s3; /* for Parquet on S3 */
    const struct postgresql_login
        *postgresql_login;          /* what the location leaves open; may be NULL */
    const char *postgresql_schema;  /* NULL: the connection's search path */
    int postgresql_timeout_seconds; /* a statement, and every wait for a lock; 0: the server's
                                       own, and a minute for locks where it sets none */
    bool bulk_copy;                 /* PostgreSQL: COPY (true) or INSERT (false) */
    bool keep_state_columns;        /* Parquet: write state_only columns too */
};

struct sink_scope {
    const struct table *const *tables; /* every table the unit writes */
    size_t table_count;
    const char *source;           /* uuid, lower case; value of the tables' owner column */
    struct period days;           /* inside one month */
    const enum table_part *parts; /* by table: its rows that are replaced; NULL: all. Only rows of
                                     that part are written */
    int32_t owner_number;         /* value of owner columns that are numbers; INTEGER_NULL: null */
};

/* Opens an output location: sqlite:FILE, postgresql:…, postgresql://…, parquet:LOCATION, csv:DIR.
 * Connects to a server; files, folders and tables are created only when the first scope begins.
 * Location and options are borrowed and must live as long as the arena. */
MUST_CHECK bool sink_open(const char *location, const struct sink_options *options,
                          struct arena *arena, struct sink **sink, struct error *error);

/* The location without secrets, for messages. */
const char *sink_location(const struct sink *sink);

/* Opens a scope, which is borrowed until it is committed or aborted. When another run holds the
 * same source and month, waits for it for a few seconds and fails with ERROR_TRY_AGAIN. After a
 * failure of any of the three, only sink_abort() makes sense. */
MUST_CHECK bool sink_begin(struct sink *sink, const struct sink_scope *scope, struct error *error);
MUST_CHECK bool sink_write(struct sink *sink, const struct row_batch *batch, struct error *error);
MUST_CHECK bool sink_commit(struct sink *sink, struct error *error);
void sink_abort(struct sink *sink); /* without an open scope: does nothing */

/* Reaches the output and says what is there, writing nothing: for `costagg check`.
 * `found` gets one line in the arena. */
MUST_CHECK bool sink_check(struct sink *sink, struct arena *arena, const char **found,
                           struct error *error);

/* The DDL of the tables for `costagg schema`, for kind "sqlite" or "postgresql" (Parquet and CSV:
 * the column list), in the arena. */
MUST_CHECK bool sink_schema(const char *kind, const struct table *const *tables, size_t table_count,
                            const char *postgresql_schema, struct arena *arena, const char **text,
                            struct error *error);

#endif
