#include "base/pair_map.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 256 };

static struct pair_slot *open_slots(uint64_t count)
{
    return memset(memory_grow(NULL, count * sizeof(struct pair_slot)), 0,
                  count * sizeof(struct pair_slot));
}

void pair_map_init(struct pair_map *map)
{
    *map = (struct pair_map){open_slots(FIRST_SLOTS), 0, FIRST_SLOTS - 1};
}

void pair_map_close(struct pair_map *map)
{
    free(map->slots);
    *map = (struct pair_map){0};
}

void pair_map_clear(struct pair_map *map)
{
    pair_map_close(map);
    pair_map_init(map);
}

struct pair_slot *pair_map_find(const struct pair_map *map, uint32_t left, uint32_t right)
{
    uint64_t hash = ((uint64_t)left << 32 | right) * 0x9e3779b97f4a7c15u;
    for (uint32_t at = (uint32_t)(hash >> 32) & map->slot_mask;; at = (at + 1) & map->slot_mask) {
        struct pair_slot *slot = &map->slots[at];
        if (slot->used == 0 || (slot->left == left && slot->right == right))
            return slot;
    }
}

static void grow(struct pair_map *map)
{
    struct pair_map larger = {NULL, map->count, map->slot_mask * 2 + 1};
    larger.slots = open_slots((uint64_t)larger.slot_mask + 1);
    for (uint64_t i = 0; i <= map->slot_mask; i++)
        if (map->slots[i].used != 0)
            *pair_map_find(&larger, map->slots[i].left, map->slots[i].right) = map->slots[i];
    free(map->slots);
    *map = larger;
}

void pair_map_set(struct pair_map *map, uint32_t left, uint32_t right, uint32_t value)
{
    if (map->count > map->slot_mask / 2)
        grow(map);
    struct pair_slot *slot = pair_map_find(map, left, right);
    map->count += slot->used == 0;
    *slot = (struct pair_slot){left, right, value, 1};
}
