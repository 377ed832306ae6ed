#include "aggregate/usage_order.h"

#include "base/arena.h"
#include "base/uuid.h"

#include <stdlib.h>
#include <string.h>

/* The namespace of the uuids of this table: version 5 of the DNS namespace and the table's name. */
static const unsigned char uuid_namespace[UUID_SIZE] = {0x2c, 0x0e, 0x5b, 0x1d, 0x7a, 0x54,
                                                        0x5f, 0x6e, 0x9d, 0x41, 0x33, 0xc8,
                                                        0x8e, 0x12, 0x90, 0xd5};

enum { TEXT_PARTS = 10, KEY_PARTS = TEXT_PARTS + 2 };

struct sort_key {
    uint64_t head; /* the first three parts; decides most comparisons */
    uint32_t parts[KEY_PARTS];
    uint32_t row;
};

/* The digest of a text, or a text short enough to stand for itself. */
struct sha1_digest {
    unsigned char bytes[SHA1_SIZE];
    bool known;
};

void usage_order_close(struct usage_order *order)
{
    free(order->ranks);
    free(order->used);
    free(order->digests);
    *order = (struct usage_order){0};
}

static void text_parts(const struct usage_row *row, uint32_t parts[TEXT_PARTS])
{
    const uint32_t ids[TEXT_PARTS] = {
        row->data_source,      row->namespace,     row->node,
        row->persistentvolumeclaim, row->persistentvolume, row->storageclass,
        row->csi_volume_handle, row->resource_id,  row->pod_labels,
        row->volume_labels};
    memcpy(parts, ids, sizeof ids);
}

/* Collects the distinct text ids of the key columns and ranks them. */
static void rank_texts(struct usage_order *order, const struct usage_row *rows, size_t count,
                       const struct text_pool *texts)
{
    if (order->room < texts->capacity) {
        order->room = texts->capacity;
        order->ranks = memory_grow(order->ranks, order->room * sizeof *order->ranks);
        order->used = memory_grow(order->used, order->room * sizeof *order->used);
    }
    memset(order->ranks, 0, texts->count * sizeof *order->ranks);
    uint32_t used = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t parts[TEXT_PARTS];
        text_parts(&rows[i], parts);
        for (int part = 0; part < TEXT_PARTS; part++) {
            if (parts[part] == TEXT_NULL || order->ranks[parts[part]] != 0)
                continue;
            order->ranks[parts[part]] = 1;
            order->used[used++] = parts[part];
        }
    }
    text_pool_rank(texts, order->used, used, order->ranks);
    if (used >= order->digest_room) {
        order->digest_room = used * 2 + 1;
        order->digests =
            memory_grow(order->digests, order->digest_room * sizeof *order->digests);
    }
    for (uint32_t i = 0; i <= used; i++)
        order->digests[i].known = false;
}

static int compare_keys(const void *left, const void *right)
{
    const struct sort_key *a = left, *b = right;
    if (a->head != b->head)
        return a->head < b->head ? -1 : 1;
    for (int i = 3; i < KEY_PARTS; i++)
        if (a->parts[i] != b->parts[i])
            return a->parts[i] < b->parts[i] ? -1 : 1;
    return 0;
}

static struct sort_key *sort_rows(const struct usage_order *order, const struct usage_row *rows,
                                  size_t count)
{
    struct sort_key *keys = memory_grow(NULL, count * sizeof *keys);
    uint32_t first_source = UINT32_MAX;
    for (size_t i = 0; i < count; i++) {
        text_parts(&rows[i], keys[i].parts);
        for (int part = 0; part < TEXT_PARTS; part++)
            keys[i].parts[part] = order->ranks[keys[i].parts[part]];
        keys[i].parts[TEXT_PARTS] = rows[i].infrastructure_usage_cost == TEXT_NULL;
        keys[i].parts[TEXT_PARTS + 1] = (uint32_t)rows[i].cost_category_id ^ 0x80000000u;
        keys[i].row = (uint32_t)i;
        if (keys[i].parts[0] < first_source)
            first_source = keys[i].parts[0];
    }
    for (size_t i = 0; i < count; i++) /* two data sources, fewer than 2^31 texts: 1 + 31 + 32 */
        keys[i].head = (uint64_t)(keys[i].parts[0] != first_source) << 63 |
                       (uint64_t)keys[i].parts[1] << 32 | keys[i].parts[2];
    qsort(keys, count, sizeof *keys, compare_keys);
    return keys;
}

static void hash_text(struct sha1 *hash, const struct text_pool *texts, uint32_t id)
{
    struct text text = text_pool_borrow(texts, id);
    if (text.bytes == NULL) {
        sha1_update(hash, "\x1e", 1);
        return;
    }
    sha1_update(hash, text.bytes, text.length);
    sha1_update(hash, "\x1f", 1);
}

/* Everything all rows of the day have in common is hashed once. */
static void hash_day(struct sha1 *hash, const struct usage_row *row, const struct text_pool *texts)
{
    char day[CALENDAR_TEXT_SIZE];
    uuid_v5_init(hash, uuid_namespace);
    hash_text(hash, texts, row->source_uuid);
    sha1_update(hash, calendar_format(row->usage_start, day), CALENDAR_TEXT_SIZE - 1);
}

/* Label sets are long and stand in many rows: their digests are made once a day. */
static void hash_part(struct sha1 *hash, struct usage_order *order, const struct text_pool *texts,
                      uint32_t id)
{
    struct sha1_digest *digest = &order->digests[order->ranks[id]];
    struct text text = text_pool_borrow(texts, id);
    if (text.length <= SHA1_SIZE) {
        hash_text(hash, texts, id);
        return;
    }
    if (!digest->known) {
        struct sha1 own;
        sha1_init(&own);
        sha1_update(&own, text.bytes, text.length);
        sha1_finish(&own, digest->bytes);
        digest->known = true;
    }
    sha1_update(hash, "\x1d", 1);
    sha1_update(hash, digest->bytes, SHA1_SIZE);
}

static void name_row(struct usage_order *order, struct usage_row *row, struct sha1 hash,
                     uint32_t ordinal, const struct text_pool *texts)
{
    uint32_t parts[TEXT_PARTS];
    text_parts(row, parts);
    for (int part = 0; part < TEXT_PARTS; part++)
        hash_part(&hash, order, texts, parts[part]);
    if (row->infrastructure_usage_cost == TEXT_NULL) {
        const uint32_t numbers[] = {(uint32_t)row->cost_category_id, ordinal};
        sha1_update(&hash, numbers, sizeof numbers);
    }
    uuid_v5_finish(&hash, row->uuid);
}

void usage_order_apply(struct usage_order *order, const struct usage_row *rows, size_t count,
                       const struct text_pool *texts, struct usage_row *result)
{
    if (count == 0)
        return;
    rank_texts(order, rows, count, texts);
    struct sort_key *keys = sort_rows(order, rows, count);
    struct sha1 hash;
    hash_day(&hash, &rows[0], texts);
    uint32_t ordinal = 0;
    for (size_t i = 0; i < count; i++) {
        ordinal = i > 0 && compare_keys(&keys[i - 1], &keys[i]) == 0 ? ordinal + 1 : 0;
        result[i] = rows[keys[i].row];
        name_row(order, &result[i], hash, ordinal, texts);
    }
    free(keys);
}
