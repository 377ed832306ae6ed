#include "base/text_rank.h"

#include "base/radix_sort.h"
#include "base/text_pool.h"
#include "base/text_sort.h"

#include <stdlib.h>
#include <string.h>

void text_rank_init(struct text_rank *rank, const struct text_pool *pool)
{
    *rank = (struct text_rank){.pool = pool};
}

void text_rank_close(struct text_rank *rank)
{
    free(rank->ranks);
    free(rank->sorted);
}

void text_rank_reset(struct text_rank *rank)
{
    rank->count = rank->asked = 0;
    if (rank->room > 0)
        memset(rank->ranks, 0, rank->room * sizeof *rank->ranks);
}

static void cover_pool(struct text_rank *rank)
{
    uint32_t room = rank->pool->capacity;
    rank->ranks = memory_grow(rank->ranks, room * sizeof *rank->ranks);
    rank->sorted = memory_grow(rank->sorted, room * sizeof *rank->sorted);
    memset(rank->ranks + rank->room, 0, (room - rank->room) * sizeof *rank->ranks);
    rank->room = room;
}

void text_rank_ask(struct text_rank *rank, uint32_t id)
{
    if (id >= rank->room)
        cover_pool(rank);
    if (id == TEXT_NULL || rank->ranks[id] != 0)
        return;
    rank->ranks[id] = UINT32_MAX;
    rank->sorted[rank->count + rank->asked++] = id;
}

/* How many of the first `count` texts are smaller than that of the id. */
static uint32_t count_smaller(const struct text_rank *rank, uint32_t count, uint32_t id)
{
    struct text text = text_pool_borrow(rank->pool, id);
    uint32_t begin = 0, end = count;
    while (begin < end) {
        uint32_t middle = begin + (end - begin) / 2;
        if (text_compare(text_pool_borrow(rank->pool, rank->sorted[middle]), text) < 0)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin;
}

void text_rank_update(struct text_rank *rank)
{
    if (rank->asked == 0)
        return;
    uint32_t *sorted = rank->sorted, end = rank->count;
    uint32_t *fresh = memory_grow(NULL, rank->asked * sizeof *fresh);
    memcpy(fresh, sorted + end, rank->asked * sizeof *fresh);
    text_sort(rank->pool, fresh, rank->asked);
    for (uint32_t i = rank->asked; i-- > 0;) { /* the greatest first, into the gap behind */
        uint32_t place = count_smaller(rank, end, fresh[i]);
        memmove(sorted + place + i + 1, sorted + place, (end - place) * sizeof *sorted);
        sorted[place + i] = fresh[i];
        end = place;
    }
    free(fresh);
    rank->count += rank->asked;
    rank->asked = 0;
    for (uint32_t i = end; i < rank->count; i++)
        rank->ranks[sorted[i]] = i + 1;
}

static void ask_for_all(struct text_rank *rank, const struct text_keys *keys,
                        const uint32_t *numbers, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t word = 0; word < keys->words; word++)
            text_rank_ask(rank, keys->ids[(size_t)numbers[i] * keys->stride + word]);
    text_rank_update(rank);
}

/* Two texts at a time, the last first: sorting by what counts more keeps the order of what counts
 * less. */
void text_rank_sort(struct text_rank *rank, const struct text_keys *keys, uint32_t *numbers,
                    uint32_t count)
{
    struct radix_item *items = memory_grow(NULL, count * sizeof *items);
    struct radix_item *scratch = memory_grow(NULL, count * sizeof *scratch);
    ask_for_all(rank, keys, numbers, count);
    for (uint32_t i = 0; i < count; i++)
        items[i].number = numbers[i];
    for (uint32_t end = keys->words; end > 0; end -= end == 1 ? 1 : 2) {
        for (uint32_t i = 0; i < count; i++) {
            const uint32_t *ids = keys->ids + (size_t)items[i].number * keys->stride + end;
            items[i].key = rank->ranks[ids[-1]];
            if (end > 1)
                items[i].key |= (uint64_t)rank->ranks[ids[-2]] << 32;
        }
        radix_sort(items, scratch, count);
    }
    for (uint32_t i = 0; i < count; i++)
        numbers[i] = items[i].number;
    free(scratch);
    free(items);
}
