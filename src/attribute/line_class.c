#include "attribute/line_class.h"

#include "attribute/notices.h"
#include "base/label_json.h"

#include <math.h>
#include <stdlib.h>

void line_classes_init(struct line_classes *classes, struct attribution_notices *notices)
{
    *classes = (struct line_classes){.notices = notices};
    kept_line_reader_init(&classes->reader);
    key_map_init(&classes->parts, PART_WORDS);
    key_map_init(&classes->classes, CLASS_WORDS);
    arena_init(&classes->scratch);
}

void line_classes_close(struct line_classes *classes)
{
    kept_line_reader_close(&classes->reader);
    key_map_close(&classes->parts);
    key_map_close(&classes->classes);
    number_list_close(&classes->category_of_text);
    number_list_close(&classes->totals_of_text);
    free(classes->amounts);
    free(classes->totals);
    arena_close(&classes->scratch);
}

void line_classes_open(struct line_classes *classes, struct text_pool *texts)
{
    classes->texts = texts;
    kept_line_reader_open(&classes->reader, texts);
    key_map_clear(&classes->parts);
    key_map_clear(&classes->classes);
    number_list_reset(&classes->category_of_text, texts->count);
    classes->category_of_text.items[TEXT_NULL] = TEXT_NULL + 1;
    number_list_reset(&classes->totals_of_text, texts->count);
    classes->totals_count = 0;
}

void line_classes_cover(struct line_classes *classes)
{
    number_list_cover(&classes->category_of_text, classes->texts->count);
    number_list_cover(&classes->totals_of_text, classes->texts->count);
}

/* The cost category as canonical JSON, unfiltered. */
static uint32_t category_of(struct line_classes *classes, uint32_t text_id)
{
    uint32_t known = classes->category_of_text.items[text_id];
    if (known != 0)
        return known - 1;
    struct label_list list;
    struct text text = text_pool_borrow(classes->texts, text_id);
    if (!label_json_parse(text, &classes->scratch, &list))
        attribution_notices_add(classes->notices, NOTICE_malformed_tags, text);
    struct text canonical = label_json_print(&list, &classes->scratch);
    uint32_t category = text_pool_intern(classes->texts, canonical.bytes, canonical.length);
    arena_reset(&classes->scratch);
    classes->category_of_text.items[text_id] = category + 1;
    return category;
}

static struct line_totals *make_totals(struct line_classes *classes, uint32_t currency)
{
    uint32_t number = classes->totals_count++;
    classes->totals = memory_grow(classes->totals, classes->totals_count * sizeof *classes->totals);
    struct line_totals *totals = &classes->totals[number];
    *totals = (struct line_totals){.currency = currency};
    for (int column = 0; column < COST_COLUMNS; column++)
        totals->total[column] = totals->no_cluster[column] = totals->not_midnight[column] =
            totals->covered[column] = EXACT_SUM_NULL;
    classes->totals_of_text.items[currency] = number + 1;
    return totals;
}

static void add_all(struct exact_sum sums[COST_COLUMNS], const double costs[COST_COLUMNS])
{
    for (int column = 0; column < COST_COLUMNS; column++)
        exact_sum_add(&sums[column], costs[column], EXACT_SUM_FINE);
}

static struct line_totals *count_total(struct line_classes *classes, uint32_t currency,
                                       const struct kept_costs *costs)
{
    uint32_t known = classes->totals_of_text.items[currency];
    struct line_totals *totals =
        known != 0 ? &classes->totals[known - 1] : make_totals(classes, currency);
    add_all(totals->total, costs->billed);
    for (int column = 0; column < COST_COLUMNS; column++)
        if (!measure_is_null(costs->billed[column]))
            totals->gross[column] += fabs(costs->billed[column]);
    return totals;
}

static struct line_amounts *find_class(struct line_classes *classes, const uint32_t *key)
{
    bool added;
    uint32_t at = key_map_add(&classes->classes, key, &added);
    if (added && at >= classes->capacity) {
        classes->capacity = classes->capacity * 2 + 4096;
        classes->amounts =
            memory_grow(classes->amounts, classes->capacity * sizeof *classes->amounts);
    }
    if (added)
        classes->amounts[at] = (struct line_amounts){
            EXACT_SUM_NULL, {EXACT_SUM_NULL, EXACT_SUM_NULL, EXACT_SUM_NULL, EXACT_SUM_NULL}};
    return &classes->amounts[at];
}

