#include "attribute/attribution.h"

#include "attribute/attribution_facts.h"
#include "attribute/attribution_lore.h"
#include "attribute/bill_day.h"
#include "attribute/cost_attributor.h"
#include "attribute/cost_rows.h"
#include "attribute/explanation.h"
#include "decode/report.h"

#include <assert.h>

struct attribution_day {
    const struct attribution *attribution;
    struct attribution_lore *lore;
    struct text_pool *texts; /* the lore's */
    int32_t date;
    bool usage_ended; /* the first bill line ends the usage */
    struct usage_index usage;
    struct bill_resources resources;
    struct tag_cases cases;
    struct line_classes classes;
    struct bill_day bill_day;
    struct tag_groups tag_groups;
    struct cost_groups groups;
    struct cost_attributor attributor;
    struct cost_group_names names; /* of the groups, while rows are made of them */
    struct number_list numbers;    /* of the groups in the order of their rows */
    struct cost_rows rows;
    struct explanation explanation;
    struct attribution_notices notices;
};

/* What grows with usage rows, lines and result rows. */
static void open_bulk(struct attribution_day *day)
{
    const struct attribution_request *request = &day->attribution->request;
    usage_index_init(&day->usage);
    bill_resources_init(&day->resources, &day->attribution->resources, &day->usage,
                        (uint32_t)request->bill->cluster_count);
    line_classes_init(&day->classes, &day->notices);
    bill_day_init(&day->bill_day);
    cost_groups_init(&day->groups, request->bill, &day->lore->targets, &day->lore->receivers);
    cost_attributor_init(&day->attributor);
    cost_rows_init(&day->rows, request->settings, request->rules, request->bill);
}

static void close_bulk(struct attribution_day *day)
{
    usage_index_close(&day->usage);
    bill_resources_close(&day->resources);
    line_classes_close(&day->classes);
    bill_day_close(&day->bill_day);
    cost_groups_close(&day->groups);
    cost_attributor_close(&day->attributor);
    cost_rows_close(&day->rows);
    number_list_close(&day->numbers);
}

static void close_day(void *resource)
{
    struct attribution_day *day = resource;
    close_bulk(day);
    tag_cases_close(&day->cases);
    tag_groups_close(&day->tag_groups);
    explanation_close(&day->explanation);
    attribution_notices_close(&day->notices);
}

struct attribution_day *attribution_day_build(const struct attribution *attribution,
                                              struct attribution_lore *lore, struct arena *arena)
{
    const struct attribution_request *request = &attribution->request;
    struct attribution_day *day = arena_alloc(arena, sizeof *day);
    day->attribution = attribution;
    day->lore = lore;
    day->texts = lore->texts;
    attribution_notices_init(&day->notices);
    open_bulk(day);
    tag_cases_init(&day->cases, &attribution->tags, request->settings, &day->notices, arena);
    tag_groups_init(&day->tag_groups, &attribution->tags, &day->usage, request->bill);
    explanation_init(&day->explanation);
    arena_on_close(arena, close_day, day);
    return day;
}

void attribution_day_open(struct attribution_day *day, int32_t date)
{
    day->date = date;
    day->usage_ended = false;
    attribution_lore_renew(day->lore);
    usage_index_open(&day->usage, &day->attribution->resources, day->texts);
    bill_day_open(&day->bill_day, day->texts);
    cost_groups_clear(&day->groups);
    explanation_clear(&day->explanation);
}

void attribution_day_add_usage(struct attribution_day *day, size_t cluster,
                               const struct usage_line *rows, size_t row_count)
{
    assert(!day->usage_ended);
    assert(cluster < day->attribution->request.bill->cluster_count);
    usage_index_add(&day->usage, (uint32_t)cluster, rows, row_count);
}

/* What is known of bill lines depends on the usage of all clusters. */
static void end_usage(struct attribution_day *day)
{
    if (!day->usage_ended) {
        day->usage_ended = true;
        tag_groups_open(&day->tag_groups);
        bill_resources_open(&day->resources);
        tag_cases_open(&day->cases, day->texts);
        line_classes_open(&day->classes, day->texts);
    }
    bill_resources_cover(&day->resources);
    tag_cases_cover(&day->cases);
    line_classes_cover(&day->classes);
}

uint64_t attribution_bill_columns(const struct attribution *attribution)
{
    return attribution->request.daily_from_hourly ? bill_day_columns() : bill_line_columns();
}

uint64_t attribution_hourly_columns(void)
{
    return BILL_LINE_MASK(lineitem_resourceid) | BILL_LINE_MASK(lineitem_usagestartdate) |
           BILL_LINE_MASK(lineitem_unblendedcost) | BILL_LINE_MASK(lineitem_unblendedrate);
}

bool attribution_day_needs_hourly(const struct attribution_day *day)
{
    return day->usage.by_handle.keys.count > 0;
}

