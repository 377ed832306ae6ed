/* Daily bill lines made from hourly ones, where the daily report is missing.
 *
 * Hourly lines of a day that agree in what they are charged for become one daily line at midnight:
 * equal resource, accounts, entity and product columns, line type, usage type, operation, unit,
 * tags and cost category, nulls being equal. Amounts are summed; of currency and product name the
 * greatest text is taken.
 *
 * Worked example: 24 hourly lines of i-0a1, 0.192 USD each, become one daily line of 4.608 USD. An
 * hour whose tags differ becomes a daily line of its own.
 *
 * The reference: what upstream does when it takes a bill in. Its daily lines also carry rates and
 * on-demand prices, which attribution does not read. */
#include "attribute/bill_day.h"

#include "base/arena.h"

#include <stdlib.h>

enum day_word {
    DAY_RESOURCE,
    DAY_PAYER,
    DAY_ACCOUNT,
    DAY_LEGAL_ENTITY,
    DAY_DESCRIPTION,
    DAY_BILLING_ENTITY,
    DAY_PRODUCT_CODE,
    DAY_ZONE,
    DAY_LINE_TYPE,
    DAY_USAGE_TYPE,
    DAY_OPERATION,
    DAY_FAMILY,
    DAY_OPERATING_SYSTEM,
    DAY_INSTANCE_TYPE,
    DAY_REGION,
    DAY_UNIT,
    DAY_TAGS,
    DAY_COST_CATEGORY,
    DAY_WORDS
};

void bill_day_init(struct bill_day *day)
{
    *day = (struct bill_day){0};
    key_map_init(&day->map, DAY_WORDS);
}

void bill_day_close(struct bill_day *day)
{
    key_map_close(&day->map);
    free(day->groups);
}

void bill_day_open(struct bill_day *day, const struct text_pool *texts)
{
    day->texts = texts;
    key_map_clear(&day->map);
}

uint64_t bill_day_columns(void)
{
    return bill_line_columns() | BILL_LINE_MASK(bill_payeraccountid) |
           BILL_LINE_MASK(lineitem_legalentity) | BILL_LINE_MASK(lineitem_lineitemdescription) |
           BILL_LINE_MASK(product_operatingsystem);
}

static uint32_t greater(const struct bill_day *day, uint32_t a, uint32_t b)
{
    return a == b || text_compare(day->texts->texts[a], day->texts->texts[b]) > 0 ? a : b;
}

static struct bill_day_group *find_group(struct bill_day *day, const uint32_t *key)
{
    bool added;
    uint32_t at = key_map_add(&day->map, key, &added);
    if (added && at >= day->capacity) {
        day->capacity = day->capacity * 2 + 1024;
        day->groups = memory_grow(day->groups, day->capacity * sizeof *day->groups);
    }
    if (added)
        day->groups[at] = (struct bill_day_group){TEXT_NULL,      TEXT_NULL,      EXACT_SUM_NULL,
                                                  EXACT_SUM_NULL, EXACT_SUM_NULL, EXACT_SUM_NULL};
    return &day->groups[at];
}

void bill_day_add(struct bill_day *day, const struct bill_line_batch *batch, size_t row)
{
    struct bill_line line = bill_line_read(batch, row);
    const uint32_t key[DAY_WORDS] = {
        [DAY_RESOURCE] = line.resource_id,
        [DAY_PAYER] = bill_line_text(batch->bill_payeraccountid, row),
        [DAY_ACCOUNT] = line.usage_account_id,
        [DAY_LEGAL_ENTITY] = bill_line_text(batch->lineitem_legalentity, row),
        [DAY_DESCRIPTION] = bill_line_text(batch->lineitem_lineitemdescription, row),
        [DAY_BILLING_ENTITY] = line.billing_entity,
        [DAY_PRODUCT_CODE] = line.product_code,
        [DAY_ZONE] = line.availability_zone,
        [DAY_LINE_TYPE] = line.line_type,
        [DAY_USAGE_TYPE] = line.usage_type,
        [DAY_OPERATION] = line.operation,
        [DAY_FAMILY] = line.product_family,
        [DAY_OPERATING_SYSTEM] = bill_line_text(batch->product_operatingsystem, row),
        [DAY_INSTANCE_TYPE] = line.instance_type,
        [DAY_REGION] = line.region,
        [DAY_UNIT] = line.unit,
        [DAY_TAGS] = line.tags,
        [DAY_COST_CATEGORY] = line.cost_category,
    };
    struct bill_day_group *group = find_group(day, key);
    group->currency = greater(day, group->currency, line.currency);
    group->product_name = greater(day, group->product_name, line.product_name);
    exact_sum_add(&group->usage_amount, line.usage_amount, EXACT_SUM_FINE);
    exact_sum_add(&group->unblended_cost, line.unblended_cost, EXACT_SUM_FINE);
    exact_sum_add(&group->blended_cost, line.blended_cost, EXACT_SUM_FINE);
    exact_sum_add(&group->savingsplan_cost, line.savingsplan_cost, EXACT_SUM_FINE);
}

struct bill_line bill_day_line(const struct bill_day *day, uint32_t number)
{
    const uint32_t *key = key_map_key(&day->map, number);
    const struct bill_day_group *group = &day->groups[number];
    return (struct bill_line){
        .resource_id = key[DAY_RESOURCE],
        .billing_entity = key[DAY_BILLING_ENTITY],
        .usage_account_id = key[DAY_ACCOUNT],
        .line_type = key[DAY_LINE_TYPE],
        .product_code = key[DAY_PRODUCT_CODE],
        .product_name = group->product_name,
        .product_family = key[DAY_FAMILY],
        .instance_type = key[DAY_INSTANCE_TYPE],
        .availability_zone = key[DAY_ZONE],
        .region = key[DAY_REGION],
        .usage_type = key[DAY_USAGE_TYPE],
        .operation = key[DAY_OPERATION],
        .unit = key[DAY_UNIT],
        .currency = group->currency,
        .tags = key[DAY_TAGS],
        .cost_category = key[DAY_COST_CATEGORY],
        .usage_amount = exact_sum_value(group->usage_amount, EXACT_SUM_FINE),
        .unblended_cost = exact_sum_value(group->unblended_cost, EXACT_SUM_FINE),
        .blended_cost = exact_sum_value(group->blended_cost, EXACT_SUM_FINE),
        .savingsplan_cost = exact_sum_value(group->savingsplan_cost, EXACT_SUM_FINE),
        .at_midnight = true,
    };
}
