#include "rollup/infrastructure_rows.h"

#include "aggregate/usage_row.h"
#include "attribute/cost_row.h"
#include "base/exact_sum.h"
#include "base/key_map.h"
#include "base/settings.h"
#include "base/uuid.h"
#include "rollup/stored_number.h"
#include "rollup/text_carry.h"

#include <stdlib.h>
#include <string.h>

/* A namespace of its own, for names that hold a row's key. */
static const unsigned char uuid_namespace[UUID_SIZE] = {
    0x1f, 0x83, 0xd2, 0x5b, 0x77, 0x40, 0x5e, 0x61, 0xb4, 0x0f, 0x92, 0x3a, 0xc6, 0x18, 0xee, 0x05};

static const char zero_costs[] =
    "{\"cpu\": 0.000000000, \"memory\": 0.000000000, \"storage\": 0.000000000}";

enum key_word {
    KEY_DAY,
    KEY_ALIAS,
    KEY_NAMESPACE,
    KEY_DATA_SOURCE,
    KEY_NODE,
    KEY_CLAIM,
    KEY_RESOURCE,
    KEY_LABELS,
    KEY_DIRECTION,
    KEY_WORDS
};

struct infrastructure_total {
    struct exact_sum cost;
    struct exact_sum data_in;
    struct exact_sum data_out;
    uint32_t volume;
    uint32_t storageclass;
    uint32_t currency;
    int32_t cost_category;
};

struct infrastructure_rows {
    const struct cluster *cluster;
    struct key_map groups;
    struct infrastructure_total *totals;
    uint32_t total_room;
    struct text_pool texts;
    struct text_carry carry;
    struct usage_row *rows;
    size_t row_room;
};

static void close_rows(void *resource)
{
    struct infrastructure_rows *rows = resource;
    key_map_close(&rows->groups);
    text_carry_close(&rows->carry);
    text_pool_close(&rows->texts);
    free(rows->totals);
    free(rows->rows);
}

struct infrastructure_rows *infrastructure_rows_open(const struct cluster *cluster,
                                                     struct arena *arena)
{
    struct infrastructure_rows *rows = arena_alloc(arena, sizeof *rows);
    rows->cluster = cluster;
    key_map_init(&rows->groups, KEY_WORDS);
    text_pool_init(&rows->texts);
    arena_on_close(arena, close_rows, rows);
    return rows;
}

void infrastructure_rows_clear(struct infrastructure_rows *rows)
{
    key_map_clear(&rows->groups);
    text_pool_reset(&rows->texts);
}

/* ---- adding ---- */

static void raise_text(uint32_t *greatest, uint32_t id, const struct text_pool *texts)
{
    if (id != *greatest &&
        text_compare(text_pool_borrow(texts, id), text_pool_borrow(texts, *greatest)) > 0)
        *greatest = id;
}

static struct infrastructure_total *find_total(struct infrastructure_rows *rows,
                                               const struct cost_row *row)
{
    struct text_carry *carry = &rows->carry;
    const uint32_t key[KEY_WORDS] = {
        [KEY_DAY] = (uint32_t)row->usage_start,
        [KEY_ALIAS] = text_carry_id(carry, row->cluster_alias),
        [KEY_NAMESPACE] = text_carry_id(carry, row->namespace),
        [KEY_DATA_SOURCE] = text_carry_id(carry, row->data_source),
        [KEY_NODE] = text_carry_id(carry, row->node),
        [KEY_CLAIM] = text_carry_id(carry, row->persistentvolumeclaim),
        [KEY_RESOURCE] = text_carry_id(carry, row->resource_id),
        [KEY_LABELS] = text_carry_id(carry, row->pod_labels),
        [KEY_DIRECTION] = text_carry_id(carry, row->data_transfer_direction),
    };
    bool added;
    uint32_t group = key_map_add(&rows->groups, key, &added);
    if (group >= rows->total_room) {
        rows->total_room = rows->groups.capacity;
        rows->totals = memory_grow(rows->totals, rows->total_room * sizeof *rows->totals);
    }
    if (added)
        rows->totals[group] = (struct infrastructure_total){.cost = EXACT_SUM_NULL,
                                                            .data_in = EXACT_SUM_NULL,
                                                            .data_out = EXACT_SUM_NULL,
                                                            .cost_category = INTEGER_NULL};
    return &rows->totals[group];
}