void attribution_day_add_hourly(struct attribution_day *day, const struct bill_line_batch *batch)
{
    end_usage(day);
    for (size_t row = 0; row < batch->rows; row++) {
        if (!bill_line_is_of_day(batch, row, day->date))
            continue;
        uint32_t number =
            bill_resources_find(&day->resources, bill_line_text(batch->lineitem_resourceid, row));
        struct bill_resource *resource = &day->resources.resources[number];
        if (!resource->has_handle)
            continue;
        struct disk_charge *charge = &resource->charge;
        charge->max_cost =
            measure_max(charge->max_cost, bill_line_measure(batch->lineitem_unblendedcost, row));
        charge->max_rate =
            measure_max(charge->max_rate, bill_line_measure(batch->lineitem_unblendedrate, row));
    }
}

static void add_line(struct attribution_day *day, const struct bill_line *line)
{
    line_classes_add(&day->classes, &day->resources, &day->cases, line);
}

void attribution_day_add_bill(struct attribution_day *day, const struct bill_line_batch *batch)
{
    end_usage(day);
    bool hourly = day->attribution->request.daily_from_hourly;
    for (size_t row = 0; row < batch->rows; row++) {
        if (!bill_line_is_of_day(batch, row, day->date))
            continue;
        if (hourly) {
            bill_day_add(&day->bill_day, batch, row);
            continue;
        }
        struct bill_line line = bill_line_read(batch, row);
        add_line(day, &line);
    }
}

static void attribute(struct attribution_day *day, const struct number_list *parts,
                      struct reconciliation *sums)
{
    const struct attribution *attribution = day->attribution;
    struct cost_attributor *attributor = &day->attributor;
    attributor->facts = (struct attributor_facts){
        .bill = attribution->request.bill,
        .rules = attribution->request.rules,
        .days_in_month = attribution->days_in_month,
        .date = day->date,
        .match = &attribution->resources,
        .disks = &attribution->disks,
        .usage = &day->usage,
        .resources = &day->resources,
        .cases = &day->cases,
        .classes = &day->classes,
    };
    attributor->tag_groups = &day->tag_groups;
    attributor->row_tags = &day->lore->row_tags;
    attributor->targets = &day->lore->targets;
    attributor->receivers = &day->lore->receivers;
    attributor->groups = &day->groups;
    attributor->explanation = NULL;
    if (attribution->request.explain != NULL) {
        attributor->explanation = &day->explanation;
        attributor->explained = text_pool_intern_string(day->texts, attribution->request.explain);
    }
    cost_attributor_run(attributor, parts, sums);
}

/* Tells of the explained resource also when none of its lines is kept. */
static void explain_unkept(struct attribution_day *day)
{
    const struct cost_attributor *attributor = &day->attributor;
    if (attributor->explanation == NULL || day->explanation.classes > 0)
        return;
    for (uint32_t i = 1; i < day->resources.count; i++)
        if (day->resources.resources[i].text == attributor->explained)
            explanation_add_unkept(&day->explanation, attributor, &day->resources.resources[i]);
}

void attribution_day_finish(struct attribution_day *day, struct reconciliation *sums)
{
    end_usage(day);
    for (uint32_t i = 0; i < day->bill_day.map.count; i++) {
        struct bill_line line = bill_day_line(&day->bill_day, i);
        add_line(day, &line);
    }
    bill_resources_measure(&day->resources, day->attribution->days_in_month, &day->notices);
    line_classes_reconcile(&day->classes, sums);
    day->names = (struct cost_group_names){
        .texts = day->texts,
        .parts = &day->classes.parts,
        .resources = day->resources.resources,
        .targets = &day->lore->targets,
        .receivers = &day->lore->receivers,
        .date = day->date,
    };
    cost_order_parts(&day->lore->order, &day->names, &day->numbers);
    attribute(day, &day->numbers, sums);
    explain_unkept(day);
    cost_order_groups(&day->lore->order, &day->groups, &day->names, &day->numbers);
    cost_rows_begin(&day->rows, &day->groups, &day->names, &day->numbers);
}

bool attribution_day_take_rows(struct attribution_day *day, struct row_batch *rows,
                               struct attribution_notices *notices)
{
    bool some = cost_rows_next(&day->rows, &day->notices);
    *rows = (struct row_batch){&cost_table, day->rows.rows, day->rows.count, day->texts};
    if (!some) {
        attribution_notices_merge(notices, &day->notices);
        attribution_notices_close(&day->notices);
    }
    return some;
}

void attribution_day_release(struct attribution_day *day)
{
    close_bulk(day);
    open_bulk(day);
}

const char *attribution_day_explanation(const struct attribution_day *day)
{
    return day->explanation.bytes;
}

size_t attribution_day_size(const struct attribution_day *day)
{
    return usage_index_size(&day->usage) + line_classes_size(&day->classes) +
           cost_groups_size(&day->groups) + cost_rows_size(&day->rows);
}
