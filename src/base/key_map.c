#include "base/key_map.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 64 };

void key_map_init(struct key_map *map, uint32_t words)
{
    *map =
        (struct key_map){.words = words, .capacity = FIRST_SLOTS / 2, .slot_mask = FIRST_SLOTS - 1};
    map->keys = memory_grow(NULL, sizeof *map->keys * map->capacity * words);
    map->slots = memory_grow(NULL, sizeof *map->slots * FIRST_SLOTS);
    memset(map->slots, 0, sizeof *map->slots * FIRST_SLOTS);
}

void key_map_close(struct key_map *map)
{
    free(map->keys);
    free(map->slots);
    *map = (struct key_map){0};
}

void key_map_clear(struct key_map *map)
{
    map->count = 0;
    memset(map->slots, 0, sizeof *map->slots * ((uint64_t)map->slot_mask + 1));
}

/* Multiply and fold, word by word; keys are ids, so a few bits of mixing are enough. */
static inline uint32_t hash_key(const uint32_t *key, uint32_t words)
{
    uint64_t hash = 0x9e3779b97f4a7c15u;
    for (uint32_t i = 0; i < words; i++) {
        hash = (hash ^ key[i]) * 0xff51afd7ed558ccdu;
        hash ^= hash >> 32;
    }
    return (uint32_t)hash;
}

static inline bool equal_keys(const uint32_t *a, const uint32_t *b, uint32_t words)
{
    for (uint32_t i = 0; i < words; i++)
        if (a[i] != b[i])
            return false;
    return true;
}

/* The slot that holds the key, or the free one where it belongs. */
static inline uint64_t *find_slot(const struct key_map *map, const uint32_t *key, uint32_t hash)
{
    for (uint32_t at = hash & map->slot_mask;; at = (at + 1) & map->slot_mask) {
        uint64_t *slot = &map->slots[at];
        if (*slot == 0 || ((uint32_t)(*slot >> 32) == hash &&
                           equal_keys(key_map_key(map, (uint32_t)*slot - 1), key, map->words)))
            return slot;
    }
}

static void grow(struct key_map *map)
{
    uint64_t old_size = (uint64_t)map->slot_mask + 1;
    uint64_t size = old_size * 2;
    uint64_t *slots = memory_grow(NULL, sizeof *slots * size);
    memset(slots, 0, sizeof *slots * size);
    for (uint64_t i = 0; i < old_size; i++) {
        if (map->slots[i] == 0)
            continue;
        uint64_t at = (map->slots[i] >> 32) & (size - 1);
        while (slots[at] != 0)
            at = (at + 1) & (size - 1);
        slots[at] = map->slots[i];
    }
    free(map->slots);
    map->slots = slots;
    map->slot_mask = (uint32_t)(size - 1);
    map->capacity = (uint32_t)(size / 2);
    map->keys = memory_grow(map->keys, sizeof *map->keys * map->capacity * map->words);
}

uint32_t key_map_add(struct key_map *map, const uint32_t *key, bool *added)
{
    uint32_t hash = hash_key(key, map->words);
    uint64_t *slot = find_slot(map, key, hash);
    if (added != NULL)
        *added = *slot == 0;
    if (*slot != 0)
        return (uint32_t)*slot - 1;
    if (map->count == map->capacity) {
        grow(map);
        slot = find_slot(map, key, hash);
    }
    uint32_t index = map->count++;
    memcpy(map->keys + (uint64_t)index * map->words, key, sizeof *key * map->words);
    *slot = (uint64_t)hash << 32 | (index + 1);
    return index;
}

void key_map_prefetch(const struct key_map *map, const uint32_t *key)
{
    __builtin_prefetch(&map->slots[hash_key(key, map->words) & map->slot_mask]);
}

uint32_t key_map_add_after(struct key_map *map, uint32_t last, const uint32_t *key, bool *added)
{
    *added = false;
    if (last < map->count) {
        uint32_t next = last + 1 == map->count ? 0 : last + 1;
        if (equal_keys(key_map_key(map, next), key, map->words))
            return next;
        if (equal_keys(key_map_key(map, last), key, map->words))
            return last;
    }
    return key_map_add(map, key, added);
}

uint32_t key_map_find(const struct key_map *map, const uint32_t *key)
{
    const uint64_t *slot = find_slot(map, key, hash_key(key, map->words));
    return *slot == 0 ? UINT32_MAX : (uint32_t)*slot - 1;
}

uint64_t key_map_size(const struct key_map *map)
{
    return sizeof *map->keys * map->capacity * map->words +
           sizeof *map->slots * ((uint64_t)map->slot_mask + 1);
}
