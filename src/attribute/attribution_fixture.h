/* Whole days from literals, for the tests of this folder: usage rows and bill lines a struct each,
 * result rows as texts. Days count from 2025-10-01. Strings may be NULL: null. Numbers are 0 where
 * a test says nothing; NONE is null. */
#ifndef COSTAGG_ATTRIBUTE_ATTRIBUTION_FIXTURE_H
#define COSTAGG_ATTRIBUTE_ATTRIBUTION_FIXTURE_H

#include "aggregate/usage_fact.h"
#include "attribute/attribution.h"
#include "attribute/cost_row.h"
#include "attribute/notices.h"
#include "attribute/reconciliation.h"
#include "attribute/usage_line.h"
#include "base/measure.h"
#include "decode/report.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NONE         MEASURE_NULL
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { FIXTURE_DAY = 20362 /* 2025-10-01 */, FIXTURE_DAYS = 3, FIXTURE_MOST = 64 };

struct fixture_usage {
    size_t cluster;
    int day;
    bool storage;
    const char *namespace, *node, *resource, *pod_labels;
    const char *volume_labels, *claim, *volume, *class, *handle;
    double cpu, cpu_capacity, memory, memory_capacity, claim_gib;
    int category; /* 0: null */
};

/* A name of the raw reports beyond those of the usage rows. */
struct fixture_fact {
    size_t cluster;
    const char *fact, *value;
};

struct fixture_line {
    int hour; /* since the first day */
    const char *resource, *tags, *product, *family, *type, *usage_type, *operation;
    const char *account, *currency, *entity, *name, *category, *zone;
    double usage, unblended, blended, savingsplan, rate;
    bool no_time;
};

/* The whole input, and what came out. */
struct fixture {
    const struct fixture_usage *usage;
    size_t usage_count;
    const struct fixture_fact *facts;
    size_t fact_count;
    const struct fixture_line *lines; /* daily, or hourly with daily_from_hourly */
    size_t line_count;
    const struct fixture_line *hourly;
    size_t hourly_count;
    size_t clusters; /* default 1 */
    struct settings settings;
    struct cost_rules rules;
    bool daily_from_hourly;
    const char *explain;

    struct arena arena;
    struct text_pool texts;
    struct cluster cluster_list[40];
    const struct cluster *cluster_pointers[40];
    struct bill bill;
    struct attribution *attribution;
    struct reconciliation sums;
    struct attribution_notices notices;
    char *rows[FIXTURE_MOST]; /* as fixture_print() shows them, in order */
    struct cost_row row_list[FIXTURE_MOST];
    size_t row_count;
    char *explanation;
};

static inline uint32_t fixture_text(struct fixture *fixture, const char *string)
{
    return text_pool_intern_string(&fixture->texts, string);
}

static inline void fixture_open_clusters(struct fixture *fixture)
{
    static const char *const ids[] = {"c-east", "c-west", "c-north"};
    static const char *const aliases[] = {"east", "west", "north"};
    if (fixture->clusters == 0)
        fixture->clusters = 1;
    for (size_t i = 0; i < fixture->clusters; i++) {
        char *source = arena_printf(&fixture->arena, "0000000%zx-0000-4000-8000-000000000000", i);
        const char *id = i < COUNT(ids) ? ids[i] : arena_printf(&fixture->arena, "c-%zu", i);
        const char *alias =
            i < COUNT(ids) ? aliases[i] : arena_printf(&fixture->arena, "alias %zu", i);
        fixture->cluster_list[i] = (struct cluster){source, id, alias, (int32_t)(100 + i)};
        fixture->cluster_pointers[i] = &fixture->cluster_list[i];
    }
    fixture->bill = (struct bill){"AWS", "b1110000-0000-4000-8000-000000000000", 7,
                                  fixture->cluster_pointers, fixture->clusters};
}

