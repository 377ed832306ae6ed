#include "base/sha1.h"

#include <stdatomic.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

static uint32_t rotate_left(uint32_t word, int bits)
{
    return word << bits | word >> (32 - bits);
}

static uint32_t load_big_endian(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void store_big_endian(unsigned char *bytes, uint32_t word)
{
    bytes[0] = (unsigned char)(word >> 24);
    bytes[1] = (unsigned char)(word >> 16);
    bytes[2] = (unsigned char)(word >> 8);
    bytes[3] = (unsigned char)word;
}

static uint32_t round_function(int round, uint32_t b, uint32_t c, uint32_t d)
{
    if (round < 20)
        return (b & c) | (~b & d);
    if (round < 40 || round >= 60)
        return b ^ c ^ d;
    return (b & c) | (b & d) | (c & d);
}

static void compress_portable(uint32_t state[5], const unsigned char *block, size_t count)
{
    static const uint32_t constants[] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
    for (; count > 0; count--, block += SHA1_BLOCK) {
        uint32_t w[80];
        for (int i = 0; i < 16; i++)
            w[i] = load_big_endian(block + 4 * i);
        for (int i = 16; i < 80; i++)
            w[i] = rotate_left(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
        for (int i = 0; i < 80; i++) {
            uint32_t next =
                rotate_left(a, 5) + round_function(i, b, c, d) + e + constants[i / 20] + w[i];
            e = d;
            d = c;
            c = rotate_left(b, 30);
            b = a;
            a = next;
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
    }
}

#if defined(__x86_64__)

#define WITH_INSTRUCTIONS __attribute__((target("sha,ssse3,sse4.1")))

enum { LANES = 2 }; /* hashes at once at most: an instruction is waited for longer than it takes */

struct lane {
    __m128i abcd;
    __m128i e;
    __m128i before; /* abcd of the group of rounds before, of which the next e comes */
    __m128i w[20];  /* message words 4i … 4i+3, first word in the top lane */
};

WITH_INSTRUCTIONS static inline void lane_load(struct lane *lane, const uint32_t state[5])
{
    lane->abcd = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(const void *)state), 0x1b);
    lane->e = _mm_set_epi32((int)state[4], 0, 0, 0);
}

WITH_INSTRUCTIONS static inline void lane_store(const struct lane *lane, uint32_t state[5])
{
    _mm_storeu_si128((__m128i *)(void *)state, _mm_shuffle_epi32(lane->abcd, 0x1b));
    state[4] = (uint32_t)_mm_extract_epi32(lane->e, 3);
}

WITH_INSTRUCTIONS static inline void lane_schedule(struct lane *lane, const unsigned char *block)
{
    const __m128i reverse = _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f);
    const __m128i *input = (const __m128i *)(const void *)block;
    __m128i *w = lane->w;
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
        w[i] = _mm_shuffle_epi8(_mm_loadu_si128(input + i), reverse);
#pragma GCC unroll 16
    for (int i = 4; i < 20; i++) {
        __m128i mixed = _mm_xor_si128(_mm_sha1msg1_epu32(w[i - 4], w[i - 3]), w[i - 2]);
        w[i] = _mm_sha1msg2_epu32(mixed, w[i - 1]);
    }
}

/* Four rounds an instruction; one block a lane. */
__attribute__((always_inline)) WITH_INSTRUCTIONS static inline void compress_lanes(
    struct lane *lanes, int count)
{
    __m128i old_abcd[LANES], old_e[LANES];
    for (int n = 0; n < count; n++) {
        struct lane *lane = &lanes[n];
        lane->before = old_abcd[n] = lane->abcd;
        old_e[n] = lane->e;
        lane->abcd = _mm_sha1rnds4_epu32(lane->abcd, _mm_add_epi32(lane->e, lane->w[0]), 0);
    }
#define GROUPS(first, last, kind)                                                               \
    _Pragma("GCC unroll 5") for (int i = first; i <= last; i++) for (int n = 0; n < count; n++) \
    {                                                                                           \
        struct lane *lane = &lanes[n];                                                          \
        __m128i e = _mm_sha1nexte_epu32(lane->before, lane->w[i]);                              \
        lane->before = lane->abcd;                                                              \
        lane->abcd = _mm_sha1rnds4_epu32(lane->abcd, e, kind);                                  \
    }
    GROUPS(1, 4, 0)
    GROUPS(5, 9, 1)
    GROUPS(10, 14, 2)
    GROUPS(15, 19, 3)
#undef GROUPS
    for (int n = 0; n < count; n++) {
        lanes[n].e = _mm_sha1nexte_epu32(lanes[n].before, old_e[n]);
        lanes[n].abcd = _mm_add_epi32(lanes[n].abcd, old_abcd[n]);
    }
}

WITH_INSTRUCTIONS static void compress_with_instructions(uint32_t state[5],
                                                         const unsigned char *block, size_t count)
{
    struct lane lane;
    lane_load(&lane, state);
    for (; count > 0; count--, block += SHA1_BLOCK) {
        lane_schedule(&lane, block);
        compress_lanes(&lane, 1);
    }
    lane_store(&lane, state);
}