static void add_row(struct infrastructure_rows *rows, const struct cost_row *row)
{
    struct infrastructure_total *total = find_total(rows, row);
    double cost = stored_number(row->calculated_amortized_cost, 33, 9);
    double markup = stored_number(row->markup_cost_amortized, 33, 9);
    if (!measure_is_null(cost) && !measure_is_null(markup)) {
        exact_sum_add(&total->cost, cost, EXACT_SUM_FINE);
        exact_sum_add(&total->cost, markup, EXACT_SUM_FINE);
    }
    exact_sum_add(&total->data_in, stored_number(row->infrastructure_data_in_gigabytes, 33, 15),
                  EXACT_SUM_FINE);
    exact_sum_add(&total->data_out, stored_number(row->infrastructure_data_out_gigabytes, 33, 15),
                  EXACT_SUM_FINE);
    struct text_carry *carry = &rows->carry;
    raise_text(&total->volume, text_carry_id(carry, row->persistentvolume), &rows->texts);
    raise_text(&total->storageclass, text_carry_id(carry, row->storageclass), &rows->texts);
    raise_text(&total->currency, text_carry_id(carry, row->currency_code), &rows->texts);
    if (row->cost_category_id > total->cost_category)
        total->cost_category = row->cost_category_id;
}

void infrastructure_rows_add(struct infrastructure_rows *rows, const struct row_batch *batch)
{
    const struct cluster *cluster = rows->cluster;
    const struct cost_row *row = batch->rows;
    uint32_t id = text_pool_find(batch->texts, cluster->cluster_id, strlen(cluster->cluster_id));
    text_carry_begin(&rows->carry, batch->texts, &rows->texts);
    for (size_t i = 0; i < batch->count; i++)
        if (row[i].cluster_id == id && row[i].report_period_id == cluster->report_period_id)
            add_row(rows, &row[i]);
}

/* ---- rows ---- */

static int compare_groups(const void *left, const void *right, void *context)
{
    const struct infrastructure_rows *rows = context;
    const uint32_t *a = key_map_key(&rows->groups, *(const uint32_t *)left);
    const uint32_t *b = key_map_key(&rows->groups, *(const uint32_t *)right);
    if (a[KEY_DAY] != b[KEY_DAY])
        return (int32_t)a[KEY_DAY] < (int32_t)b[KEY_DAY] ? -1 : 1;
    for (int word = KEY_ALIAS; word < KEY_WORDS; word++) {
        if (a[word] == b[word])
            continue;
        return text_compare(text_pool_borrow(&rows->texts, a[word]),
                            text_pool_borrow(&rows->texts, b[word]));
    }
    return 0;
}

/* Source, day and key; a null text has a length of its own. */
static void name_row(const struct infrastructure_rows *rows, const uint32_t *key,
                     unsigned char uuid[UUID_SIZE])
{
    struct sha1 hash;
    uuid_v5_init(&hash, uuid_namespace);
    sha1_update(&hash, rows->cluster->source, strlen(rows->cluster->source) + 1);
    sha1_update(&hash, &key[KEY_DAY], sizeof key[KEY_DAY]);
    for (int word = KEY_ALIAS; word < KEY_WORDS; word++) {
        struct text text = text_pool_borrow(&rows->texts, key[word]);
        uint32_t length = key[word] == TEXT_NULL ? UINT32_MAX : text.length;
        sha1_update(&hash, &length, sizeof length);
        sha1_update(&hash, text.bytes == NULL ? "" : text.bytes, text.length);
    }
    uuid_v5_finish(&hash, uuid);
}

