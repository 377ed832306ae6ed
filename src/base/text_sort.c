#include "base/text_sort.h"

#include "base/radix_sort.h"
#include "base/text_pool.h"

#include <stdlib.h>
#include <string.h>

enum { WORD = 8, FEW = 16 /* from here on comparing costs less than counting */ };

struct text_sort {
    const struct text_pool *pool;
    struct radix_item *scratch;
};

/* Eight bytes as a number that orders like them; zeros stand for what is behind the end. */
static uint64_t word_at(struct text text, uint32_t offset)
{
    uint64_t word = 0;
    if (offset < text.length) {
        uint32_t rest = text.length - offset;
        memcpy(&word, text.bytes + offset, rest < WORD ? rest : WORD);
    }
    return __builtin_bswap64(word);
}

/* Returns whether the words differ; *ended says whether every text ends before the offset. */
static bool load_words(const struct text_sort *sort, struct radix_item *items, size_t count,
                       uint32_t offset, bool *ended)
{
    uint64_t differing = 0;
    *ended = true;
    for (size_t i = 0; i < count; i++) {
        struct text text = text_pool_borrow(sort->pool, items[i].number);
        items[i].key = word_at(text, offset);
        differing |= items[i].key ^ items[0].key;
        *ended = *ended && text.length <= offset;
    }
    return differing != 0;
}

static void sort_by_length(const struct text_sort *sort, struct radix_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        items[i].key = text_pool_borrow(sort->pool, items[i].number).length;
    radix_sort(items, sort->scratch, count);
}

static void sort_few(const struct text_sort *sort, struct radix_item *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct radix_item moved = items[i];
        struct text text = text_pool_borrow(sort->pool, moved.number);
        size_t to = i;
        for (; to > 0; to--) {
            if (text_compare(text_pool_borrow(sort->pool, items[to - 1].number), text) < 0)
                break;
            items[to] = items[to - 1];
        }
        items[to] = moved;
    }
}

/* Sorts items whose texts agree up to `offset`. */
static void sort_run(const struct text_sort *sort, struct radix_item *items, size_t count,
                     uint32_t offset)
{
    bool ended = false;
    if (count <= FEW) {
        sort_few(sort, items, count);
        return;
    }
    while (!ended && !load_words(sort, items, count, offset, &ended))
        offset += WORD;
    if (ended) { /* they differ in zeros at their ends */
        sort_by_length(sort, items, count);
        return;
    }
    radix_sort(items, sort->scratch, count);
    for (size_t begin = 0, end; begin < count; begin = end) {
        for (end = begin + 1; end < count && items[end].key == items[begin].key; end++)
            ;
        sort_run(sort, items + begin, end - begin, offset + WORD);
    }
}

void text_sort(const struct text_pool *pool, uint32_t *ids, uint32_t count)
{
    struct radix_item *items = memory_grow(NULL, count * sizeof *items);
    struct text_sort sort = {pool, memory_grow(NULL, count * sizeof *items)};
    for (uint32_t i = 0; i < count; i++)
        items[i].number = ids[i];
    sort_run(&sort, items, count, 0);
    for (uint32_t i = 0; i < count; i++)
        ids[i] = items[i].number;
    free(sort.scratch);
    free(items);
}