static inline struct usage_line fixture_usage_line(struct fixture *fixture,
                                                   const struct fixture_usage *usage)
{
    bool storage = usage->storage;
    return (struct usage_line){
        .data_source = storage ? DATA_SOURCE_STORAGE : DATA_SOURCE_POD,
        .namespace_name = fixture_text(fixture, usage->namespace),
        .node = fixture_text(fixture, usage->node),
        .resource_id = fixture_text(fixture, usage->resource),
        .pod_labels = fixture_text(fixture, usage->pod_labels),
        .volume_labels = fixture_text(fixture, usage->volume_labels),
        .claim = fixture_text(fixture, usage->claim),
        .volume = fixture_text(fixture, usage->volume),
        .storageclass = fixture_text(fixture, usage->class),
        .csi_volume_handle = fixture_text(fixture, usage->handle),
        .cost_category_id = usage->category == 0 ? INTEGER_NULL : usage->category,
        .effective_cpu_core_hours = storage ? NONE : usage->cpu,
        .capacity_cpu_core_hours = storage ? NONE : usage->cpu_capacity,
        .effective_memory_gib_hours = storage ? NONE : usage->memory,
        .capacity_memory_gib_hours = storage ? NONE : usage->memory_capacity,
        .claim_capacity_gib = storage ? usage->claim_gib : NONE,
    };
}

/* The rows of a cluster and day; returns their number. */
static inline size_t fixture_day_rows(struct fixture *fixture, size_t cluster, int day,
                                      struct usage_line *rows)
{
    size_t count = 0;
    for (size_t i = 0; i < fixture->usage_count; i++)
        if (fixture->usage[i].cluster == cluster && fixture->usage[i].day == day)
            rows[count++] = fixture_usage_line(fixture, &fixture->usage[i]);
    return count;
}

static inline void fixture_add_fact(struct fixture *fixture, struct usage_fact *facts,
                                    size_t *count, int day, const char *fact, const char *value)
{
    if (value != NULL && *count < (size_t)FIXTURE_MOST * 5)
        facts[(*count)++] = (struct usage_fact){.usage_start = FIXTURE_DAY + day,
                                                .fact = fixture_text(fixture, fact),
                                                .value = fixture_text(fixture, value)};
}

/* Facts as the raw reports of the rows would give them, and the extra ones on the first day. */
static inline size_t fixture_day_facts(struct fixture *fixture, size_t cluster, int day,
                                       struct usage_fact *facts)
{
    size_t count = 0;
    for (size_t i = 0; i < fixture->usage_count; i++) {
        const struct fixture_usage *usage = &fixture->usage[i];
        if (usage->cluster != cluster || usage->day != day)
            continue;
        if (usage->storage) {
            fixture_add_fact(fixture, facts, &count, day, USAGE_FACT_VOLUME, usage->volume);
            if (usage->volume != NULL && *usage->volume != '\0')
                fixture_add_fact(fixture, facts, &count, day, USAGE_FACT_CSI_HANDLE, usage->handle);
        } else {
            fixture_add_fact(fixture, facts, &count, day, USAGE_FACT_NODE, usage->node);
            fixture_add_fact(fixture, facts, &count, day, USAGE_FACT_NAMESPACE, usage->namespace);
            fixture_add_fact(fixture, facts, &count, day, USAGE_FACT_RESOURCE_ID, usage->resource);
        }
    }
    for (size_t i = 0; day == 0 && i < fixture->fact_count; i++)
        if (fixture->facts[i].cluster == cluster)
            fixture_add_fact(fixture, facts, &count, day, fixture->facts[i].fact,
                             fixture->facts[i].value);
    return count;
}

/* Room for a batch of lines. */
struct fixture_columns {
    uint32_t texts[32][FIXTURE_MOST];
    int64_t times[FIXTURE_MOST];
    double numbers[5][FIXTURE_MOST];
};

