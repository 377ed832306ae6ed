/* What attribution takes of a bill line; see kept_line.c. */
#ifndef COSTAGG_ATTRIBUTE_KEPT_LINE_H
#define COSTAGG_ATTRIBUTE_KEPT_LINE_H

#include "attribute/number_list.h"
#include "attribute/reconciliation.h"
#include "base/text_pool.h"

enum direction { DIRECTION_NONE, DIRECTION_IN, DIRECTION_OUT };

/* Knows what the texts of a day's lines mean. */
struct kept_line_reader {
    struct text_pool *texts;
    struct number_list usage_types; /* by text id: what was found + 1; 0: not looked at */
    struct number_list operations;
    struct arena scratch;
    uint32_t marketplace; /* text ids of constants */
    uint32_t ec2;
    uint32_t data_transfer;
    uint32_t covered;
    uint32_t tax;
    uint32_t usage;
};

void kept_line_reader_init(struct kept_line_reader *reader);
void kept_line_reader_close(struct kept_line_reader *reader);
void kept_line_reader_open(struct kept_line_reader *reader, struct text_pool *texts);

/* '' as null. */
static inline uint32_t kept_line_text(uint32_t text)
{
    return text == TEXT_EMPTY ? TEXT_NULL : text;
}

uint32_t kept_line_product_code(const struct kept_line_reader *reader, uint32_t billing_entity,
                                uint32_t product_name, uint32_t product_code);

enum direction kept_line_direction(struct kept_line_reader *reader, uint32_t product_code,
                                   uint32_t product_family, uint32_t usage_type,
                                   uint32_t operation);

/* The four costs of a line as billed and as attributed. */
struct kept_costs {
    double billed[COST_COLUMNS];
    double attributed[COST_COLUMNS];
    bool covered; /* by a savings plan: billed but attributed as 0 */
};
struct kept_costs kept_line_costs(const struct kept_line_reader *reader, uint32_t line_type,
                                  double unblended, double blended, double savingsplan);

#endif
