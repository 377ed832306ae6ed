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

/* Four rounds an instruction. w[i] holds message words 4i … 4i+3, first word in the top lane; `e`
 * of a group comes from the `a` of the group before. */
__attribute__((target("sha,ssse3,sse4.1"))) static void compress_with_instructions(
    uint32_t state[5], const unsigned char *block, size_t count)
{
    const __m128i reverse = _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f);
    __m128i abcd = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(const void *)state), 0x1b);
    __m128i e = _mm_set_epi32((int)state[4], 0, 0, 0);
    for (; count > 0; count--, block += SHA1_BLOCK) {
        const __m128i *input = (const __m128i *)(const void *)block;
        const __m128i old_abcd = abcd, old_e = e;
        __m128i w[20];
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++)
            w[i] = _mm_shuffle_epi8(_mm_loadu_si128(input + i), reverse);
#pragma GCC unroll 16
        for (int i = 4; i < 20; i++) {
            __m128i mixed = _mm_xor_si128(_mm_sha1msg1_epu32(w[i - 4], w[i - 3]), w[i - 2]);
            w[i] = _mm_sha1msg2_epu32(mixed, w[i - 1]);
        }
        __m128i before = abcd;
        abcd = _mm_sha1rnds4_epu32(abcd, _mm_add_epi32(e, w[0]), 0);
#define GROUPS(first, last, kind)                                                          \
    _Pragma("GCC unroll 5") for (int i = first; i <= last; i++)                            \
    {                                                                                      \
        __m128i next = _mm_sha1rnds4_epu32(abcd, _mm_sha1nexte_epu32(before, w[i]), kind); \
        before = abcd;                                                                     \
        abcd = next;                                                                       \
    }
        GROUPS(1, 4, 0)
        GROUPS(5, 9, 1)
        GROUPS(10, 14, 2)
        GROUPS(15, 19, 3)
#undef GROUPS
        e = _mm_sha1nexte_epu32(before, old_e);
        abcd = _mm_add_epi32(abcd, old_abcd);
    }
    _mm_storeu_si128((__m128i *)(void *)state, _mm_shuffle_epi32(abcd, 0x1b));
    state[4] = (uint32_t)_mm_extract_epi32(e, 3);
}

static bool has_instructions(void)
{
    unsigned a, b, c, d;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (b & (1u << 29)) == 0)
        return false;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSSE3) != 0 && (c & bit_SSE4_1) != 0;
}

#else

#define compress_with_instructions compress_portable

static bool has_instructions(void)
{
    return false;
}

#endif

enum { UNDECIDED, PORTABLE, INSTRUCTIONS };
static atomic_int choice = UNDECIDED;

static void compress(uint32_t state[5], const unsigned char *block, size_t count)
{
    int chosen = atomic_load_explicit(&choice, memory_order_relaxed);
    if (chosen == UNDECIDED) {
        chosen = has_instructions() ? INSTRUCTIONS : PORTABLE;
        atomic_store_explicit(&choice, chosen, memory_order_relaxed);
    }
    if (chosen == INSTRUCTIONS)
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
    store_big_endian(sha1->block + 56, (uint32_t)(bits >> 32));
    store_big_endian(sha1->block + 60, (uint32_t)bits);
    compress(sha1->state, sha1->block, 1);
    for (int i = 0; i < 5; i++)
        store_big_endian(digest + 4 * i, sha1->state[i]);
}
