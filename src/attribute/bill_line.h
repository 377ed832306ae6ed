/* A bill line as attribution reads it: the columns that matter, of a daily line or of one made from
 * hourly lines (bill_day.h). Text ids of the day's pool, measures null as NaN. */
#ifndef COSTAGG_ATTRIBUTE_BILL_LINE_H
#define COSTAGG_ATTRIBUTE_BILL_LINE_H

#include "base/text_pool.h"
#include "decode/report.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bill_line {
    uint32_t resource_id;
    uint32_t billing_entity;
    uint32_t usage_account_id;
    uint32_t line_type;
    uint32_t product_code;
    uint32_t product_name;
    uint32_t product_family;
    uint32_t instance_type;
    uint32_t availability_zone;
    uint32_t region;
    uint32_t usage_type;
    uint32_t operation;
    uint32_t unit;
    uint32_t currency;
    uint32_t tags;
    uint32_t cost_category;
    double usage_amount;
    double unblended_cost;
    double blended_cost;
    double savingsplan_cost;
    bool at_midnight;
};

/* The columns of the report that bill_line_read() reads. */
uint64_t bill_line_columns(void);

enum { BILL_LINE_DAY_MS = 86400000 };

/* The UTC day of a time in milliseconds. */
static inline int32_t bill_line_day(int64_t time_ms)
{
    return (int32_t)((time_ms - (time_ms < 0 ? BILL_LINE_DAY_MS - 1 : 0)) / BILL_LINE_DAY_MS);
}

static inline uint32_t bill_line_text(const uint32_t *column, size_t row)
{
    return column == NULL ? TEXT_NULL : column[row];
}

static inline double bill_line_measure(const double *column, size_t row)
{
    return column == NULL ? __builtin_nan("") : column[row];
}

/* True when the row's time lies in the day. */
static inline bool bill_line_is_of_day(const struct bill_line_batch *batch, size_t row,
                                       int32_t date)
{
    int64_t time = batch->lineitem_usagestartdate[row];
    return time != DECODE_TIME_NULL && bill_line_day(time) == date;
}

/* Reads a row; columns the batch does not have are null. */
struct bill_line bill_line_read(const struct bill_line_batch *batch, size_t row);

#endif