/* One block each of two hashes. */
WITH_INSTRUCTIONS static void compress_two_with_instructions(
    uint32_t states[LANES][5], unsigned char blocks[LANES][SHA1_BLOCK])
{
    struct lane lanes[LANES];
    for (int n = 0; n < LANES; n++) {
        lane_load(&lanes[n], states[n]);
        lane_schedule(&lanes[n], blocks[n]);
    }
    compress_lanes(lanes, LANES);
    for (int n = 0; n < LANES; n++)
        lane_store(&lanes[n], states[n]);
}

static bool has_instructions(void)
{
    unsigned a, b, c, d;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (b & (1u << 29)) == 0)
        return false;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSSE3) != 0 && (c & bit_SSE4_1) != 0;
}

#else

enum { LANES = 2 };

#define compress_with_instructions compress_portable

static void compress_two_with_instructions(uint32_t states[LANES][5],
                                           unsigned char blocks[LANES][SHA1_BLOCK])
{
    for (int n = 0; n < LANES; n++)
        compress_portable(states[n], blocks[n], 1);
}

static bool has_instructions(void)
{
    return false;
}

#endif

enum { UNDECIDED, PORTABLE, INSTRUCTIONS };
static atomic_int choice = UNDECIDED;

static bool use_instructions(void)
{
    int chosen = atomic_load_explicit(&choice, memory_order_relaxed);
    if (chosen == UNDECIDED) {
        chosen = has_instructions() ? INSTRUCTIONS : PORTABLE;
        atomic_store_explicit(&choice, chosen, memory_order_relaxed);
    }
    return chosen == INSTRUCTIONS;
}

static void compress(uint32_t state[5], const unsigned char *block, size_t count)
{
    if (use_instructions())
        compress_with_instructions(state, block, count);
    else
        compress_portable(state, block, count);
}

void sha1_force_portable(bool portable)
{
    atomic_store_explicit(&choice, portable ? PORTABLE : UNDECIDED, memory_order_relaxed);
}

void sha1_init(struct sha1 *sha1)
{
    static const uint32_t start[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    memcpy(sha1->state, start, sizeof start);
    sha1->length = 0;
}

void sha1_update(struct sha1 *sha1, const void *bytes, size_t length)
{
    if (length == 0)
        return;
    const unsigned char *from = bytes;
    size_t used = sha1->length % SHA1_BLOCK;
    sha1->length += length;
    if (used > 0) {
        size_t room = SHA1_BLOCK - used;
        size_t taken = length < room ? length : room;
        memcpy(sha1->block + used, from, taken);
        if (taken < room)
            return;
        compress(sha1->state, sha1->block, 1);
        from += taken;
        length -= taken;
    }
    if (length >= SHA1_BLOCK) {
        compress(sha1->state, from, length / SHA1_BLOCK);
        from += length / SHA1_BLOCK * SHA1_BLOCK;
    }
    memcpy(sha1->block, from, length % SHA1_BLOCK);
}

static void store_bits(unsigned char *block, uint64_t bits)
{
    store_big_endian(block + 56, (uint32_t)(bits >> 32));
    store_big_endian(block + 60, (uint32_t)bits);
}

static void store_digest(const uint32_t state[5], unsigned char digest[SHA1_SIZE])
{
    for (int i = 0; i < 5; i++)
        store_big_endian(digest + 4 * i, state[i]);
}

void sha1_finish(struct sha1 *sha1, unsigned char digest[SHA1_SIZE])
{
    uint64_t bits = sha1->length * 8;
    size_t used = sha1->length % SHA1_BLOCK;
    sha1->block[used++] = 0x80;
    if (used > SHA1_BLOCK - 8) {
        memset(sha1->block + used, 0, SHA1_BLOCK - used);
        compress(sha1->state, sha1->block, 1);
        used = 0;
    }
    memset(sha1->block + used, 0, SHA1_BLOCK - 8 - used);
    store_bits(sha1->block, bits);
    compress(sha1->state, sha1->block, 1);
    store_digest(sha1->state, digest);
}

static void finish_one(struct sha1 prefix, const unsigned char tail[SHA1_TAIL],
                       unsigned char digest[SHA1_SIZE])
{
    sha1_update(&prefix, tail, SHA1_TAIL);
    sha1_finish(&prefix, digest);
}

void sha1_finish_each(const struct sha1 *prefix, unsigned char (*tails)[SHA1_TAIL], size_t count,
                      unsigned char (*digests)[SHA1_SIZE])
{
    unsigned char blocks[LANES][SHA1_BLOCK] = {{0}};
    uint32_t states[LANES][5];
    size_t at = 0;
    for (int n = 0; n < LANES; n++) {
        blocks[n][SHA1_TAIL] = 0x80;
        store_bits(blocks[n], (prefix->length + SHA1_TAIL) * 8);
    }
    if (prefix->length % SHA1_BLOCK == 0 && use_instructions())
        for (; at + LANES <= count; at += LANES) {
            for (int n = 0; n < LANES; n++) {
                memcpy(blocks[n], tails[at + (size_t)n], SHA1_TAIL);
                memcpy(states[n], prefix->state, sizeof states[n]);
            }
            compress_two_with_instructions(states, blocks);
            for (int n = 0; n < LANES; n++)
                store_digest(states[n], digests[at + (size_t)n]);
        }
    for (; at < count; at++)
        finish_one(*prefix, tails[at], digests[at]);
}
