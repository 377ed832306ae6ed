/* Reading results back: the daily tables where a run, or somebody else, left them.
 *
 * One interface over SQLite, PostgreSQL, Parquet and CSV. A scan hands out rows of one of the
 * program's tables as the same plain structs that sinks write (base/table.h), whatever the place
 * stores: NUMERIC, decimals, doubles or text; jsonb or text; with further columns or without some.
 *
 *  - JSON comes canonical by value (result/json_value.h): texts that mean the same have one id.
 *  - A column the place does not have reads as null; result_describe() tells which are there.
 *    The rows' own uuid and state columns are never read.
 *  - Partition folders stand in for columns their files lack: source=, year=, month=, day=.
 *  - Memory is bounded by a batch, whatever the size of the result. PostgreSQL and SQLite show one
 *    snapshot from opening to closing.
 *
 * Locations: sqlite:FILE, postgresql:…, postgresql://… (with ?schema=NAME in either), parquet:DIR,
 * parquet:s3://…, s3://…, csv:DIR, and a bare file or folder, whose kind is guessed from what is
 * in it. A folder may be the root of a result, the folder of one table, or hold a file a table.
 * A result belongs to one thread and is closed by its arena. Nothing is ever written. */
#ifndef COSTAGG_RESULT_RESULT_H
#define COSTAGG_RESULT_RESULT_H

#include "base/calendar.h"
#include "base/error.h"
#include "base/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct arrow_s3_options;
struct postgresql_login;
struct result;

enum { RESULT_BATCH_ROWS = 4096 };

/* A period that leaves no day out. */
#define RESULT_ALL_DAYS ((struct period){INT32_MIN, INT32_MAX})

struct result_options {
    const struct arrow_s3_options *s3;    /* for s3://; NULL: none */
    const struct postgresql_login *login; /* what the location leaves open; NULL: libpq's own */
    const char *postgresql_schema;        /* NULL: the search path; ?schema= of the location wins */
};

/* Opens a location for reading. `options` may be NULL and is borrowed. Fails with ERROR_NO_INPUT
 * where nothing is, ERROR_UNREACHABLE where a server does not answer. */
MUST_CHECK bool result_open(const char *location, const struct result_options *options,
                            struct arena *arena, struct result **result, struct error *error);

/* The location without secrets, for messages and pages. */
const char *result_location(const struct result *result);

struct result_table {
    bool found;           /* the place has the table */
    bool *columns;        /* by column of the table: stored there */
    bool stores_decimals; /* numbers are rounded to decimals there (NUMERIC, decimal) */
};

/* What the place has of a table; arrays in the result's arena. */
MUST_CHECK bool result_describe(struct result *result, const struct table *table,
                                struct result_table *found, struct error *error);

struct result_scope {
    const char *source;   /* value of the owner column, lower case; NULL: every source */
    struct period days;   /* of a table without days: those of its folders, where it has some */
    enum table_part part; /* of a marked table */
    const int32_t *owner_number; /* value of an owner column that is a number; NULL: any */
};

struct result_day {
    int32_t day;
    int64_t rows;
};

/* The days of the scope that have rows, ascending, with their number of rows; in `arena`. A table
 * that is not there has none. */
MUST_CHECK bool result_days(struct result *result, const struct table *table,
                            const struct result_scope *scope, struct arena *arena,
                            struct result_day **days, size_t *count, struct error *error);

/* Starts a scan of the scope's rows, in any order. `columns` says which columns are wanted, by
 * column of the table; NULL: all. Those left out read as null. Texts go to `texts`, which is reset
 * only by result_forget_texts() while the scan lasts. One scan at a time; a new one ends the last.
 */
MUST_CHECK bool result_begin(struct result *result, const struct table *table,
                             const struct result_scope *scope, const bool *columns,
                             struct text_pool *texts, struct error *error);

/* The next batch, borrowed until the next call; at the end batch->count is 0. */
MUST_CHECK bool result_next(struct result *result, struct row_batch *batch, struct error *error);

/* Resets the scan's text pool between two batches, to bound its memory. */
void result_forget_texts(struct result *result);

#endif
