#include "aggregate/usage_order.h"

#include "base/arena.h"
#include "base/radix_sort.h"
#include "base/uuid.h"

#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

/* The namespace of the uuids of this table. */
static const unsigned char uuid_namespace[UUID_SIZE] = {
    0x2c, 0x0e, 0x5b, 0x1d, 0x7a, 0x54, 0x5f, 0x6e, 0x9d, 0x41, 0x33, 0xc8, 0x8e, 0x12, 0x90, 0xd5};

enum { TEXT_PARTS = 10, KEY_PARTS = TEXT_PARTS + 2 };

/* The parts of a row's natural key, in the order that counts: ranks of texts, then the rest. */
struct sort_key {
    uint32_t parts[KEY_PARTS];
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
        row->data_source,   row->namespace,        row->node,         row->persistentvolumeclaim,
        row->pod_labels,    row->persistentvolume, row->storageclass, row->csi_volume_handle,
        row->volume_labels, row->resource_id};
    memcpy(parts, ids, sizeof ids);
}

static void make_room(struct usage_order *order, uint32_t room)
{
    if (room <= order->room)
        return;
    order->room = room;
    order->ranks = memory_grow(order->ranks, room * sizeof *order->ranks);
    order->used = memory_grow(order->used, room * sizeof *order->used);
    order->digests = memory_grow(order->digests, room * sizeof *order->digests);
}

/* Collects the distinct texts of the key columns, ranks them and makes their digests. */
static void rank_texts(struct usage_order *order, const struct usage_row *rows, size_t count,
                       const struct text_pool *texts)
{
    make_room(order, texts->capacity);
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
    order->digests[0] = (struct text_digest){{0}}; /* null */
    for (uint32_t i = 0; i < used; i++) {
        struct text text = text_pool_borrow(texts, order->used[i]);
        XXH128_hash_t hash = XXH3_128bits(text.bytes, text.length);
        XXH128_canonicalFromHash(
            (XXH128_canonical_t *)&order->digests[order->ranks[order->used[i]]], hash);
    }
}

static int compare_parts(const void *left, const void *right, void *keys)
{
    const struct sort_key *a = (struct sort_key *)keys + ((const struct radix_item *)left)->number;
    const struct sort_key *b = (struct sort_key *)keys + ((const struct radix_item *)right)->number;
    for (int i = 0; i < KEY_PARTS; i++)
        if (a->parts[i] != b->parts[i])
            return a->parts[i] < b->parts[i] ? -1 : 1;
    return 0;
}

static void make_keys(const struct usage_order *order, const struct usage_row *rows, size_t count,
                      struct sort_key *keys)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t *parts = keys[i].parts;
        text_parts(&rows[i], parts);
        for (int part = 0; part < TEXT_PARTS; part++)
            parts[part] = order->ranks[parts[part]];
        parts[TEXT_PARTS] = rows[i].infrastructure_usage_cost == TEXT_NULL;
        parts[TEXT_PARTS + 1] = (uint32_t)rows[i].cost_category_id ^ 0x80000000u;
    }
}

/* The first parts of a key in one number: it decides nearly every comparison. Claims are on storage
 * rows and pod labels on pod rows, so they share a place; ranks beyond 21 bits share a value. */
static uint64_t head_of(const struct sort_key *key, uint32_t first_source, int shift)
{
    return (uint64_t)(key->parts[0] != first_source) << 63 |
           (uint64_t)(key->parts[1] >> shift) << 42 | (uint64_t)(key->parts[2] >> shift) << 21 |
           (uint64_t)((key->parts[3] + key->parts[4]) >> shift);
}

static void sort_rows(const struct sort_key *keys, size_t count, uint32_t texts,
                      struct radix_item *items)
{
    struct radix_item *scratch = memory_grow(NULL, count * sizeof *scratch);
    uint32_t first_source = UINT32_MAX;
    int shift = 0;
    while (texts >> shift > 1u << 20)
        shift++;
    for (size_t i = 0; i < count; i++)
        if (keys[i].parts[0] < first_source)
            first_source = keys[i].parts[0];
    for (size_t i = 0; i < count; i++)
        items[i] = (struct radix_item){head_of(&keys[i], first_source, shift), (uint32_t)i};
    radix_sort(items, scratch, count);
    free(scratch);
    for (size_t begin = 0, end; begin < count; begin = end) {
        for (end = begin + 1; end < count && items[end].key == items[begin].key; end++)
            ;
        if (end - begin > 1)
            qsort_r(items + begin, end - begin, sizeof *items, compare_parts, (void *)keys);
    }
}

/* Everything all rows of the day have in common is hashed once: with the uuid's namespace, source
 * and day (its NUL too) it is 63 bytes, and one more makes it a whole block of SHA-1. */
static void hash_day(struct sha1 *hash, const struct usage_row *row, const struct text_pool *texts)
{
    char day[CALENDAR_TEXT_SIZE];
    struct text source = text_pool_borrow(texts, row->source_uuid);
    uuid_v5_init(hash, uuid_namespace);
    sha1_update(hash, source.bytes, source.length);
    sha1_update(hash, calendar_format(row->usage_start, day), CALENDAR_TEXT_SIZE);
    sha1_update(hash, "", 1);
}

/* The digest of the texts' digests and the rest of the key. */
static void name_row(const struct usage_order *order, const struct sort_key *key, uint32_t ordinal,
                     struct sha1 hash, unsigned char uuid[UUID_SIZE])
{
    struct {
        struct text_digest texts[TEXT_PARTS];
        uint32_t rest[4];
    } name;
    for (int part = 0; part < TEXT_PARTS; part++)
        name.texts[part] = order->digests[key->parts[part]];
    const uint32_t rest[4] = {key->parts[TEXT_PARTS], key->parts[TEXT_PARTS + 1], ordinal, 0};
    memcpy(name.rest, rest, sizeof rest);
    XXH128_canonical_t digest;
    XXH128_canonicalFromHash(&digest, XXH3_128bits(&name, sizeof name));
    sha1_update(&hash, &digest, sizeof digest);
    uuid_v5_finish(&hash, uuid);
}

void usage_order_apply(struct usage_order *order, const struct usage_row *rows, size_t count,
                       const struct text_pool *texts, struct usage_row *result)
{
    if (count == 0)
        return;
    struct sort_key *keys = memory_grow(NULL, count * sizeof *keys);
    struct radix_item *items = memory_grow(NULL, count * sizeof *items);
    struct sha1 hash;
    rank_texts(order, rows, count, texts);
    make_keys(order, rows, count, keys);
    sort_rows(keys, count, texts->count, items);
    hash_day(&hash, &rows[0], texts);
    uint32_t ordinal = 0;
    for (size_t i = 0; i < count; i++) {
        bool equal = i > 0 && compare_parts(&items[i - 1], &items[i], keys) == 0;
        ordinal = equal ? ordinal + 1 : 0;
        result[i] = rows[items[i].number];
        name_row(order, &keys[items[i].number], ordinal, hash, result[i].uuid);
    }
    free(items);
    free(keys);
}
