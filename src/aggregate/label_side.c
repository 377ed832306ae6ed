#include "aggregate/label_side.h"

#include "base/arena.h"
#include "base/text_pool.h"

#include <stdlib.h>
#include <string.h>

struct label_latest {
    int32_t day;
    uint32_t index; /* of `names`, + 1; 0: none */
};

void label_side_init(struct label_side *side)
{
    *side = (struct label_side){0};
    key_map_init(&side->names, 2);
    key_map_init(&side->sets, 3);
}

void label_side_close(struct label_side *side)
{
    key_map_close(&side->names);
    key_map_close(&side->sets);
    free(side->first);
    free(side->next);
    free(side->latest);
}

void label_side_clear(struct label_side *side)
{
    for (uint32_t i = 0; i < side->names.count; i++)
        side->latest[key_map_key(&side->names, i)[1]].index = 0;
    key_map_clear(&side->names);
    key_map_clear(&side->sets);
}

static void cover(uint32_t **array, uint32_t *room, uint32_t capacity)
{
    if (capacity <= *room)
        return;
    *array = memory_grow(*array, capacity * sizeof **array);
    *room = capacity;
}

static void note_latest(struct label_side *side, int32_t day, uint32_t name, uint32_t index)
{
    if (name >= side->latest_room) {
        uint32_t room = name < 512 ? 1024 : name * 2;
        side->latest = memory_grow(side->latest, room * sizeof *side->latest);
        memset(side->latest + side->latest_room, 0,
               (room - side->latest_room) * sizeof *side->latest);
        side->latest_room = room;
    }
    side->latest[name] = (struct label_latest){day, index + 1};
}

void label_side_add(struct label_side *side, int32_t day, uint32_t name, uint32_t set)
{
    bool added;
    uint32_t entry = key_map_add(&side->sets, (uint32_t[]){(uint32_t)day, name, set}, &added);
    if (!added)
        return;
    uint32_t index = key_map_add(&side->names, (uint32_t[]){(uint32_t)day, name}, &added);
    cover(&side->first, &side->first_room, side->names.capacity);
    cover(&side->next, &side->next_room, side->sets.capacity);
    side->next[entry] = added ? 0 : side->first[index];
    side->first[index] = entry + 1;
    note_latest(side, day, name, index);
}

uint32_t label_side_first(const struct label_side *side, int32_t day, uint32_t name)
{
    if (name == TEXT_NULL)
        return 0;
    if (name < side->latest_room && side->latest[name].day == day && side->latest[name].index != 0)
        return side->first[side->latest[name].index - 1];
    uint32_t index = key_map_find(&side->names, (uint32_t[]){(uint32_t)day, name});
    return index == UINT32_MAX ? 0 : side->first[index];
}

uint32_t label_side_next(const struct label_side *side, uint32_t entry)
{
    return side->next[entry - 1];
}

uint32_t label_side_set(const struct label_side *side, uint32_t entry)
{
    return key_map_key(&side->sets, entry - 1)[2];
}
