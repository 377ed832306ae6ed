/* What a kept bill line carries (step 1, second half).
 *
 * - Product code: for the billing entity AWS Marketplace the product's name, unless it is null or
 *   '', else the product code. In all text columns '' is null.
 * - Direction, only for product AmazonEC2 of family Data Transfer, by the usage type in lower case:
 *   contains in-bytes → IN; else out-bytes → OUT; else regional-bytes with an operation that
 *   contains -in → IN, else -out → OUT; else none.
 * - Costs: a line of type SavingsPlanCoveredUsage counts with unblended and blended cost 0, because
 *   the plan's own lines pay for it. Amortized cost is the unblended cost as billed for Tax and
 *   Usage, else the savings plan's effective cost.
 *
 * Worked example: USE1-DataTransfer-Out-Bytes is OUT; DataTransfer-Regional-Bytes with operation
 * InterZone-In is IN, with PublicIP none. A line SavingsPlanCoveredUsage of unblended 10 and
 * effective 7: unblended 0, blended 0, savings plan 7, amortized 7.
 *
 * Surprising: "in-bytes" is looked for first, so a type like Main-Bytes is IN. DiscountedUsage,
 * Fee, Credit and all other types have no amortized cost but the savings plan's, often 0.
 *
 * The query it must match: the temporary tables of the daily bill, and the amortized cost's
 * CASE lineitem_lineitemtype WHEN 'Tax', 'Usage'. */
#include "attribute/kept_line.h"

#include "attribute/lower_case.h"
#include "base/measure.h"

#include <string.h>

/* What a usage type says; operations use the first three. */
enum traffic { TRAFFIC_NONE, TRAFFIC_IN, TRAFFIC_OUT, TRAFFIC_REGIONAL };

void kept_line_reader_init(struct kept_line_reader *reader)
{
    *reader = (struct kept_line_reader){0};
    arena_init(&reader->scratch);
}

void kept_line_reader_close(struct kept_line_reader *reader)
{
    number_list_close(&reader->usage_types);
    number_list_close(&reader->operations);
    arena_close(&reader->scratch);
}

void kept_line_reader_open(struct kept_line_reader *reader, struct text_pool *texts)
{
    reader->texts = texts;
    reader->marketplace = text_pool_intern_string(texts, "AWS Marketplace");
    reader->ec2 = text_pool_intern_string(texts, "AmazonEC2");
    reader->data_transfer = text_pool_intern_string(texts, "Data Transfer");
    reader->covered = text_pool_intern_string(texts, "SavingsPlanCoveredUsage");
    reader->tax = text_pool_intern_string(texts, "Tax");
    reader->usage = text_pool_intern_string(texts, "Usage");
    number_list_reset(&reader->usage_types, texts->count);
    number_list_reset(&reader->operations, texts->count);
}

uint32_t kept_line_product_code(const struct kept_line_reader *reader, uint32_t billing_entity,
                                uint32_t product_name, uint32_t product_code)
{
    if (billing_entity == reader->marketplace && kept_line_text(product_name) != TEXT_NULL)
        return product_name;
    return kept_line_text(product_code);
}

static bool contains(struct text text, const char *part)
{
    return memmem(text.bytes, text.length, part, strlen(part)) != NULL;
}

static enum traffic read_usage_type(struct text type)
{
    if (contains(type, "in-bytes"))
        return TRAFFIC_IN;
    if (contains(type, "out-bytes"))
        return TRAFFIC_OUT;
    return contains(type, "regional-bytes") ? TRAFFIC_REGIONAL : TRAFFIC_NONE;
}

static enum traffic read_operation(struct text operation)
{
    if (contains(operation, "-in"))
        return TRAFFIC_IN;
    return contains(operation, "-out") ? TRAFFIC_OUT : TRAFFIC_NONE;
}

/* Looks at a text once. */
static enum traffic recall(struct kept_line_reader *reader, struct number_list *known,
                           uint32_t text_id, enum traffic (*read)(struct text))
{
    if (text_id == TEXT_NULL)
        return TRAFFIC_NONE;
    number_list_cover(known, reader->texts->count);
    if (known->items[text_id] == 0) {
        struct text lower =
            lower_case_of(text_pool_borrow(reader->texts, text_id), &reader->scratch);
        known->items[text_id] = (uint32_t)read(lower) + 1;
        arena_reset(&reader->scratch);
    }
    return (enum traffic)(known->items[text_id] - 1);
}

enum direction kept_line_direction(struct kept_line_reader *reader, uint32_t product_code,
                                   uint32_t product_family, uint32_t usage_type, uint32_t operation)
{
    if (product_code != reader->ec2 || product_family != reader->data_transfer)
        return DIRECTION_NONE;
    enum traffic traffic = recall(reader, &reader->usage_types, usage_type, read_usage_type);
    if (traffic == TRAFFIC_REGIONAL)
        traffic = recall(reader, &reader->operations, operation, read_operation);
    return traffic == TRAFFIC_IN    ? DIRECTION_IN
           : traffic == TRAFFIC_OUT ? DIRECTION_OUT
                                    : DIRECTION_NONE;
}

struct kept_costs kept_line_costs(const struct kept_line_reader *reader, uint32_t line_type,
                                  double unblended, double blended, double savingsplan)
{
    double amortized =
        line_type == reader->tax || line_type == reader->usage ? unblended : savingsplan;
    struct kept_costs costs = {
        .billed = {unblended, blended, savingsplan, amortized},
        .attributed = {unblended, blended, savingsplan, amortized},
        .covered = line_type == reader->covered,
    };
    if (costs.covered)
        costs.attributed[COST_UNBLENDED] = costs.attributed[COST_BLENDED] = 0;
    return costs;
}
