/* Step 4: the final grouping.
 *
 * Rows that agree in day, cluster, data source, namespace, node, claim, volume, storage class, in
 * the bill's columns (resource id, product, instance type, account, zone, region, unit, currency),
 * in direction, filtered tags and both categories become one; usage amounts and costs are summed.
 * Markup is cost × markup, taken once of the sum. Data in and out are the usage amount where the
 * direction says so, else 0.
 *
 * Worked example: shop's pods on one node run under {"app":"web"} and {"app":"web","rev":"2"}, and
 * rev is no enabled key. Rule c gave two rows of 6.00 and 1.50; their filtered tags are equal, so
 * the table has one row of 7.50, with a markup of 0.1 also 0.75.
 *
 * Surprising: a sum of nothing but nulls is null, but data in and out of a row without direction
 * are 0. The table forbids null product codes and accounts; they are written as '' and counted.
 *
 * The query it must match: the last insert, GROUP BY all but the amounts. */
#include "attribute/cost_group.h"

#include "attribute/cost_order.h"
#include "attribute/notices.h"
#include "base/measure.h"
#include "base/settings.h"
#include "base/uuid.h"

#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

/* The name space of the rows' UUIDs: 6d2b54a7-0f3c-5d0e-9f31-7c0a94b1e6d8. */
static const unsigned char row_namespace[UUID_SIZE] = {
    0x6d, 0x2b, 0x54, 0xa7, 0x0f, 0x3c, 0x5d, 0x0e, 0x9f, 0x31, 0x7c, 0x0a, 0x94, 0xb1, 0xe6, 0xd8};

void cost_groups_init(struct cost_groups *groups, const struct settings *settings,
                      const struct cost_rules *rules, const struct bill *bill)
{
    *groups = (struct cost_groups){.settings = settings, .rules = rules, .bill = bill};
    key_map_init(&groups->map, GROUP_WORDS);
}

void cost_groups_close(struct cost_groups *groups)
{
    key_map_close(&groups->map);
    free(groups->amounts);
    free(groups->rows);
}

void cost_groups_clear(struct cost_groups *groups)
{
    key_map_clear(&groups->map);
}

void cost_groups_add(struct cost_groups *groups, const uint32_t key[GROUP_WORDS],
                     double usage_amount, const double *costs)
{
    bool added;
    uint32_t at = key_map_add(&groups->map, key, &added);
    if (added && at >= groups->capacity) {
        groups->capacity = groups->capacity * 2 + 4096;
        groups->amounts = memory_grow(groups->amounts, groups->capacity * sizeof *groups->amounts);
    }
    struct line_amounts *amounts = &groups->amounts[at];
    if (added)
        *amounts = (struct line_amounts){
            EXACT_SUM_NULL, {EXACT_SUM_NULL, EXACT_SUM_NULL, EXACT_SUM_NULL, EXACT_SUM_NULL}};
    exact_sum_add(&amounts->usage_amount, usage_amount, EXACT_SUM_FINE);
    for (int column = 0; column < COST_COLUMNS; column++)
        exact_sum_add(&amounts->costs[column], costs[column], EXACT_SUM_FINE);
}

/* ---- UUIDs ----
 *
 * A natural key of 20 texts takes several rounds of SHA-1, and rows share most of it. So the name
 * of a row is two 128-bit digests, of its line part and of the rest, made of digests that are
 * computed once a part and once a target: with the name space it fits one round. */

struct key_buffer {
    unsigned char *bytes;
    size_t length;
    size_t capacity;
};

static void put_bytes(struct key_buffer *buffer, const void *bytes, size_t length)
{
    if (buffer->length + length > buffer->capacity) {
        buffer->capacity = (buffer->length + length) * 2;
        buffer->bytes = memory_grow(buffer->bytes, buffer->capacity);
    }
    if (length > 0)
        memcpy(buffer->bytes + buffer->length, bytes, length);
    buffer->length += length;
}

/* Length and bytes, so that borders are unmistakable; null has a length of its own. */
static void put_text(struct key_buffer *buffer, struct text text)
{
    uint32_t length = text.bytes == NULL ? UINT32_MAX : text.length;
    put_bytes(buffer, &length, sizeof length);
    put_bytes(buffer, text.bytes, text.length);
}

static struct text string_text(const char *string)
{
    return (struct text){string, (uint32_t)strlen(string)};
}

static XXH128_hash_t digest_part(const struct cost_group_names *names, const uint32_t *part,
                                 struct key_buffer *buffer)
{
    buffer->length = 0;
    put_text(buffer, text_pool_borrow(names->texts, names->resources[part[PART_RESOURCE]].text));
    for (int word = PART_PRODUCT_CODE; word < PART_WORDS; word++)
        put_text(buffer, text_pool_borrow(names->texts, part[word]));
    return XXH3_128bits(buffer->bytes, buffer->length);
}

