/* A day's kept bill lines, equal ones summed.
 *
 * Everything attribution does with a line is linear in its amounts, so lines that are equal in all
 * else form one class with the sums of their amounts. What a class is made of: a *line part* (the
 * bill's own columns of a result row), a tag case, a cost category and a direction.
 *
 * On the way every line of the bill, kept or not, enters the reconciliation: the total as billed,
 * and the lines that no rule sees. */
#ifndef COSTAGG_ATTRIBUTE_LINE_CLASS_H
#define COSTAGG_ATTRIBUTE_LINE_CLASS_H

#include "attribute/bill_line.h"
#include "attribute/bill_resource.h"
#include "attribute/kept_line.h"
#include "attribute/reconciliation.h"
#include "attribute/tag_case.h"
#include "base/exact_sum.h"
#include "base/key_map.h"

/* The columns of a result row that come from the line: text ids, '' being null. */
enum line_part_word {
    PART_RESOURCE, /* number in bill_resources */
    PART_PRODUCT_CODE,
    PART_PRODUCT_FAMILY,
    PART_INSTANCE_TYPE,
    PART_ACCOUNT,
    PART_ZONE,
    PART_REGION,
    PART_UNIT,
    PART_CURRENCY,
    PART_WORDS
};

enum line_class_word {
    CLASS_PART,          /* number of the line part */
    CLASS_CASE,          /* number of the tag case */
    CLASS_COST_CATEGORY, /* text id of canonical JSON */
    CLASS_DIRECTION,     /* enum direction */
    CLASS_WORDS
};

struct line_amounts {
    struct exact_sum usage_amount;
    struct exact_sum costs[COST_COLUMNS];
};

/* The shares of the reconciliation that the lines alone decide, of one currency. */
struct line_totals {
    uint32_t currency; /* text id */
    struct exact_sum total[COST_COLUMNS];
    struct exact_sum no_cluster[COST_COLUMNS];
    struct exact_sum not_midnight[COST_COLUMNS];
    struct exact_sum covered[COST_COLUMNS];
    double gross[COST_COLUMNS];
};

struct line_classes {
    struct text_pool *texts;
    struct kept_line_reader reader;
    struct key_map parts;
    struct key_map classes;
    struct line_amounts *amounts; /* by class */
    uint32_t capacity;
    struct number_list category_of_text; /* by text id: canonical text id + 1; 0: not read yet */
    struct number_list totals_of_text;   /* by text id of a currency: number + 1 */
    struct line_totals *totals;
    uint32_t totals_count;
    struct arena scratch;
    struct attribution_notices *notices; /* not owned */
};

void line_classes_init(struct line_classes *classes, struct attribution_notices *notices);
void line_classes_close(struct line_classes *classes);

/* Forgets the day before. */
void line_classes_open(struct line_classes *classes, struct text_pool *texts);

/* Must be called, like those of resources and cases, when texts were added to the pool. */
void line_classes_cover(struct line_classes *classes);

/* Adds a line of the day. */
void line_classes_add(struct line_classes *classes, struct bill_resources *resources,
                      struct tag_cases *cases, const struct bill_line *line);

/* Adds the lines' shares to the reconciliation. */
void line_classes_reconcile(const struct line_classes *classes, struct reconciliation *sums);

size_t line_classes_size(const struct line_classes *classes);

#endif
