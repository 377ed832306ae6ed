#include "parquet/bit_unpack.h"

#include <assert.h>
#include <string.h>

/* A number of up to 32 bits that begins anywhere in a byte lies within eight bytes from there. */
enum { WORD = sizeof(uint64_t), WIDEST = 32 };

/* With a constant width, addresses and shifts are constants and loads of the same word one. Reads
 * up to WORD bytes beyond the groups. */
static inline __attribute__((always_inline)) void unpack_groups(const uint8_t *bytes,
                                                                unsigned width, size_t groups,
                                                                uint32_t *to)
{
    const uint32_t mask = (uint32_t)(((uint64_t)1 << width) - 1);
    for (size_t group = 0; group < groups; group++) {
#pragma GCC unroll 8
        for (unsigned i = 0; i < BIT_GROUP; i++) {
            uint64_t word;
            memcpy(&word, bytes + i * width / 8, sizeof word);
            to[i] = (uint32_t)(word >> i * width % 8) & mask;
        }
        bytes += width;
        to += BIT_GROUP;
    }
}

static void unpack(const uint8_t *bytes, unsigned width, size_t groups, uint32_t *to)
{
#define UNPACK_WIDTH(bits)                      \
    case bits:                                  \
        unpack_groups(bytes, bits, groups, to); \
        return;
    switch (width) {
        UNPACK_WIDTH(1)
        UNPACK_WIDTH(2)
        UNPACK_WIDTH(3)
        UNPACK_WIDTH(4)
        UNPACK_WIDTH(5)
        UNPACK_WIDTH(6)
        UNPACK_WIDTH(7)
        UNPACK_WIDTH(8)
        UNPACK_WIDTH(9)
        UNPACK_WIDTH(10)
        UNPACK_WIDTH(11)
        UNPACK_WIDTH(12)
        UNPACK_WIDTH(13)
        UNPACK_WIDTH(14)
        UNPACK_WIDTH(15)
        UNPACK_WIDTH(16)
        UNPACK_WIDTH(17)
        UNPACK_WIDTH(18)
        UNPACK_WIDTH(19)
        UNPACK_WIDTH(20)
        UNPACK_WIDTH(21)
        UNPACK_WIDTH(22)
        UNPACK_WIDTH(23)
        UNPACK_WIDTH(24)
        UNPACK_WIDTH(25)
        UNPACK_WIDTH(26)
        UNPACK_WIDTH(27)
        UNPACK_WIDTH(28)
        UNPACK_WIDTH(29)
        UNPACK_WIDTH(30)
        UNPACK_WIDTH(31)
        UNPACK_WIDTH(32)
    }
#undef UNPACK_WIDTH
}

void bit_unpack(const uint8_t *bytes, size_t length, unsigned width, size_t groups, uint32_t *to)
{
    assert(width <= WIDEST && groups * width <= length);
    if (width == 0) {
        memset(to, 0, groups * BIT_GROUP * sizeof *to);
        return;
    }
    size_t safe = length < WORD ? 0 : (length - WORD) / width;
    if (safe > groups)
        safe = groups;
    unpack(bytes, width, safe, to);
    bytes += safe * width;
    to += safe * BIT_GROUP;
    for (size_t group = safe; group < groups; group++) {
        uint8_t padded[WIDEST + WORD] = {0};
        memcpy(padded, bytes, width);
        unpack(padded, width, 1, to);
        bytes += width;
        to += BIT_GROUP;
    }
}
