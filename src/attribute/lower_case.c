#include "attribute/lower_case.h"

#include <string.h>

struct range {
    uint32_t first;
    uint32_t last;
    uint32_t step;
    int32_t offset;
};

static const struct range ranges[] = {
#define LOWER_CASE_RANGE(first, last, step, offset) {first, last, step, offset},
#include "attribute/lower_case.def"
#undef LOWER_CASE_RANGE
};

static uint32_t lower_point(uint32_t point)
{
    size_t low = 0, high = sizeof ranges / sizeof ranges[0];
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (ranges[middle].last < point)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == sizeof ranges / sizeof ranges[0] || point < ranges[low].first ||
        (point - ranges[low].first) % ranges[low].step != 0)
        return point;
    return (uint32_t)((int32_t)point + ranges[low].offset);
}

/* The code point at `at` and its length in bytes; a length of 1 and the byte itself where no UTF-8
 * starts. */
static uint32_t read_point(const unsigned char *at, const unsigned char *end, size_t *length)
{
    static const unsigned char lead_bits[5] = {0, 0, 0x1f, 0x0f, 0x07};
    size_t wanted = *at >= 0xf0 ? 4 : *at >= 0xe0 ? 3 : *at >= 0xc2 ? 2 : 1;
    *length = 1;
    if (wanted == 1 || *at > 0xf4 || (size_t)(end - at) < wanted)
        return *at;
    uint32_t point = *at & lead_bits[wanted];
    for (size_t i = 1; i < wanted; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return *at;
        point = point << 6 | (at[i] & 0x3f);
    }
    *length = wanted;
    return point;
}

static char *write_point(char *to, uint32_t point)
{
    if (point < 0x80) {
        *to++ = (char)point;
        return to;
    }
    int continuation = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    static const unsigned char leads[4] = {0, 0xc0, 0xe0, 0xf0};
    *to++ = (char)(leads[continuation] | point >> (6 * continuation));
    for (int i = continuation - 1; i >= 0; i--)
        *to++ = (char)(0x80 | (point >> (6 * i) & 0x3f));
    return to;
}

struct text lower_case_of(struct text text, struct arena *arena)
{
    if (text.bytes == NULL)
        return text;
    /* A mapping grows a character by one byte at most, from two to three. */
    char *bytes = arena_alloc(arena, (size_t)text.length * 2 + 1);
    char *to = bytes;
    const unsigned char *at = (const unsigned char *)text.bytes, *end = at + text.length;
    while (at < end) {
        size_t length;
        uint32_t point = read_point(at, end, &length);
        if (length == 1)
            *to++ = *at >= 'A' && *at <= 'Z' ? (char)(*at + ('a' - 'A')) : (char)*at;
        else
            to = write_point(to, lower_point(point));
        at += length;
    }
    return (struct text){bytes, (uint32_t)(to - bytes)};
}
