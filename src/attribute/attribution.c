#include "attribute/attribution.h"

#include "aggregate/usage_fact.h"
#include "attribute/attribution_facts.h"
#include "attribute/bill_line.h"
#include "attribute/usage_line.h"
#include "base/measure.h"
#include "decode/report.h"

#include <assert.h>
#include <string.h>

enum { SEEN_WORDS = 4, MOST_SEEN = 100000 };
#define SEEN_ID UINT32_MAX /* for a cluster */

static void close_attribution(void *resource)
{
    struct attribution *attribution = resource;
    resource_match_close(&attribution->resources);
    tag_match_close(&attribution->tags);
    disk_rest_facts_close(&attribution->disks);
    attribution_notices_close(&attribution->notices);
    key_map_close(&attribution->seen);
    pthread_mutex_destroy(&attribution->lock);
}

struct attribution *attribution_open(const struct attribution_request *request, struct arena *arena)
{
    struct attribution *attribution = arena_alloc(arena, sizeof *attribution);
    attribution->request = *request;
    attribution->arena = arena;
    attribution->days_in_month = calendar_days_in_month(calendar_month(request->period.first));
    pthread_mutex_init(&attribution->lock, NULL);
    uint32_t words = cluster_set_words(request->bill->cluster_count);
    resource_match_init(&attribution->resources, words);
    tag_match_init(&attribution->tags, words, request->settings, arena);
    for (size_t i = 0; i < request->bill->cluster_count; i++)
        tag_match_add_cluster(&attribution->tags, i, request->bill->clusters[i]);
    disk_rest_facts_init(&attribution->disks);
    attribution_notices_init(&attribution->notices);
    key_map_init(&attribution->seen, SEEN_WORDS);
    arena_on_close(arena, close_attribution, attribution);
    return attribution;
}

/* ---- usage ---- */

static bool text_is(struct text text, const char *string)
{
    return text.length == strlen(string) && memcmp(text.bytes, string, text.length) == 0;
}

static void add_fact(struct attribution *attribution, size_t cluster, struct text fact,
                     struct text value)
{
    if (text_is(fact, USAGE_FACT_NODE))
        tag_match_add_node(&attribution->tags, cluster, value);
    else if (text_is(fact, USAGE_FACT_NAMESPACE))
        tag_match_add_namespace(&attribution->tags, cluster, value);
    else
        resource_match_add_suffix(&attribution->resources, cluster, value,
                                  text_is(fact, USAGE_FACT_RESOURCE_ID));
}

static void add_claim(struct attribution *attribution, size_t cluster, int day,
                      const struct usage_line *row, const struct text_pool *texts)
{
    struct text handle = text_pool_borrow(texts, row->csi_volume_handle);
    if (handle.length == 0)
        return;
    uint32_t id = text_pool_intern(&attribution->resources.ids, handle.bytes, handle.length);
    disk_rest_add_claim(&attribution->disks, (uint32_t)cluster, id,
                        text_pool_borrow(texts, row->volume), row->claim_capacity_gib, day);
}

/* True the first time that texts are met. Most come again from row to row and from day to day, as
 * long as their pool lives: it keeps them from being looked up by their bytes. */
static bool is_new(struct attribution *attribution, const struct text_pool *texts, uint32_t kind,
                   uint32_t first, uint32_t second)
{
    const uint32_t key[SEEN_WORDS] = {(uint32_t)texts->serial, kind, first, second};
    bool added;
    if (attribution->seen.count == MOST_SEEN)
        key_map_clear(&attribution->seen);
    key_map_add(&attribution->seen, key, &added);
    return added;
}

static void add_rows(struct attribution *attribution, size_t cluster, int32_t day,
                     const struct usage_line *rows, size_t count, const struct text_pool *texts)
{
    bool generic = tag_match_is_generic(&attribution->tags);
    for (size_t i = 0; i < count; i++) {
        const struct usage_line *row = &rows[i];
        if (generic &&
            is_new(attribution, texts, (uint32_t)cluster, row->pod_labels, row->volume_labels))
            tag_match_add_labels(&attribution->tags, cluster,
                                 text_pool_borrow(texts, row->pod_labels),
                                 text_pool_borrow(texts, row->volume_labels));
        if (is_new(attribution, texts, SEEN_ID, row->resource_id, 0))
            resource_match_add_id(&attribution->resources,
                                  text_pool_borrow(texts, row->resource_id));
        add_claim(attribution, cluster, day - attribution->request.period.first, row, texts);
    }
}

