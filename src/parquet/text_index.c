#include "parquet/text_index.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

struct text_index_slot {
    uint64_t hash;
    size_t number; /* of the text, from 1; 0: free */
};

enum { FIRST_SLOTS = 1024 };

void text_index_init(struct text_index *index)
{
    *index = (struct text_index){.slot_count = FIRST_SLOTS};
}

void text_index_close(struct text_index *index)
{
    free(index->slots);
    free(index->ends);
    free(index->bytes);
    text_index_init(index);
}

static void make_room(struct text_index *index)
{
    index->slots = memory_grow(NULL, index->slot_count * sizeof *index->slots);
    memset(index->slots, 0, index->slot_count * sizeof *index->slots);
    index->text_room = index->slot_count / 2;
    index->ends = memory_grow(index->ends, (index->text_room + 1) * sizeof *index->ends);
    index->ends[0] = 0;
}

void text_index_clear(struct text_index *index)
{
    if (index->count > 0)
        memset(index->slots, 0, index->slot_count * sizeof *index->slots);
    index->count = 0;
    index->length = 0;
}

/* Twice the slots; the texts keep their numbers. */
static void grow(struct text_index *index)
{
    struct text_index_slot *old = index->slots;
    size_t old_count = index->slot_count;
    index->slot_count *= 2;
    make_room(index);
    for (size_t i = 0; i < old_count; i++) {
        if (old[i].number == 0)
            continue;
        size_t at = old[i].hash & (index->slot_count - 1);
        while (index->slots[at].number != 0)
            at = (at + 1) & (index->slot_count - 1);
        index->slots[at] = old[i];
    }
    free(old);
}

static bool is_same(const struct text_index *index, size_t number, const void *text, size_t length)
{
    size_t start = (size_t)index->ends[number - 1];
    return (size_t)index->ends[number] - start == length &&
           (length == 0 || memcmp(index->bytes + start, text, length) == 0);
}

static bool add(struct text_index *index, const void *text, size_t length, struct error *error)
{
    if (length > INT32_MAX - index->length)
        return error_set(error, ERROR_BAD_DATA, "texts of more than 2 GB in one batch");
    if (index->length + length > index->byte_room) {
        index->byte_room = (index->length + length) * 2;
        index->bytes = memory_grow(index->bytes, index->byte_room);
    }
    if (length > 0)
        memcpy(index->bytes + index->length, text, length);
    index->length += length;
    index->ends[++index->count] = (int32_t)index->length;
    return true;
}

bool text_index_find_or_add(struct text_index *index, const void *text, size_t length,
                            int32_t *number, struct error *error)
{
    if (index->slots == NULL)
        make_room(index);
    uint64_t hash = XXH3_64bits(text, length);
    size_t at = hash & (index->slot_count - 1);
    for (; index->slots[at].number != 0; at = (at + 1) & (index->slot_count - 1)) {
        const struct text_index_slot *slot = &index->slots[at];
        if (slot->hash == hash && is_same(index, slot->number, text, length)) {
            *number = (int32_t)slot->number - 1;
            return true;
        }
    }
    TRY(add(index, text, length, error));
    index->slots[at] = (struct text_index_slot){hash, index->count};
    *number = (int32_t)index->count - 1;
    if (index->count == index->text_room)
        grow(index);
    return true;
}