static XXH128_hash_t digest_target(const struct cost_groups *groups,
                                   const struct cost_group_names *names, const uint32_t *target,
                                   struct key_buffer *buffer)
{
    buffer->length = 0;
    put_bytes(buffer, &names->date, sizeof names->date);
    put_text(buffer, string_text(groups->bill->source));
    put_text(buffer, string_text(groups->bill->clusters[target[TARGET_CLUSTER]]->source));
    put_bytes(buffer, &target[TARGET_DATA_SOURCE], sizeof *target);
    put_bytes(buffer, &target[TARGET_COST_CATEGORY], sizeof *target);
    for (int word = TARGET_NAMESPACE; word <= TARGET_STORAGECLASS; word++)
        put_text(buffer, text_pool_borrow(names->texts, target[word]));
    return XXH3_128bits(buffer->bytes, buffer->length);
}

static void make_uuid(const struct cost_group_names *names, const uint32_t *key, XXH128_hash_t part,
                      XXH128_hash_t target, struct key_buffer *buffer,
                      unsigned char uuid[UUID_SIZE])
{
    buffer->length = 0;
    put_bytes(buffer, &target, sizeof target);
    put_bytes(buffer, &key[GROUP_DIRECTION], sizeof *key);
    put_text(buffer, text_pool_borrow(names->texts, key[GROUP_TAGS]));
    put_text(buffer, text_pool_borrow(names->texts, key[GROUP_COST_CATEGORY]));
    XXH128_hash_t name[2] = {part, XXH3_128bits(buffer->bytes, buffer->length)};
    uuid_v5(row_namespace, name, sizeof name, uuid);
}

/* ---- rows ---- */

/* What is computed once a day, part or target. */
struct row_maker {
    struct cost_groups *groups;
    const struct cost_group_names *names;
    struct key_buffer buffer;
    XXH128_hash_t *part_digests;
    XXH128_hash_t *target_digests;
    uint32_t *cluster_ids; /* text ids, by cluster */
    uint32_t *cluster_aliases;
    uint32_t data_sources[2];
    uint32_t directions[3];
    uint32_t source;
    struct key_map accounts;      /* account text id */
    struct number_list alias_ids; /* by account index, as int32_t */
};

static int32_t find_alias(const struct settings *settings, struct text account)
{
    int32_t alias = INTEGER_NULL;
    for (size_t i = 0; i < settings->account_alias_count; i++) {
        const char *id = settings->account_aliases[i].account_id;
        if (account.bytes != NULL && strlen(id) == account.length &&
            memcmp(id, account.bytes, account.length) == 0)
            alias = settings->account_aliases[i].id;
    }
    return alias;
}

static int32_t alias_of(struct row_maker *maker, uint32_t account)
{
    bool added;
    uint32_t at = key_map_add(&maker->accounts, &account, &added);
    if (added)
        number_list_add(&maker->alias_ids,
                        (uint32_t)find_alias(maker->groups->settings,
                                             text_pool_borrow(maker->names->texts, account)));
    return (int32_t)maker->alias_ids.items[at];
}

static void open_maker(struct row_maker *maker)
{
    struct text_pool *texts = maker->names->texts;
    const struct bill *bill = maker->groups->bill;
    const struct key_map *parts = maker->names->parts, *targets = &maker->names->targets->map;
    maker->part_digests = memory_grow(NULL, (parts->count + 1) * sizeof *maker->part_digests);
    for (uint32_t i = 0; i < parts->count; i++)
        maker->part_digests[i] = digest_part(maker->names, key_map_key(parts, i), &maker->buffer);
    maker->target_digests = memory_grow(NULL, (targets->count + 1) * sizeof *maker->target_digests);
    for (uint32_t i = 0; i < targets->count; i++)
        maker->target_digests[i] =
            digest_target(maker->groups, maker->names, key_map_key(targets, i), &maker->buffer);
    maker->cluster_ids = memory_grow(NULL, (bill->cluster_count + 1) * sizeof(uint32_t));
    maker->cluster_aliases = memory_grow(NULL, (bill->cluster_count + 1) * sizeof(uint32_t));
    for (size_t i = 0; i < bill->cluster_count; i++) {
        maker->cluster_ids[i] = text_pool_intern_string(texts, bill->clusters[i]->cluster_id);
        maker->cluster_aliases[i] =
            text_pool_intern_string(texts, bill->clusters[i]->cluster_alias);
    }
    maker->data_sources[DATA_SOURCE_POD] = text_pool_intern_string(texts, "Pod");
    maker->data_sources[DATA_SOURCE_STORAGE] = text_pool_intern_string(texts, "Storage");
    maker->directions[DIRECTION_NONE] = TEXT_NULL;
    maker->directions[DIRECTION_IN] = text_pool_intern_string(texts, "IN");
    maker->directions[DIRECTION_OUT] = text_pool_intern_string(texts, "OUT");
    maker->source = text_pool_intern_string(texts, bill->source);
    key_map_init(&maker->accounts, 1);
}

