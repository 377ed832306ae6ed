/* What a kind of place must know to be read; for result.c and the result_*.c beside it. */
#ifndef COSTAGG_RESULT_RESULT_READER_H
#define COSTAGG_RESULT_RESULT_READER_H

#include "result/json_value.h"
#include "result/result.h"
#include "result/row_cell.h"

struct result_driver {
    bool (*describe)(struct result *result, const struct table *table, struct result_table *found,
                     struct error *error);
    /* Calls result_count_day() for the days of the scope; more than once a day is fine. */
    bool (*count_days)(struct result *result, const struct table *table,
                       const struct result_scope *scope, struct error *error);
    bool (*begin)(struct result *result, struct error *error);
    /* Adds rows with result_add_row() until `full` or the end. */
    bool (*next)(struct result *result, struct error *error);
    void (*end)(struct result *result); /* also when no scan is open */
};

struct result {
    const struct result_driver *driver;
    void *place; /* the driver's own */
    struct arena *arena;
    const struct result_options *options;
    const char *location; /* without secrets */

    /* the open scan */
    const struct table *table;
    struct result_table described; /* of `table` */
    struct result_scope scope;
    bool *wanted; /* by column: asked for and there */
    struct text_pool *texts;
    unsigned texts_generation; /* changes when the pool was reset: ids kept are void then */
    struct json_values json;
    struct json_values sets; /* text arrays */
    unsigned char *null_row;
    unsigned char *rows;
    size_t row_count;
    size_t row_capacity; /* in bytes */

    /* result_days() */
    struct result_day *days;
    size_t day_count;
    size_t day_capacity;
};

/* Each opens what follows its prefix and sets driver, place and location. */
bool result_open_sqlite(struct result *result, const char *path, struct error *error);
bool result_open_postgresql(struct result *result, const char *location, struct error *error);
bool result_open_parquet(struct result *result, const char *path, struct error *error);
bool result_open_csv(struct result *result, const char *path, struct error *error);

void result_count_day(struct result *result, int32_t day, int64_t rows);

/* A row of nulls at the end of the batch; result_drop_row() takes it back. */
unsigned char *result_add_row(struct result *result);
static inline void result_drop_row(struct result *result)
{
    result->row_count--;
}

static inline bool result_batch_is_full(const struct result *result)
{
    return result->row_count == RESULT_BATCH_ROWS;
}

/* Puts a text as the place stores it into a cell; NULL is null. */
bool result_set_text(struct result *result, const struct column *column, unsigned char *row,
                     const char *bytes, size_t length, struct error *error);

/* The number of the column of that name in the table, or SIZE_MAX. */
size_t result_column(const struct table *table, const char *name);

/* A column that is read at all: no uuid of the row, no state. */
static inline bool result_reads_column(const struct column *column)
{
    return column->kind != COLUMN_UUID && !column->state_only;
}

#endif