static inline struct bill_line_batch fixture_batch(struct fixture *fixture,
                                                   const struct fixture_line *lines, size_t count,
                                                   struct fixture_columns *to)
{
    for (size_t i = 0; i < count; i++) {
        const struct fixture_line *line = &lines[i];
        const char *const texts[] = {
            line->resource,   line->tags,      line->product, line->family,   line->type,
            line->usage_type, line->operation, line->account, line->currency, line->entity,
            line->name,       line->category,  line->zone};
        for (size_t j = 0; j < COUNT(texts); j++)
            to->texts[j][i] = fixture_text(fixture, texts[j]);
        const double numbers[] = {line->usage, line->unblended, line->blended, line->savingsplan,
                                  line->rate};
        for (size_t j = 0; j < COUNT(numbers); j++)
            to->numbers[j][i] = numbers[j];
        to->times[i] = line->no_time ? DECODE_TIME_NULL
                                     : ((int64_t)FIXTURE_DAY * 24 + line->hour) * 3600 * 1000;
    }
    return (struct bill_line_batch){
        .rows = count,
        .lineitem_resourceid = to->texts[0],
        .resourcetags = to->texts[1],
        .lineitem_productcode = to->texts[2],
        .product_productfamily = to->texts[3],
        .lineitem_lineitemtype = to->texts[4],
        .lineitem_usagetype = to->texts[5],
        .lineitem_operation = to->texts[6],
        .lineitem_usageaccountid = to->texts[7],
        .lineitem_currencycode = to->texts[8],
        .bill_billingentity = to->texts[9],
        .product_productname = to->texts[10],
        .costcategory = to->texts[11],
        .lineitem_availabilityzone = to->texts[12],
        .lineitem_usagestartdate = to->times,
        .lineitem_usageamount = to->numbers[0],
        .lineitem_unblendedcost = to->numbers[1],
        .lineitem_blendedcost = to->numbers[2],
        .savingsplan_savingsplaneffectivecost = to->numbers[3],
        .lineitem_unblendedrate = to->numbers[4],
    };
}

static inline const char *fixture_show(struct fixture *fixture, uint32_t id)
{
    struct text text = text_pool_borrow(&fixture->texts, id);
    return text.bytes == NULL
               ? "-"
               : arena_printf(&fixture->arena, "%s%.*s%s", text.length == 0 ? "''" : "",
                              (int)text.length, text.bytes, "");
}

static inline const char *fixture_number(struct fixture *fixture, double number)
{
    return measure_is_null(number) ? "-" : arena_printf(&fixture->arena, "%.9g", number);
}

/* "cluster source namespace node claim/volume/class tags usage unblended", the columns that most
 * rules decide. */
static inline char *fixture_print(struct fixture *fixture, const struct cost_row *row)
{
    return arena_printf(
        &fixture->arena, "%s %s %s %s %s/%s/%s %s %s %s", fixture_show(fixture, row->cluster_id),
        fixture_show(fixture, row->data_source), fixture_show(fixture, row->namespace),
        fixture_show(fixture, row->node), fixture_show(fixture, row->persistentvolumeclaim),
        fixture_show(fixture, row->persistentvolume), fixture_show(fixture, row->storageclass),
        fixture_show(fixture, row->tags), fixture_number(fixture, row->usage_amount),
        fixture_number(fixture, row->unblended_cost));
}

static inline void fixture_gather(struct fixture *fixture, const struct bill_line_batch *lines)
{
    struct usage_line rows[FIXTURE_MOST];
    struct usage_fact facts[FIXTURE_MOST * 5];
    for (size_t cluster = 0; cluster < fixture->clusters; cluster++) {
        for (int day = 0; day < FIXTURE_DAYS; day++) {
            size_t row_count = fixture_day_rows(fixture, cluster, day, rows);
            size_t fact_count = fixture_day_facts(fixture, cluster, day, facts);
            attribution_add_usage_day(fixture->attribution, cluster, FIXTURE_DAY + day, rows,
                                      row_count, facts, fact_count, &fixture->texts);
        }
    }
    attribution_end_usage(fixture->attribution);
    if (attribution_needs_bill_facts(fixture->attribution))
        attribution_add_bill_facts(fixture->attribution, lines, &fixture->texts);
    attribution_end_facts(fixture->attribution);
}