static void close_maker(struct row_maker *maker)
{
    free(maker->buffer.bytes);
    free(maker->part_digests);
    free(maker->target_digests);
    free(maker->cluster_ids);
    free(maker->cluster_aliases);
    key_map_close(&maker->accounts);
    number_list_close(&maker->alias_ids);
}

static uint32_t empty_if_null(uint32_t text, enum attribution_notice notice,
                              struct attribution_notices *notices)
{
    if (text != TEXT_NULL)
        return text;
    attribution_notices_count(notices, notice, 1);
    return TEXT_EMPTY;
}

static void fill_target(const struct row_maker *maker, const uint32_t *target, struct cost_row *row)
{
    uint32_t cluster = target[TARGET_CLUSTER];
    row->report_period_id = maker->groups->bill->clusters[cluster]->report_period_id;
    row->cluster_id = maker->cluster_ids[cluster];
    row->cluster_alias = maker->cluster_aliases[cluster];
    row->data_source = maker->data_sources[target[TARGET_DATA_SOURCE]];
    row->namespace = target[TARGET_NAMESPACE];
    row->node = target[TARGET_NODE];
    row->persistentvolumeclaim = target[TARGET_CLAIM];
    row->persistentvolume = target[TARGET_VOLUME];
    row->storageclass = target[TARGET_STORAGECLASS];
    row->cost_category_id = (int32_t)target[TARGET_COST_CATEGORY];
}

static void fill_part(struct row_maker *maker, const uint32_t *part, struct cost_row *row,
                      struct attribution_notices *notices)
{
    row->resource_id = maker->names->resources[part[PART_RESOURCE]].text;
    row->product_code = empty_if_null(part[PART_PRODUCT_CODE], NOTICE_null_product_code, notices);
    row->product_family = part[PART_PRODUCT_FAMILY];
    row->instance_type = part[PART_INSTANCE_TYPE];
    row->usage_account_id = empty_if_null(part[PART_ACCOUNT], NOTICE_null_usage_account, notices);
    row->account_alias_id = alias_of(maker, part[PART_ACCOUNT]);
    row->availability_zone = part[PART_ZONE];
    row->region = part[PART_REGION];
    row->unit = part[PART_UNIT];
    row->currency_code = part[PART_CURRENCY];
}

static void fill_amounts(const struct row_maker *maker, const struct line_amounts *amounts,
                         enum direction direction, struct cost_row *row)
{
    double markup = maker->groups->rules->markup;
    row->usage_amount = exact_sum_value(amounts->usage_amount, EXACT_SUM_FINE);
    row->infrastructure_data_in_gigabytes = direction == DIRECTION_IN ? row->usage_amount : 0;
    row->infrastructure_data_out_gigabytes = direction == DIRECTION_OUT ? row->usage_amount : 0;
    row->unblended_cost = exact_sum_value(amounts->costs[COST_UNBLENDED], EXACT_SUM_FINE);
    row->markup_cost = row->unblended_cost * markup;
    row->blended_cost = exact_sum_value(amounts->costs[COST_BLENDED], EXACT_SUM_FINE);
    row->markup_cost_blended = row->blended_cost * markup;
    row->savingsplan_effective_cost =
        exact_sum_value(amounts->costs[COST_SAVINGSPLAN], EXACT_SUM_FINE);
    row->markup_cost_savingsplan = row->savingsplan_effective_cost * markup;
    row->calculated_amortized_cost =
        exact_sum_value(amounts->costs[COST_AMORTIZED], EXACT_SUM_FINE);
    row->markup_cost_amortized = row->calculated_amortized_cost * markup;
}

