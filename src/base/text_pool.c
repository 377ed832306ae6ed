#include "base/text_pool.h"

#include "base/text_sort.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

/* The hash stands beside the id so that growing and most misses touch no text. */
struct text_slot {
    uint32_t hash;
    uint32_t id; /* TEXT_NULL: free */
};

enum { FIRST_SLOTS = 1024 };

static atomic_uint_fast64_t serials;

static void start(struct text_pool *pool)
{
    pool->serial = atomic_fetch_add(&serials, 1) + 1;
    pool->texts[TEXT_NULL] = (struct text){NULL, 0};
    pool->count = 1;
    pool->bytes = 0;
    text_pool_intern(pool, "", 0);
}

void text_pool_init(struct text_pool *pool)
{
    arena_init(&pool->arena);
    pool->capacity = FIRST_SLOTS / 2;
    pool->texts = memory_grow(NULL, pool->capacity * sizeof *pool->texts);
    pool->slots = memory_grow(NULL, FIRST_SLOTS * sizeof *pool->slots);
    memset(pool->slots, 0, FIRST_SLOTS * sizeof *pool->slots);
    pool->slot_mask = FIRST_SLOTS - 1;
    start(pool);
}

void text_pool_close(struct text_pool *pool)
{
    arena_close(&pool->arena);
    free(pool->texts);
    free(pool->slots);
}

void text_pool_reset(struct text_pool *pool)
{
    arena_reset(&pool->arena);
    memset(pool->slots, 0, ((size_t)pool->slot_mask + 1) * sizeof *pool->slots);
    start(pool);
}

static void place(struct text_slot *slots, uint32_t mask, struct text_slot slot)
{
    uint32_t at = slot.hash & mask;
    while (slots[at].id != TEXT_NULL)
        at = (at + 1) & mask;
    slots[at] = slot;
}

static void grow(struct text_pool *pool)
{
    size_t old_size = (size_t)pool->slot_mask + 1;
    size_t size = old_size * 2;
    struct text_slot *slots = memory_grow(NULL, size * sizeof *slots);
    memset(slots, 0, size * sizeof *slots);
    for (size_t i = 0; i < old_size; i++)
        if (pool->slots[i].id != TEXT_NULL)
            place(slots, (uint32_t)size - 1, pool->slots[i]);
    free(pool->slots);
    pool->slots = slots;
    pool->slot_mask = (uint32_t)size - 1;
    pool->capacity = (uint32_t)(size / 2);
    pool->texts = memory_grow(pool->texts, pool->capacity * sizeof *pool->texts);
}

static struct text_slot *find_slot(const struct text_pool *pool, uint32_t hash, const char *bytes,
                                   size_t length)
{
    uint32_t at = hash & pool->slot_mask;
    for (;; at = (at + 1) & pool->slot_mask) {
        struct text_slot *slot = &pool->slots[at];
        if (slot->id == TEXT_NULL)
            return slot;
        const struct text *text = &pool->texts[slot->id];
        if (slot->hash == hash && text->length == length && memcmp(text->bytes, bytes, length) == 0)
            return slot;
    }
}

static uint32_t intern_hashed(struct text_pool *pool, uint32_t hash, const char *bytes,
                              size_t length)
{
    struct text_slot *slot = find_slot(pool, hash, bytes, length);
    if (slot->id != TEXT_NULL)
        return slot->id;
    uint32_t id = pool->count++;
    pool->texts[id] = (struct text){arena_copy(&pool->arena, bytes, length), (uint32_t)length};
    pool->bytes += length;
    *slot = (struct text_slot){hash, id};
    if (pool->count == pool->capacity)
        grow(pool);
    return id;
}

uint32_t text_pool_intern(struct text_pool *pool, const char *bytes, size_t length)
{
    if (bytes == NULL)
        return TEXT_NULL;
    return intern_hashed(pool, (uint32_t)XXH3_64bits(bytes, length), bytes, length);
}

enum { BLOCK = 32 };

/* Up to a block of texts the long way. A look-up waits for memory three times: slot, text, bytes.
 * Asking for those of the whole block ahead lets the waits overlap. */
static void intern_block(struct text_pool *pool, const char *bytes, const int32_t *ends,
                         size_t count, uint32_t *ids)
{
    uint32_t hashes[BLOCK];
    for (size_t i = 0; i < count; i++) {
        hashes[i] = (uint32_t)XXH3_64bits(bytes + ends[i], (size_t)(ends[i + 1] - ends[i]));
        __builtin_prefetch(&pool->slots[hashes[i] & pool->slot_mask]);
    }
    for (size_t i = 0; i < count; i++)
        __builtin_prefetch(&pool->texts[pool->slots[hashes[i] & pool->slot_mask].id]);
    for (size_t i = 0; i < count; i++)
        __builtin_prefetch(pool->texts[pool->slots[hashes[i] & pool->slot_mask].id].bytes);
    for (size_t i = 0; i < count; i++)
        ids[i] = intern_hashed(pool, hashes[i], bytes + ends[i], (size_t)(ends[i + 1] - ends[i]));
}

static bool is_text(const struct text_pool *pool, uint32_t id, const char *bytes, size_t length)
{
    return id < pool->count && pool->texts[id].length == length &&
           memcmp(pool->texts[id].bytes, bytes, length) == 0;
}

/* Files repeat the texts of the files before in their order, in which they got their ids: so the
 * text after the one found last is tried first. */
void text_pool_intern_all(struct text_pool *pool, const char *bytes, const int32_t *ends,
                          size_t count, uint32_t *ids)
{
    for (size_t at = 0; at < count;) {
        uint32_t next = at == 0 ? UINT32_MAX : ids[at - 1] + 1;
        if (is_text(pool, next, bytes + ends[at], (size_t)(ends[at + 1] - ends[at]))) {
            ids[at++] = next;
            continue;
        }
        size_t size = count - at < BLOCK ? count - at : BLOCK;
        intern_block(pool, bytes, ends + at, size, ids + at);
        at += size;
    }
}

uint32_t text_pool_intern_string(struct text_pool *pool, const char *string)
{
    return text_pool_intern(pool, string, string == NULL ? 0 : strlen(string));
}

uint32_t text_pool_find(const struct text_pool *pool, const char *bytes, size_t length)
{
    const struct text_slot *slot =
        find_slot(pool, (uint32_t)XXH3_64bits(bytes, length), bytes, length);
    return slot->id == TEXT_NULL ? UINT32_MAX : slot->id;
}

uint64_t text_hash(struct text text)
{
    return XXH3_64bits(text.bytes, text.length);
}

size_t text_pool_size(const struct text_pool *pool)
{
    return pool->bytes + pool->count * (sizeof *pool->texts + 2 * sizeof *pool->slots);
}

int text_compare(struct text a, struct text b)
{
    if (a.bytes == NULL || b.bytes == NULL)
        return (a.bytes != NULL) - (b.bytes != NULL);
    size_t common = a.length < b.length ? a.length : b.length;
    int order = common == 0 ? 0 : memcmp(a.bytes, b.bytes, common);
    return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

void text_pool_rank(const struct text_pool *pool, const uint32_t *ids, uint32_t count,
                    uint32_t *ranks)
{
    uint32_t *sorted = memory_grow(NULL, count * sizeof *sorted);
    memcpy(sorted, ids, count * sizeof *sorted);
    text_sort(pool, sorted, count);
    ranks[TEXT_NULL] = 0;
    for (uint32_t i = 0; i < count; i++)
        ranks[sorted[i]] = i + 1;
    free(sorted);
}
