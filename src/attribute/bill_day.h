/* Daily bill lines made from hourly ones; see bill_day.c. */
#ifndef COSTAGG_ATTRIBUTE_BILL_DAY_H
#define COSTAGG_ATTRIBUTE_BILL_DAY_H

#include "attribute/bill_line.h"
#include "base/exact_sum.h"
#include "base/key_map.h"

struct bill_day_group {
    uint32_t currency; /* greatest text */
    uint32_t product_name;
    struct exact_sum usage_amount;
    struct exact_sum unblended_cost;
    struct exact_sum blended_cost;
    struct exact_sum savingsplan_cost;
};

struct bill_day {
    const struct text_pool *texts;
    struct key_map map;
    struct bill_day_group *groups;
    uint32_t capacity;
};

void bill_day_init(struct bill_day *day);
void bill_day_close(struct bill_day *day);

/* Forgets the day before. */
void bill_day_open(struct bill_day *day, const struct text_pool *texts);

/* Adds an hourly line of the day. */
void bill_day_add(struct bill_day *day, const struct bill_line_batch *batch, size_t row);

/* The daily lines: their number is day->map.count. */
struct bill_line bill_day_line(const struct bill_day *day, uint32_t number);

/* The columns of the report that bill_day_add() reads. */
uint64_t bill_day_columns(void);

#endif