static void fill_row(struct row_maker *maker, uint32_t number, struct cost_row *row,
                     struct attribution_notices *notices)
{
    const uint32_t *key = key_map_key(&maker->groups->map, number);
    *row = (struct cost_row){
        .pod_labels = key[GROUP_TAGS],
        .usage_start = maker->names->date,
        .usage_end = maker->names->date,
        .cost_entry_bill_id = maker->groups->bill->bill_id,
        .data_transfer_direction = maker->directions[key[GROUP_DIRECTION]],
        .tags = key[GROUP_TAGS],
        .aws_cost_category = key[GROUP_COST_CATEGORY],
        .source_uuid = maker->source,
    };
    fill_target(maker, key_map_key(&maker->names->targets->map, key[GROUP_TARGET]), row);
    fill_part(maker, key_map_key(maker->names->parts, key[GROUP_PART]), row, notices);
    fill_amounts(maker, &maker->groups->amounts[number], (enum direction)key[GROUP_DIRECTION], row);
    make_uuid(maker->names, key, maker->part_digests[key[GROUP_PART]],
              maker->target_digests[key[GROUP_TARGET]], &maker->buffer, row->uuid);
}

/* ---- what the rows hold, for the reconciliation ---- */

static enum reconciliation_entry entry_of(struct text namespace_name)
{
    static const char storage[] = "Storage unattributed";
    static const char network[] = "Network unattributed";
    if (namespace_name.bytes == NULL)
        return RECONCILE_null_namespace;
    if (namespace_name.length == sizeof storage - 1 &&
        memcmp(namespace_name.bytes, storage, sizeof storage - 1) == 0)
        return RECONCILE_storage_unattributed;
    if (namespace_name.length == sizeof network - 1 &&
        memcmp(namespace_name.bytes, network, sizeof network - 1) == 0)
        return RECONCILE_network_unattributed;
    return RECONCILE_namespaces;
}

/* The sums a row belongs to. Rows are sorted by target, so they seldom change. */
struct row_sums {
    const struct row_maker *maker;
    struct reconciliation *sums;
    const struct cost_row *last;
    struct namespace_sums *space;
    struct currency_sums *currency;
    enum reconciliation_entry entry;
};

static void find_sums(struct row_sums *found, const struct cost_row *row)
{
    const struct cost_row *last = found->last;
    found->last = row;
    if (last != NULL && last->namespace == row->namespace && last->cluster_id == row->cluster_id &&
        last->currency_code == row->currency_code)
        return;
    const struct text_pool *texts = found->maker->names->texts;
    struct text code = text_pool_borrow(texts, row->currency_code);
    struct text name = text_pool_borrow(texts, row->namespace);
    found->currency = reconciliation_currency(found->sums, code);
    found->space =
        reconciliation_namespace(found->sums, code, text_pool_borrow(texts, row->cluster_id), name);
    found->entry = entry_of(name);
}

static void reconcile_row(struct row_sums *found, const struct cost_row *row,
                          const struct line_amounts *amounts)
{
    find_sums(found, row);
    for (int column = 0; column < COST_COLUMNS; column++) {
        exact_sum_merge(&found->space->amounts[column], amounts->costs[column]);
        exact_sum_merge(&found->currency->amounts[found->entry][column], amounts->costs[column]);
    }
}

/* Groups lie in the order of the bill, rows are made in their own: fetch ahead. */
static void fetch_ahead(const struct cost_groups *groups, const struct number_list *order,
                        uint32_t row)
{
    enum { AHEAD = 12 };
    if (row + AHEAD >= order->count)
        return;
    uint32_t number = order->items[row + AHEAD];
    __builtin_prefetch(key_map_key(&groups->map, number));
    __builtin_prefetch(&groups->amounts[number]);
    __builtin_prefetch((const char *)&groups->amounts[number] + 64);
}

const struct cost_row *cost_groups_rows(struct cost_groups *groups,
                                        const struct cost_group_names *names,
                                        struct reconciliation *sums,
                                        struct attribution_notices *notices)
{
    struct number_list order = {0};
    struct row_maker maker = {.groups = groups, .names = names};
    struct row_sums found = {.maker = &maker, .sums = sums};
    cost_order_build(&groups->map, names, &order);
    open_maker(&maker);
    if (groups->row_capacity < groups->map.count) {
        groups->row_capacity = groups->map.count + groups->map.count / 4;
        groups->rows = memory_grow(groups->rows, groups->row_capacity * sizeof *groups->rows);
    }
    for (uint32_t i = 0; i < order.count; i++) {
        fetch_ahead(groups, &order, i);
        fill_row(&maker, order.items[i], &groups->rows[i], notices);
        reconcile_row(&found, &groups->rows[i], &groups->amounts[order.items[i]]);
    }
    close_maker(&maker);
    number_list_close(&order);
    return groups->rows;
}

size_t cost_groups_size(const struct cost_groups *groups)
{
    return key_map_size(&groups->map) + groups->capacity * sizeof *groups->amounts +
           groups->row_capacity * sizeof *groups->rows;
}
