/* What an output table looks like, and rows of it on their way to a sink.
 *
 * Every output table is a list of columns kept in one .def file (aggregate/usage_row.def,
 * attribute/cost_row.def, …). The row struct, the DDL of every sink, the Parquet schema and the
 * column reference are generated from it; `struct table` is how code sees the list at run time.
 * Rows are plain structs; a column says where in the struct its value lies. */
#ifndef COSTAGG_BASE_TABLE_H
#define COSTAGG_BASE_TABLE_H

#include "base/calendar.h"
#include "base/text_pool.h"

#include <stddef.h>
#include <stdint.h>

enum column_kind {
    COLUMN_TEXT,       /* uint32_t text id; varchar(width) or text when width is 0 */
    COLUMN_JSON,       /* uint32_t text id of canonical JSON; jsonb */
    COLUMN_TEXT_ARRAY, /* uint32_t text id of a JSON array of texts (null elements allowed);
                          varchar(width)[] or text[] when width is 0, in PostgreSQL; else JSON */
    COLUMN_UUIDTEXT,   /* uint32_t text id of a uuid in text form; uuid in PostgreSQL */
    COLUMN_UUID,       /* unsigned char[16], never null */
    COLUMN_NUMERIC,    /* double, NaN is null; numeric(width, scale) */
    COLUMN_INTEGER,    /* int32_t, INTEGER_NULL is null */
    COLUMN_DAY,        /* int32_t days since 1970-01-01 */
};

#define INTEGER_NULL INT32_MIN

/* Rows that are replaced, or read, together. A marked table holds usage rows and, beside them, rows
 * that a bill's costs were written back to: those whose marking columns all have a value. */
enum table_part { TABLE_WHOLE, TABLE_USAGE_ROWS, TABLE_INFRASTRUCTURE_ROWS };

enum { TABLE_MARKS = 2 };

struct column {
    const char *name;
    enum column_kind kind;
    uint16_t width;  /* of varchar, or precision of numeric; 0: unlimited */
    uint16_t scale;  /* of numeric */
    bool required;   /* NOT NULL */
    bool state_only; /* only in the Parquet state that the cost stage reads (csi_volume_handle) */
    size_t offset;   /* in the row struct */
    const char *meaning; /* one sentence for the column reference */
};

struct table {
    const char *name;
    const struct column *columns;
    size_t column_count;
    size_t row_size;
    /* Rows of a source and days are replaced together. Which rows a run replaces:
     * those whose `owner` column equals the scope's source, for the scope's days. A table without
     * a column usage_start has no days: all rows of the owner are replaced. An owner that is an
     * INTEGER column is compared with the scope's number. */
    const char *owner; /* "source_uuid" */
    const char *meaning;
    const char *marks[TABLE_MARKS]; /* the marking columns; NULL: the table has but one part */
};

/* A day of more rows than these is handed on in several batches, each of so many but the last; they
 * are also the rows of a row group in Parquet results. */
enum { MOST_BATCH_ROWS = 128 * 1024 };

/* Rows of one table, sorted, of one or more days in ascending order; borrowed. */
struct row_batch {
    const struct table *table;
    const void *rows; /* count × table->row_size bytes */
    size_t count;
    const struct text_pool *texts; /* of the text ids in the rows */
};

#endif
