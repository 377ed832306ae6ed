#include "aggregate/fact_set.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

struct fact_mark {
    int32_t day;
    uint32_t kinds; /* a bit each */
};

void fact_set_init(struct fact_set *set)
{
    *set = (struct fact_set){0};
    key_map_init(&set->facts, 3);
}

void fact_set_close(struct fact_set *set)
{
    key_map_close(&set->facts);
    free(set->marks);
}

void fact_set_clear(struct fact_set *set)
{
    for (uint32_t i = 0; i < set->facts.count; i++)
        set->marks[key_map_key(&set->facts, i)[2]] = (struct fact_mark){0};
    key_map_clear(&set->facts);
}

static void cover(struct fact_set *set, uint32_t value)
{
    uint32_t room = value + value / 2 + 256; /* names get low ids */
    set->marks = memory_grow(set->marks, room * sizeof *set->marks);
    memset(set->marks + set->room, 0, (room - set->room) * sizeof *set->marks);
    set->room = room;
}

void fact_set_note(struct fact_set *set, int32_t day, enum fact_kind kind, uint32_t value)
{
    if (value >= set->room)
        cover(set, value);
    struct fact_mark *mark = &set->marks[value];
    if (value == TEXT_NULL || (mark->day == day && (mark->kinds >> kind & 1) != 0))
        return;
    *mark = (struct fact_mark){day, (mark->day == day ? mark->kinds : 0) | 1u << kind};
    key_map_add(&set->facts, (uint32_t[]){(uint32_t)day, kind, value}, NULL);
}
