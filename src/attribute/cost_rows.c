/* Groups as rows of the result.
 *
 * Columns come from the group's target (fill_target), its line part (fill_part), its sums
 * (fill_amounts) and the rest of its key. Markup is cost × markup, taken once of the sum. Data in
 * and out are the usage amount where the direction says so, else 0.
 *
 * Surprising: data in and out of a row without direction are 0, not null. The table forbids null
 * product codes and accounts; they are written as '' and counted. */
#include "attribute/cost_rows.h"

#include "attribute/notices.h"
#include "base/settings.h"
#include "base/uuid.h"

#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

/* The name space of the rows' UUIDs: 6d2b54a7-0f3c-5d0e-9f31-7c0a94b1e6d8. */
static const unsigned char row_namespace[UUID_SIZE] = {
    0x6d, 0x2b, 0x54, 0xa7, 0x0f, 0x3c, 0x5d, 0x0e, 0x9f, 0x31, 0x7c, 0x0a, 0x94, 0xb1, 0xe6, 0xd8};

void cost_rows_init(struct cost_rows *rows, const struct settings *settings,
                    const struct cost_rules *rules, const struct bill *bill)
{
    *rows = (struct cost_rows){.settings = settings, .rules = rules, .bill = bill};
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

/* What is computed once a day, part, target or receiver. */
struct row_maker {
    const struct cost_rows *rows;
    const struct cost_group_names *names;
    struct key_buffer buffer;
    XXH128_hash_t *part_digests;
    XXH128_hash_t *receiver_digests;
    XXH128_hash_t target_digest;
    uint32_t target;       /* of that digest; rows of a target follow each other */
    uint32_t *cluster_ids; /* text ids, by cluster */
    uint32_t *cluster_aliases;
    uint32_t data_sources[2];
    uint32_t directions[3];
    uint32_t source;
    struct key_map accounts;      /* account text id */
    struct number_list alias_ids; /* by account index, as int32_t */
};

static XXH128_hash_t digest_part(const struct cost_group_names *names, const uint32_t *part,
                                 struct key_buffer *buffer)
{
    buffer->length = 0;
    put_text(buffer, text_pool_borrow(names->texts, names->resources[part[PART_RESOURCE]].text));
    for (int word = PART_PRODUCT_CODE; word < PART_WORDS; word++)
        put_text(buffer, text_pool_borrow(names->texts, part[word]));
    return XXH3_128bits(buffer->bytes, buffer->length);
}

static XXH128_hash_t digest_target(struct row_maker *maker, uint32_t number)
{
    const struct cost_group_names *names = maker->names;
    const struct bill *bill = maker->rows->bill;
    const uint32_t *target = key_map_key(&names->targets->map, number);
    struct key_buffer *buffer = &maker->buffer;
    buffer->length = 0;
    put_bytes(buffer, &names->date, sizeof names->date);
    put_text(buffer, string_text(bill->source));
    put_text(buffer, string_text(bill->clusters[target[TARGET_CLUSTER]]->source));
    put_bytes(buffer, &target[TARGET_DATA_SOURCE], sizeof *target);
    put_bytes(buffer, &target[TARGET_COST_CATEGORY], sizeof *target);
    for (int word = TARGET_NAMESPACE; word <= TARGET_STORAGECLASS; word++)
        put_text(buffer, text_pool_borrow(names->texts, target[word]));
    return XXH3_128bits(buffer->bytes, buffer->length);
}

static XXH128_hash_t digest_receiver(struct row_maker *maker, const uint32_t *receiver)
{
    const struct text_pool *texts = maker->names->texts;
    struct key_buffer *buffer = &maker->buffer;
    if (receiver[RECEIVER_TARGET] != maker->target) {
        maker->target = receiver[RECEIVER_TARGET];
        maker->target_digest = digest_target(maker, maker->target);
    }
    buffer->length = 0;
    put_bytes(buffer, &maker->target_digest, sizeof maker->target_digest);
    put_bytes(buffer, &receiver[RECEIVER_DIRECTION], sizeof *receiver);
    put_text(buffer, text_pool_borrow(texts, receiver[RECEIVER_TAGS]));
    put_text(buffer, text_pool_borrow(texts, receiver[RECEIVER_COST_CATEGORY]));
    return XXH3_128bits(buffer->bytes, buffer->length);
}

static void make_uuid(struct row_maker *maker, const struct cost_group *group,
                      const uint32_t *receiver, unsigned char uuid[UUID_SIZE])
{
    XXH128_hash_t *digest = &maker->receiver_digests[group->receiver];
    if (digest->low64 == 0) /* not made yet; in the rare case that it is 0, it is made again */
        *digest = digest_receiver(maker, receiver);
    XXH128_hash_t name[2] = {maker->part_digests[group->part], *digest};
    uuid_v5(row_namespace, name, sizeof name, uuid);
}

/* ---- rows ---- */

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
                        (uint32_t)find_alias(maker->rows->settings,
                                             text_pool_borrow(maker->names->texts, account)));
    return (int32_t)maker->alias_ids.items[at];
}

