/* A hash map from pairs of ids to an id: one slot, one look into memory. For memos that are asked
 * millions of times and grow large, where key_map's three looks would show. */
#ifndef COSTAGG_BASE_PAIR_MAP_H
#define COSTAGG_BASE_PAIR_MAP_H

#include <stdint.h>

struct pair_slot {
    uint32_t left;
    uint32_t right;
    uint32_t value;
    uint32_t used;
};

struct pair_map {
    struct pair_slot *slots;
    uint32_t count;
    uint32_t slot_mask;
};

void pair_map_init(struct pair_map *map);
void pair_map_close(struct pair_map *map);
void pair_map_clear(struct pair_map *map);

/* The slot of a pair; slot->used is 0 when it is new, and the caller then sets the value with
 * pair_map_set(). Valid until the next set. */
struct pair_slot *pair_map_find(const struct pair_map *map, uint32_t left, uint32_t right);
void pair_map_set(struct pair_map *map, uint32_t left, uint32_t right, uint32_t value);

#endif
