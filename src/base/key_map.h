/* A hash map from short keys of 32-bit words to consecutive numbers: the work horse of grouping.
 *
 * Every distinct key gets the next index (0, 1, 2, …) the first time it is seen, so groups live in
 * plain arrays beside the map and iterate in order of first appearance. Text ids, days and packed
 * halves of larger values are words. Not shared between threads. */
#ifndef COSTAGG_BASE_KEY_MAP_H
#define COSTAGG_BASE_KEY_MAP_H

#include <stdbool.h>
#include <stdint.h>

struct key_map {
    uint32_t *keys;  /* count × words, by index */
    uint64_t *slots; /* hash in the upper half, index + 1 in the lower; 0: free */
    uint32_t words;  /* of a key */
    uint32_t count;
    uint32_t capacity;
    uint32_t slot_mask;
};

void key_map_init(struct key_map *map, uint32_t words);
void key_map_close(struct key_map *map);

/* Forgets all keys, keeps the memory. */
void key_map_clear(struct key_map *map);

/* The index of a key, adding it when new; *added (may be NULL) says so. */
uint32_t key_map_add(struct key_map *map, const uint32_t *key, bool *added);

/* Fetches the place of a key that will be added or looked for soon; worthwhile in maps that exceed
 * the processor's cache. */
void key_map_prefetch(const struct key_map *map, const uint32_t *key);

/* The same, faster where keys come again in the order in which they first came, or in runs: looks
 * at index `last` and the one after it (after the greatest, 0) before it hashes. `last` is the
 * index found before; any number will do. */
uint32_t key_map_add_after(struct key_map *map, uint32_t last, const uint32_t *key, bool *added);

/* The index of a key, or UINT32_MAX. */
uint32_t key_map_find(const struct key_map *map, const uint32_t *key);

/* The key of an index; valid until the next add. */
static inline const uint32_t *key_map_key(const struct key_map *map, uint32_t index)
{
    return map->keys + (uint64_t)index * map->words;
}

/* Bytes held. */
uint64_t key_map_size(const struct key_map *map);

#endif