static uint32_t find_part(struct line_classes *classes, const struct bill_line *line,
                          uint32_t resource)
{
    const uint32_t part[PART_WORDS] = {
        [PART_RESOURCE] = resource,
        [PART_PRODUCT_CODE] = kept_line_product_code(&classes->reader, line->billing_entity,
                                                     line->product_name, line->product_code),
        [PART_PRODUCT_FAMILY] = kept_line_text(line->product_family),
        [PART_INSTANCE_TYPE] = kept_line_text(line->instance_type),
        [PART_ACCOUNT] = kept_line_text(line->usage_account_id),
        [PART_ZONE] = kept_line_text(line->availability_zone),
        [PART_REGION] = kept_line_text(line->region),
        [PART_UNIT] = kept_line_text(line->unit),
        [PART_CURRENCY] = kept_line_text(line->currency),
    };
    return key_map_add(&classes->parts, part, NULL);
}

static void add_kept(struct line_classes *classes, const struct bill_line *line, uint32_t resource,
                     uint32_t tag_case, const struct kept_costs *costs)
{
    const uint32_t key[CLASS_WORDS] = {
        [CLASS_PART] = find_part(classes, line, resource),
        [CLASS_CASE] = tag_case,
        [CLASS_COST_CATEGORY] = category_of(classes, line->cost_category),
        [CLASS_DIRECTION] =
            kept_line_direction(&classes->reader, line->product_code, line->product_family,
                                line->usage_type, line->operation),
    };
    struct line_amounts *amounts = find_class(classes, key);
    exact_sum_add(&amounts->usage_amount, line->usage_amount, EXACT_SUM_FINE);
    add_all(amounts->costs, costs->attributed);
}

void line_classes_add(struct line_classes *classes, struct bill_resources *resources,
                      struct tag_cases *cases, const struct bill_line *line)
{
    struct kept_costs costs =
        kept_line_costs(&classes->reader, line->line_type, line->unblended_cost, line->blended_cost,
                        line->savingsplan_cost);
    struct line_totals *totals = count_total(classes, kept_line_text(line->currency), &costs);
    uint32_t resource = bill_resources_find(resources, line->resource_id);
    uint32_t tag_case = tag_cases_find(cases, line->tags);
    if (resources->resources[resource].set == 0 && cases->cases[tag_case].string_count == 0) {
        add_all(totals->no_cluster, costs.billed);
        return;
    }
    if (costs.covered) {
        exact_sum_add(&totals->covered[COST_UNBLENDED], line->unblended_cost, EXACT_SUM_FINE);
        exact_sum_add(&totals->covered[COST_BLENDED], line->blended_cost, EXACT_SUM_FINE);
    }
    if (line->at_midnight)
        add_kept(classes, line, resource, tag_case, &costs);
    else
        add_all(totals->not_midnight, costs.attributed);
}

static void merge_all(struct exact_sum to[COST_COLUMNS], const struct exact_sum from[COST_COLUMNS])
{
    for (int column = 0; column < COST_COLUMNS; column++)
        exact_sum_merge(&to[column], from[column]);
}

void line_classes_reconcile(const struct line_classes *classes, struct reconciliation *sums)
{
    for (uint32_t i = 0; i < classes->totals_count; i++) {
        const struct line_totals *totals = &classes->totals[i];
        struct currency_sums *to =
            reconciliation_currency(sums, text_pool_borrow(classes->texts, totals->currency));
        merge_all(to->amounts[RECONCILE_total], totals->total);
        merge_all(to->amounts[RECONCILE_no_cluster], totals->no_cluster);
        merge_all(to->amounts[RECONCILE_not_midnight], totals->not_midnight);
        merge_all(to->amounts[RECONCILE_covered], totals->covered);
        for (int column = 0; column < COST_COLUMNS; column++)
            exact_sum_add(&to->gross[column], totals->gross[column], EXACT_SUM_FINE);
    }
}

size_t line_classes_size(const struct line_classes *classes)
{
    return key_map_size(&classes->parts) + key_map_size(&classes->classes) +
           classes->capacity * sizeof *classes->amounts;
}
