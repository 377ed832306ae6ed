#include "parquet/bit_unpack.h"

#include <assert.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* A number of up to 32 bits that begins anywhere in a byte lies within eight bytes from there. */
enum { WORD = sizeof(uint64_t), WIDEST = 32 };

/* With a constant width, addresses and shifts are constants and loads of the same word one. Reads
 * up to WORD bytes beyond the groups. */
static inline __attribute__((always_inline)) uint32_t unpack_groups(const uint8_t *bytes,
                                                                    unsigned width, size_t groups,
                                                                    uint32_t *to)
{
    const uint32_t mask = (uint32_t)(((uint64_t)1 << width) - 1);
    uint32_t together = 0;
    for (size_t group = 0; group < groups; group++) {
#pragma GCC unroll 8
        for (unsigned i = 0; i < BIT_GROUP; i++) {
            uint64_t word;
            memcpy(&word, bytes + i * width / 8, sizeof word);
            to[i] = (uint32_t)(word >> i * width % 8) & mask;
            together |= to[i];
        }
        bytes += width;
        to += BIT_GROUP;
    }
    return together;
}

static uint32_t unpack(const uint8_t *bytes, unsigned width, size_t groups, uint32_t *to)
{
#define UNPACK_WIDTH(bits) \
    case bits:             \
        return unpack_groups(bytes, bits, groups, to);
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
    return 0;
}

#if defined(__x86_64__)

/* A group in two halves of four numbers, which up to this width lie within 16 bytes each: bytes go
 * to the lane of their number, and each lane is shifted and cut on its own. */
enum { WIDEST_LANE = 25, HALF = 16 };

static __attribute__((target("avx2"))) uint32_t unpack_lanes(const uint8_t *bytes, unsigned width,
                                                             size_t groups, uint32_t *to)
{
    const size_t second = 4 * width / 8;
    uint8_t places[2 * HALF];
    uint32_t shifts[BIT_GROUP];
    for (unsigned i = 0; i < BIT_GROUP; i++) {
        unsigned bit = i * width - (i < 4 ? 0 : (unsigned)second * 8);
        shifts[i] = bit % 8;
        for (unsigned byte = 0; byte < 4; byte++)
            places[i * 4 + byte] = (uint8_t)(bit / 8 + byte);
    }
    const __m256i place = _mm256_loadu_si256((const __m256i *)(const void *)places);
    const __m256i shift = _mm256_loadu_si256((const __m256i *)(const void *)shifts);
    const __m256i mask = _mm256_set1_epi32((int)(((uint32_t)1 << width) - 1));
    __m256i together = _mm256_setzero_si256();
    for (size_t group = 0; group < groups; group++) {
        __m128i low = _mm_loadu_si128((const __m128i *)(const void *)bytes);
        __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(bytes + second));
        __m256i lanes = _mm256_shuffle_epi8(_mm256_set_m128i(high, low), place);
        lanes = _mm256_and_si256(_mm256_srlv_epi32(lanes, shift), mask);
        _mm256_storeu_si256((__m256i *)(void *)to, lanes);
        together = _mm256_or_si256(together, lanes);
        bytes += width;
        to += BIT_GROUP;
    }
    uint32_t last[BIT_GROUP], all = 0;
    _mm256_storeu_si256((__m256i *)(void *)last, together);
    for (unsigned i = 0; i < BIT_GROUP; i++)
        all |= last[i];
    return all;
}

/* The groups at the front that can be unpacked in lanes without a read beyond `length`. */
static size_t lane_groups(size_t length, unsigned width)
{
    return width > WIDEST_LANE || length < 2 * HALF || !__builtin_cpu_supports("avx2")
               ? 0
               : (length - 2 * HALF) / width;
}

#else

static size_t lane_groups(size_t length, unsigned width)
{
    (void)length, (void)width;
    return 0;
}

static uint32_t unpack_lanes(const uint8_t *bytes, unsigned width, size_t groups, uint32_t *to)
{
    return unpack(bytes, width, groups, to);
}

#endif

/* The last groups, with room behind them made. */
static uint32_t unpack_padded(const uint8_t *bytes, unsigned width, size_t groups, uint32_t *to)
{
    uint32_t together = 0;
    for (size_t group = 0; group < groups; group++) {
        uint8_t padded[WIDEST + WORD] = {0};
        memcpy(padded, bytes, width);
        together |= unpack(padded, width, 1, to);
        bytes += width;
        to += BIT_GROUP;
    }
    return together;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

uint32_t bit_unpack(const uint8_t *bytes, size_t length, unsigned width, size_t groups,
                    uint32_t *to)
{
    assert(width <= WIDEST && groups * width <= length);
    if (width == 0) {
        memset(to, 0, groups * BIT_GROUP * sizeof *to);
        return 0;
    }
    size_t lanes = least(lane_groups(length, width), groups);
    size_t words = length < WORD ? 0 : least((length - WORD) / width, groups);
    words = words < lanes ? 0 : words - lanes;
    uint32_t together = lanes == 0 ? 0 : unpack_lanes(bytes, width, lanes, to);
    together |= unpack(bytes + lanes * width, width, words, to + lanes * BIT_GROUP);
    size_t done = lanes + words;
    return together |
           unpack_padded(bytes + done * width, width, groups - done, to + done * BIT_GROUP);
}