static bool is(const struct text_pool *texts, uint32_t id, const char *name)
{
    struct text text = text_pool_borrow(texts, id);
    return text.length == strlen(name) && memcmp(text.bytes, name, text.length) == 0;
}

static double sum_in_direction(const struct infrastructure_rows *rows, const uint32_t *key,
                               const char *direction, struct exact_sum sum)
{
    return is(&rows->texts, key[KEY_DIRECTION], direction) ? exact_sum_value(sum, EXACT_SUM_FINE)
                                                           : MEASURE_NULL;
}

/* Usage, capacities and volume measures are 0, all other numbers null. */
static struct usage_row blank_row(struct infrastructure_rows *rows)
{
    struct text_pool *texts = &rows->texts;
    return (struct usage_row){
        .report_period_id = rows->cluster->report_period_id,
        .cluster_id = text_pool_intern_string(texts, rows->cluster->cluster_id),
        .pod_effective_usage_cpu_core_hours = MEASURE_NULL,
        .pod_effective_usage_memory_gigabyte_hours = MEASURE_NULL,
        .source_uuid = text_pool_intern_string(texts, rows->cluster->source),
        .infrastructure_usage_cost = text_pool_intern_string(texts, zero_costs),
        .infrastructure_markup_cost = MEASURE_NULL,
    };
}

static void fill_row(struct infrastructure_rows *rows, uint32_t group, uint32_t no_labels,
                     struct usage_row *row)
{
    const uint32_t *key = key_map_key(&rows->groups, group);
    const struct infrastructure_total *total = &rows->totals[group];
    name_row(rows, key, row->uuid);
    row->cluster_alias = key[KEY_ALIAS];
    row->data_source = key[KEY_DATA_SOURCE];
    row->usage_start = row->usage_end = (int32_t)key[KEY_DAY];
    row->namespace = key[KEY_NAMESPACE];
    row->node = key[KEY_NODE];
    row->resource_id = key[KEY_RESOURCE];
    row->pod_labels = is(&rows->texts, row->data_source, "Pod") ? key[KEY_LABELS] : no_labels;
    row->volume_labels =
        is(&rows->texts, row->data_source, "Storage") ? key[KEY_LABELS] : no_labels;
    row->all_labels = key[KEY_LABELS];
    row->persistentvolumeclaim = key[KEY_CLAIM];
    row->persistentvolume = total->volume;
    row->storageclass = total->storageclass;
    row->cost_category_id = total->cost_category;
    row->infrastructure_raw_cost = exact_sum_value(total->cost, EXACT_SUM_FINE);
    row->infrastructure_project_raw_cost = row->infrastructure_raw_cost;
    row->infrastructure_data_in_gigabytes = sum_in_direction(rows, key, "IN", total->data_in);
    row->infrastructure_data_out_gigabytes = sum_in_direction(rows, key, "OUT", total->data_out);
    row->raw_currency = total->currency;
}

struct row_batch infrastructure_rows_make(struct infrastructure_rows *rows)
{
    size_t count = rows->groups.count;
    uint32_t *order = memory_grow(NULL, (count + 1) * sizeof *order);
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    qsort_r(order, count, sizeof *order, compare_groups, rows);
    if (count > rows->row_room) {
        rows->row_room = count * 2;
        rows->rows = memory_grow(rows->rows, rows->row_room * sizeof *rows->rows);
    }
    struct usage_row blank = blank_row(rows);
    uint32_t no_labels = text_pool_intern_string(&rows->texts, "{}");
    for (size_t i = 0; i < count; i++) {
        rows->rows[i] = blank;
        fill_row(rows, order[i], no_labels, &rows->rows[i]);
    }
    free(order);
    return (struct row_batch){&usage_table, rows->rows, count, &rows->texts};
}