static struct row_maker *open_maker(const struct cost_rows *rows,
                                    const struct cost_group_names *names)
{
    struct row_maker *maker = memory_grow(NULL, sizeof *maker);
    *maker = (struct row_maker){.rows = rows, .names = names};
    struct text_pool *texts = maker->names->texts;
    const struct bill *bill = maker->rows->bill;
    const struct key_map *parts = maker->names->parts;
    uint32_t receivers = maker->names->receivers->map.count;
    maker->part_digests = memory_grow(NULL, parts->count * sizeof *maker->part_digests);
    for (uint32_t i = 0; i < parts->count; i++)
        maker->part_digests[i] = digest_part(maker->names, key_map_key(parts, i), &maker->buffer);
    maker->receiver_digests = memory_grow(NULL, receivers * sizeof *maker->receiver_digests);
    memset(maker->receiver_digests, 0, receivers * sizeof *maker->receiver_digests);
    maker->target = UINT32_MAX;
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
    return maker;
}

static void close_maker(struct row_maker *maker)
{
    if (maker == NULL)
        return;
    free(maker->buffer.bytes);
    free(maker->part_digests);
    free(maker->receiver_digests);
    free(maker->cluster_ids);
    free(maker->cluster_aliases);
    key_map_close(&maker->accounts);
    number_list_close(&maker->alias_ids);
    free(maker);
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
    row->report_period_id = maker->rows->bill->clusters[cluster]->report_period_id;
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

static void fill_amounts(const struct row_maker *maker, const struct cost_group *group,
                         enum direction direction, struct cost_row *row)
{
    double markup = maker->rows->rules->markup;
    row->usage_amount = group->usage_amount;
    row->infrastructure_data_in_gigabytes = direction == DIRECTION_IN ? row->usage_amount : 0;
    row->infrastructure_data_out_gigabytes = direction == DIRECTION_OUT ? row->usage_amount : 0;
    row->unblended_cost = group->costs[COST_UNBLENDED];
    row->markup_cost = row->unblended_cost * markup;
    row->blended_cost = group->costs[COST_BLENDED];
    row->markup_cost_blended = row->blended_cost * markup;
    row->savingsplan_effective_cost = group->costs[COST_SAVINGSPLAN];
    row->markup_cost_savingsplan = row->savingsplan_effective_cost * markup;
    row->calculated_amortized_cost = group->costs[COST_AMORTIZED];
    row->markup_cost_amortized = row->calculated_amortized_cost * markup;
}

static void fill_row(struct row_maker *maker, const struct cost_group *group, struct cost_row *row,
                     struct attribution_notices *notices)
{
    const struct cost_group_names *names = maker->names;
    const uint32_t *receiver = key_map_key(&names->receivers->map, group->receiver);
    enum direction direction = (enum direction)receiver[RECEIVER_DIRECTION];
    *row = (struct cost_row){
        .pod_labels = receiver[RECEIVER_TAGS],
        .usage_start = names->date,
        .usage_end = names->date,
        .cost_entry_bill_id = maker->rows->bill->bill_id,
        .data_transfer_direction = maker->directions[direction],
        .tags = receiver[RECEIVER_TAGS],
        .aws_cost_category = receiver[RECEIVER_COST_CATEGORY],
        .source_uuid = maker->source,
    };
    fill_target(maker, key_map_key(&names->targets->map, receiver[RECEIVER_TARGET]), row);
    fill_part(maker, key_map_key(names->parts, group->part), row, notices);
    fill_amounts(maker, group, direction, row);
    make_uuid(maker, group, receiver, row->uuid);
}

static void fetch_text(struct text text)
{
    enum { LINE = 64 };
    for (uint32_t at = 0; at < text.length; at += LINE)
        __builtin_prefetch(text.bytes + at);
}

/* Groups lie in the order of line parts, rows are made in their own, and what a row needs lies
 * where group, receiver and tags say: each is fetched ahead, when what tells its place has come. */
static void fetch_ahead(const struct row_maker *maker, const struct cost_groups *groups,
                        const struct number_list *numbers, uint32_t row)
{
    enum { STEP = 6 };
    const struct cost_group_names *names = maker->names;
    const struct key_map *receivers = &names->receivers->map;
    if (row + 4 * STEP >= numbers->count)
        return;
    const uint32_t *ahead = numbers->items + row;
    __builtin_prefetch(&groups->groups[ahead[4 * STEP]]);
    uint32_t receiver = groups->groups[ahead[3 * STEP]].receiver;
    __builtin_prefetch(key_map_key(receivers, receiver));
    __builtin_prefetch(&maker->receiver_digests[receiver]);
    const uint32_t *key = key_map_key(receivers, groups->groups[ahead[2 * STEP]].receiver);
    __builtin_prefetch(key_map_key(&names->targets->map, key[RECEIVER_TARGET]));
    __builtin_prefetch(&names->texts->texts[key[RECEIVER_TAGS]]);
    key = key_map_key(receivers, groups->groups[ahead[STEP]].receiver);
    fetch_text(text_pool_borrow(names->texts, key[RECEIVER_TAGS]));
}

void cost_rows_begin(struct cost_rows *rows, const struct cost_groups *groups,
                     const struct cost_group_names *names, const struct number_list *numbers)
{
    close_maker(rows->maker);
    rows->groups = groups;
    rows->numbers = numbers;
    rows->maker = open_maker(rows, names);
    rows->made = 0;
}

static void make_room(struct cost_rows *rows, uint32_t count)
{
    if (count <= rows->capacity)
        return;
    free(rows->rows);
    rows->capacity = count + count / 4 < MOST_BATCH_ROWS ? count + count / 4 : MOST_BATCH_ROWS;
    rows->rows = memory_grow(NULL, rows->capacity * sizeof *rows->rows);
}

bool cost_rows_next(struct cost_rows *rows, struct attribution_notices *notices)
{
    const struct number_list *numbers = rows->numbers;
    uint32_t left = rows->maker == NULL ? 0 : numbers->count - rows->made;
    rows->count = left < MOST_BATCH_ROWS ? left : MOST_BATCH_ROWS;
    if (left == 0) {
        close_maker(rows->maker);
        rows->maker = NULL;
        return false;
    }
    make_room(rows, rows->count);
    for (uint32_t i = 0; i < rows->count; i++, rows->made++) {
        fetch_ahead(rows->maker, rows->groups, numbers, rows->made);
        fill_row(rows->maker, &rows->groups->groups[numbers->items[rows->made]], &rows->rows[i],
                 notices);
    }
    return true;
}

void cost_rows_close(struct cost_rows *rows)
{
    close_maker(rows->maker);
    free(rows->rows);
}

size_t cost_rows_size(const struct cost_rows *rows)
{
    return rows->capacity * sizeof *rows->rows;
}