static inline void fixture_attribute(struct fixture *fixture, struct attribution_day *day,
                                     int number, const struct bill_line_batch *lines,
                                     const struct bill_line_batch *hourly)
{
    struct usage_line rows[FIXTURE_MOST];
    attribution_day_open(day, FIXTURE_DAY + number);
    for (size_t cluster = 0; cluster < fixture->clusters; cluster++)
        attribution_day_add_usage(day, cluster, rows,
                                  fixture_day_rows(fixture, cluster, number, rows));
    if (attribution_day_needs_hourly(day))
        attribution_day_add_hourly(day, hourly);
    attribution_day_add_bill(day, lines);
    struct row_batch out;
    attribution_day_finish(day, &fixture->sums);
    while (attribution_day_take_rows(day, &out, &fixture->notices)) {
        const struct cost_row *results = out.rows;
        for (size_t i = 0; i < out.count && fixture->row_count < FIXTURE_MOST; i++) {
            fixture->row_list[fixture->row_count] = results[i];
            fixture->rows[fixture->row_count++] = fixture_print(fixture, &results[i]);
        }
    }
    if (number == 0) /* an opened day must not care whether the last one was released */
        attribution_day_release(day);
    fixture->explanation = arena_printf(&fixture->arena, "%s%s",
                                        fixture->explanation == NULL ? "" : fixture->explanation,
                                        attribution_day_explanation(day));
}

/* Runs both passes over all days. The caller has filled in the input. */
static inline void fixture_run(struct fixture *fixture)
{
    arena_init(&fixture->arena);
    text_pool_init(&fixture->texts);
    reconciliation_init(&fixture->sums);
    attribution_notices_init(&fixture->notices);
    fixture_open_clusters(fixture);
    struct fixture_columns *columns = arena_alloc_array(&fixture->arena, 2, sizeof *columns);
    struct bill_line_batch lines =
        fixture_batch(fixture, fixture->lines, fixture->line_count, &columns[0]);
    struct bill_line_batch hourly =
        fixture_batch(fixture, fixture->hourly, fixture->hourly_count, &columns[1]);
    const struct attribution_request request = {
        .settings = &fixture->settings,
        .rules = &fixture->rules,
        .bill = &fixture->bill,
        .period = {FIXTURE_DAY, FIXTURE_DAY + FIXTURE_DAYS - 1},
        .daily_from_hourly = fixture->daily_from_hourly,
        .explain = fixture->explain,
    };
    fixture->attribution = attribution_open(&request, &fixture->arena);
    fixture_gather(fixture, &lines);
    struct attribution_lore *lore =
        attribution_lore_build(fixture->attribution, &fixture->texts, &fixture->arena);
    struct attribution_day *day =
        attribution_day_build(fixture->attribution, lore, &fixture->arena);
    for (int i = 0; i < FIXTURE_DAYS; i++)
        fixture_attribute(fixture, day, i, &lines, &hourly);
    attribution_notices_merge(&fixture->notices, attribution_facts_notices(fixture->attribution));
}

static inline void fixture_close(struct fixture *fixture)
{
    arena_close(&fixture->arena);
    text_pool_close(&fixture->texts);
    reconciliation_close(&fixture->sums);
    attribution_notices_close(&fixture->notices);
}

static inline void fixture_assert_rows(const struct fixture *fixture, const char *const *expected,
                                       size_t count)
{
    for (size_t i = 0; i < fixture->row_count && i < count; i++)
        assert_string_equal(fixture->rows[i], expected[i]);
    for (size_t i = count; i < fixture->row_count; i++)
        print_error("not expected: %s\n", fixture->rows[i]);
    assert_int_equal(fixture->row_count, count);
}

/* The entry of the only currency, unblended; and that the sums close. */
static inline void fixture_assert_entry(const struct fixture *fixture,
                                        enum reconciliation_entry entry, double expected)
{
    double amount = reconciliation_amount(&fixture->sums, 0, entry, COST_UNBLENDED);
    if (fabs(amount - expected) > 1e-9)
        fail_msg("%s: %.12g, not %.12g", reconciliation_entry_name(entry), amount, expected);
    assert_true(reconciliation_closes(&fixture->sums));
}

/* Runs, compares the rows and that the sums close. */
#define FIXTURE_EXPECT(fixture, ...)                                       \
    do {                                                                   \
        static const char *const expected_rows[] = {__VA_ARGS__};          \
        fixture_run(fixture);                                              \
        fixture_assert_rows(fixture, expected_rows, COUNT(expected_rows)); \
        assert_true(reconciliation_closes(&(fixture)->sums));              \
    } while (0)

#define FIXTURE_INPUT(usage_rows, bill_lines)                                   \
    .usage = usage_rows, .usage_count = COUNT(usage_rows), .lines = bill_lines, \
    .line_count = COUNT(bill_lines)

#endif
