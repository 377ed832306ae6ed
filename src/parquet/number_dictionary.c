#include "parquet/number_dictionary.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRST_SLOTS = 1024,
    SAMPLE = 1024,     /* values that are looked at first */
    FEW_IN_SAMPLE = 4, /* at most a fourth of the sample may be distinct, */
    FEW = 2,           /* and at most half of all */
};

void number_dictionary_close(struct number_dictionary *dictionary)
{
    free(dictionary->values);
    free(dictionary->slots);
    *dictionary = (struct number_dictionary){0};
}

static void clear(struct number_dictionary *dictionary)
{
    if (dictionary->slot_count == 0) {
        dictionary->slot_count = FIRST_SLOTS;
        dictionary->slots = memory_grow(NULL, FIRST_SLOTS * sizeof *dictionary->slots);
    }
    dictionary->count = 0;
    memset(dictionary->slots, 0, dictionary->slot_count * sizeof *dictionary->slots);
}

static size_t first_slot(const struct number_dictionary *dictionary, uint64_t value)
{
    return ((value ^ value >> 32) * 0x9e3779b97f4a7c15u >> 20) & (dictionary->slot_count - 1);
}

static void grow(struct number_dictionary *dictionary)
{
    dictionary->slot_count *= 2;
    dictionary->slots =
        memory_grow(dictionary->slots, dictionary->slot_count * sizeof *dictionary->slots);
    memset(dictionary->slots, 0, dictionary->slot_count * sizeof *dictionary->slots);
    for (size_t i = 0; i < dictionary->count; i++) {
        size_t at = first_slot(dictionary, dictionary->values[i]);
        while (dictionary->slots[at] != 0)
            at = (at + 1) & (dictionary->slot_count - 1);
        dictionary->slots[at] = (uint32_t)i + 1;
    }
}

static uint32_t add(struct number_dictionary *dictionary, size_t slot, uint64_t value)
{
    if (dictionary->count == dictionary->room) {
        dictionary->room = dictionary->room * 2 + FIRST_SLOTS / 2;
        dictionary->values =
            memory_grow(dictionary->values, dictionary->room * sizeof *dictionary->values);
    }
    uint32_t place = (uint32_t)dictionary->count++;
    dictionary->values[place] = value;
    dictionary->slots[slot] = place + 1;
    if (dictionary->count * 2 > dictionary->slot_count)
        grow(dictionary);
    return place;
}

static inline uint32_t find_or_add(struct number_dictionary *dictionary, uint64_t value)
{
    for (size_t at = first_slot(dictionary, value);; at = (at + 1) & (dictionary->slot_count - 1)) {
        uint32_t place = dictionary->slots[at];
        if (place == 0)
            return add(dictionary, at, value);
        if (dictionary->values[place - 1] == value)
            return place - 1;
    }
}

static inline uint64_t value_at(const void *values, size_t size, size_t index)
{
    return size == sizeof(uint32_t) ? ((const uint32_t *)values)[index]
                                    : ((const uint64_t *)values)[index];
}

/* Sorted rows repeat most in their neighbours, so the sample is spread over all of them. */
static inline bool repeats(struct number_dictionary *dictionary, const void *values, size_t size,
                           size_t count)
{
    size_t step = count / SAMPLE + 1, looked_at = (count + step - 1) / step;
    clear(dictionary);
    for (size_t i = 0; i < count; i += step)
        (void)find_or_add(dictionary, value_at(values, size, i));
    return dictionary->count * FEW_IN_SAMPLE <= looked_at + FEW_IN_SAMPLE;
}

static inline bool build(struct number_dictionary *dictionary, const void *values, size_t size,
                         size_t count, uint32_t *codes)
{
    if (!repeats(dictionary, values, size, count))
        return false;
    clear(dictionary);
    size_t most = count / FEW + 1;
    uint32_t code = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t value = value_at(values, size, i);
        if (i == 0 || value != dictionary->values[code])
            code = find_or_add(dictionary, value);
        if (dictionary->count > most)
            return false;
        codes[i] = code;
    }
    return true;
}

bool number_dictionary_build(struct number_dictionary *dictionary, const uint64_t *values,
                             size_t count, uint32_t *codes)
{
    return build(dictionary, values, sizeof *values, count, codes);
}

bool number_dictionary_build_small(struct number_dictionary *dictionary, const uint32_t *values,
                                   size_t count, uint32_t *codes)
{
    return build(dictionary, values, sizeof *values, count, codes);
}
