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

/* How many of the texts before `end` are smaller than that of the id; at least `begin`. */
static uint32_t count_smaller(const struct text_rank *rank, uint32_t begin, uint32_t end,
                              uint32_t id)
{
    struct text text = text_pool_borrow(rank->pool, id);
    while (begin < end) {
        uint32_t middle = begin + (end - begin) / 2;
        if (text_compare(text_pool_borrow(rank->pool, rank->sorted[middle]), text) < 0)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin;
}

/* Puts the texts first … last - 1 of `fresh` where they belong, the greatest first, into the gap
 * behind. Up to `begin` all others are smaller, from `end` on they have been moved already; returns
 * how far that holds afterwards. The text in the middle narrows the search for those beside it. */
static uint32_t insert_sorted(struct text_rank *rank, const uint32_t *fresh, uint32_t first,
                              uint32_t last, uint32_t begin, uint32_t end)
{
    if (first == last)
        return end;
    uint32_t middle = first + (last - first) / 2;
    uint32_t place = count_smaller(rank, begin, end, fresh[middle]);
    end = insert_sorted(rank, fresh, middle + 1, last, place, end);
    uint32_t *from = rank->sorted + place;
    memmove(from + middle + 1, from, (end - place) * sizeof *from);
    from[middle] = fresh[middle];
    return insert_sorted(rank, fresh, first, middle, begin, place);
}

void text_rank_update(struct text_rank *rank)
{
    if (rank->asked == 0)
        return;
    uint32_t *fresh = memory_grow(NULL, rank->asked * sizeof *fresh);
    memcpy(fresh, rank->sorted + rank->count, rank->asked * sizeof *fresh);
    text_sort(rank->pool, fresh, rank->asked);
    uint32_t changed = insert_sorted(rank, fresh, 0, rank->asked, 0, rank->count);
    free(fresh);
    rank->count += rank->asked;
    rank->asked = 0;
    for (uint32_t i = changed; i < rank->count; i++)
        rank->ranks[rank->sorted[i]] = i + 1;
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