void attribution_add_usage_day(struct attribution *attribution, size_t cluster, int32_t day,
                               const struct usage_line *rows, size_t row_count,
                               const struct usage_fact *facts, size_t fact_count,
                               const struct text_pool *texts)
{
    assert(cluster < attribution->request.bill->cluster_count);
    if (day < attribution->request.period.first || day > attribution->request.period.last)
        return;
    pthread_mutex_lock(&attribution->lock);
    for (size_t i = 0; i < fact_count; i++)
        if (facts[i].usage_start == day)
            add_fact(attribution, cluster, text_pool_borrow(texts, facts[i].fact),
                     text_pool_borrow(texts, facts[i].value));
    add_rows(attribution, cluster, day, rows, row_count, texts);
    pthread_mutex_unlock(&attribution->lock);
}

void attribution_end_usage(struct attribution *attribution)
{
    resource_match_build(&attribution->resources, attribution->arena);
    key_map_close(&attribution->seen);
}

/* ---- the bill ---- */

static bool wants_tags(const struct attribution *attribution)
{
    return tag_match_is_generic(&attribution->tags) &&
           attribution->tags.label_pairs.texts.count > TAG_MATCH_FIRST_ID;
}

static bool wants_resources(const struct attribution *attribution)
{
    return attribution->disks.claims.count > 0;
}

bool attribution_needs_bill_facts(const struct attribution *attribution)
{
    return wants_tags(attribution) || wants_resources(attribution);
}

/* Gathers the days of each resource of a batch that may be billed at midnight: bit d is the day d
 * of the period. Afterwards only distinct resources are looked at. */
static void gather_days(const struct attribution *attribution, const struct bill_line_batch *batch,
                        struct number_list *days)
{
    const struct period *period = &attribution->request.period;
    for (size_t row = 0; row < batch->rows; row++) {
        int64_t time = batch->lineitem_usagestartdate[row];
        if (time == DECODE_TIME_NULL)
            continue;
        int32_t day = bill_line_day(time);
        bool counts = attribution->request.daily_from_hourly || time % BILL_LINE_DAY_MS == 0;
        if (counts && day >= period->first && day <= period->last)
            days->items[batch->lineitem_resourceid[row]] |= (uint32_t)1 << (day - period->first);
    }
}

static void add_resources(struct attribution *attribution, const struct bill_line_batch *batch,
                          const struct text_pool *texts)
{
    struct number_list days = {0}, found = {0};
    number_list_reset(&days, texts->count);
    gather_days(attribution, batch, &days);
    for (size_t row = 0; row < batch->rows; row++) {
        uint32_t id = batch->lineitem_resourceid[row];
        if (days.items[id] == 0)
            continue;
        struct text text = text_pool_borrow(texts, id);
        found.count = 0;
        resource_match_contained(&attribution->resources, text, &found);
        if (found.count > 0) {
            pthread_mutex_lock(&attribution->lock);
            disk_rest_add_resource(&attribution->disks, text, days.items[id]);
            pthread_mutex_unlock(&attribution->lock);
        }
        days.items[id] = 0;
    }
    number_list_close(&days);
    number_list_close(&found);
}

static void add_tags(struct attribution *attribution, const struct bill_line_batch *batch,
                     const struct text_pool *texts)
{
    const struct period *period = &attribution->request.period;
    struct number_list seen = {0};
    number_list_reset(&seen, texts->count);
    pthread_mutex_lock(&attribution->lock);
    for (size_t row = 0; row < batch->rows; row++) {
        int64_t time = batch->lineitem_usagestartdate[row];
        uint32_t id = bill_line_text(batch->resourcetags, row);
        if (seen.items[id] != 0 || time == DECODE_TIME_NULL ||
            bill_line_day(time) < period->first || bill_line_day(time) > period->last)
            continue;
        seen.items[id] = 1;
        tag_match_add_tags(&attribution->tags, text_pool_borrow(texts, id), &attribution->notices);
    }
    pthread_mutex_unlock(&attribution->lock);
    number_list_close(&seen);
}

void attribution_add_bill_facts(struct attribution *attribution,
                                const struct bill_line_batch *batch, const struct text_pool *texts)
{
    if (wants_resources(attribution))
        add_resources(attribution, batch, texts);
    if (wants_tags(attribution))
        add_tags(attribution, batch, texts);
}

void attribution_end_facts(struct attribution *attribution)
{
    tag_match_build(&attribution->tags, attribution->arena);
    disk_rest_build(&attribution->disks, &attribution->resources);
}

/* ---- what is known ---- */

size_t attribution_size(const struct attribution *attribution)
{
    return resource_match_size(&attribution->resources) + tag_match_size(&attribution->tags) +
           disk_rest_size(&attribution->disks);
}

const struct attribution_notices *attribution_facts_notices(const struct attribution *attribution)
{
    return &attribution->notices;
}
