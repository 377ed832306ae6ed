/* The shortest digits of a double, and NUMERIC from them.
 *
 * The search for the shortest digits is Raffaello Giulietti's Schubfach: a double is the only one
 * within half a step below and above it; scaled by the power of ten 10^k that makes that interval
 * between 1 and 10 units wide, it holds at most one multiple of ten and at least one whole number.
 * Three multiplications by a 126-bit power of ten, rounded to odd so that comparisons stay exact,
 * give the interval's ends and middle.
 *
 * Example: 0.3 is 5404319552844595 × 2^-54. Its interval, in units of 10^-17, is
 * 29999999999999996.1 … 30000000000000001.7; the multiple of ten inside is 30000000000000000:
 * digits 3000000000000000, exponent -16. */
#include "base/decimal.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide; /* the standard has no name for it */

struct power_of_ten {
    uint64_t high, low;
};

/* 10^k × 2^(127 - floor(log2(10^k))), rounded up to a whole number of 128 bits, for the exponents
 * that values from 1e-21 to 1e38 meet. As Python has it:
 *
 *     v = Fraction(10) ** k * Fraction(2) ** (127 - (k * 1741647 >> 19))
 *     g = -(-v.numerator // v.denominator); print(hex(g >> 64), hex(g % 2**64)) */
enum { FIRST_POWER = -24, LAST_POWER = 40 };
static const struct power_of_ten powers[] = {
    {0x9abe14cd44753b52, 0xc4926a9672793543}, /* -24 */
    {0xc16d9a0095928a27, 0x75b7053c0f178294}, /* -23 */
    {0xf1c90080baf72cb1, 0x5324c68b12dd6339}, /* -22 */
    {0x971da05074da7bee, 0xd3f6fc16ebca5e04}, /* -21 */
    {0xbce5086492111aea, 0x88f4bb1ca6bcf585}, /* -20 */
    {0xec1e4a7db69561a5, 0x2b31e9e3d06c32e6}, /* -19 */
    {0x9392ee8e921d5d07, 0x3aff322e62439fd0}, /* -18 */
    {0xb877aa3236a4b449, 0x09befeb9fad487c3}, /* -17 */
    {0xe69594bec44de15b, 0x4c2ebe687989a9b4}, /* -16 */
    {0x901d7cf73ab0acd9, 0x0f9d37014bf60a11}, /* -15 */
    {0xb424dc35095cd80f, 0x538484c19ef38c95}, /* -14 */
    {0xe12e13424bb40e13, 0x2865a5f206b06fba}, /* -13 */
    {0x8cbccc096f5088cb, 0xf93f87b7442e45d4}, /* -12 */
    {0xafebff0bcb24aafe, 0xf78f69a51539d749}, /* -11 */
    {0xdbe6fecebdedd5be, 0xb573440e5a884d1c}, /* -10 */
    {0x89705f4136b4a597, 0x31680a88f8953031}, /* -9 */
    {0xabcc77118461cefc, 0xfdc20d2b36ba7c3e}, /* -8 */
    {0xd6bf94d5e57a42bc, 0x3d32907604691b4d}, /* -7 */
    {0x8637bd05af6c69b5, 0xa63f9a49c2c1b110}, /* -6 */
    {0xa7c5ac471b478423, 0x0fcf80dc33721d54}, /* -5 */
    {0xd1b71758e219652b, 0xd3c36113404ea4a9}, /* -4 */
    {0x83126e978d4fdf3b, 0x645a1cac083126ea}, /* -3 */
    {0xa3d70a3d70a3d70a, 0x3d70a3d70a3d70a4}, /* -2 */
    {0xcccccccccccccccc, 0xcccccccccccccccd}, /* -1 */
    {0x8000000000000000, 0x0000000000000000}, /* 0 */
    {0xa000000000000000, 0x0000000000000000}, /* 1 */
    {0xc800000000000000, 0x0000000000000000}, /* 2 */
    {0xfa00000000000000, 0x0000000000000000}, /* 3 */
    {0x9c40000000000000, 0x0000000000000000}, /* 4 */
    {0xc350000000000000, 0x0000000000000000}, /* 5 */
    {0xf424000000000000, 0x0000000000000000}, /* 6 */
    {0x9896800000000000, 0x0000000000000000}, /* 7 */
    {0xbebc200000000000, 0x0000000000000000}, /* 8 */
    {0xee6b280000000000, 0x0000000000000000}, /* 9 */
    {0x9502f90000000000, 0x0000000000000000}, /* 10 */
    {0xba43b74000000000, 0x0000000000000000}, /* 11 */
    {0xe8d4a51000000000, 0x0000000000000000}, /* 12 */
    {0x9184e72a00000000, 0x0000000000000000}, /* 13 */
    {0xb5e620f480000000, 0x0000000000000000}, /* 14 */
    {0xe35fa931a0000000, 0x0000000000000000}, /* 15 */
    {0x8e1bc9bf04000000, 0x0000000000000000}, /* 16 */
    {0xb1a2bc2ec5000000, 0x0000000000000000}, /* 17 */
    {0xde0b6b3a76400000, 0x0000000000000000}, /* 18 */
    {0x8ac7230489e80000, 0x0000000000000000}, /* 19 */
    {0xad78ebc5ac620000, 0x0000000000000000}, /* 20 */
    {0xd8d726b7177a8000, 0x0000000000000000}, /* 21 */
    {0x878678326eac9000, 0x0000000000000000}, /* 22 */
    {0xa968163f0a57b400, 0x0000000000000000}, /* 23 */
    {0xd3c21bcecceda100, 0x0000000000000000}, /* 24 */
    {0x84595161401484a0, 0x0000000000000000}, /* 25 */
    {0xa56fa5b99019a5c8, 0x0000000000000000}, /* 26 */
    {0xcecb8f27f4200f3a, 0x0000000000000000}, /* 27 */
    {0x813f3978f8940984, 0x4000000000000000}, /* 28 */
    {0xa18f07d736b90be5, 0x5000000000000000}, /* 29 */
    {0xc9f2c9cd04674ede, 0xa400000000000000}, /* 30 */
    {0xfc6f7c4045812296, 0x4d00000000000000}, /* 31 */
    {0x9dc5ada82b70b59d, 0xf020000000000000}, /* 32 */
    {0xc5371912364ce305, 0x6c28000000000000}, /* 33 */
    {0xf684df56c3e01bc6, 0xc732000000000000}, /* 34 */
    {0x9a130b963a6c115c, 0x3c7f400000000000}, /* 35 */
    {0xc097ce7bc90715b3, 0x4b9f100000000000}, /* 36 */
    {0xf0bdc21abb48db20, 0x1e86d40000000000}, /* 37 */
    {0x96769950b50d88f4, 0x1314448000000000}, /* 38 */
    {0xbc143fa4e250eb31, 0x17d955a000000000}, /* 39 */
    {0xeb194f8e1ae525fd, 0x5dcfab0800000000}, /* 40 */
};

static const uint64_t small_powers[] = {
    1u,
    10u,
    100u,
    1000u,
    10000u,
    100000u,
    1000000u,
    10000000u,
    100000000u,
    1000000000u,
    10000000000u,
    100000000000u,
    1000000000000u,
    10000000000000u,
    100000000000000u,
    1000000000000000u,
    10000000000000000u,
    100000000000000000u,
    1000000000000000000u,
    10000000000000000000u,
};

/* floor(log2(10^k)) */
static int log2_of_power(int k)
{
    return k * 1741647 >> 19;
}

/* floor(log10(2^q)), or of 3/4 × 2^q */
static int log10_of_binary(int q, bool three_quarters)
{
    return (q * 1262611 - (three_quarters ? 524031 : 0)) >> 22;
}

/* The upper 64 bits of power × factor, the last bit set when anything was cut off. */
static uint64_t multiply_to_odd(struct power_of_ten power, uint64_t factor)
{
    wide low = (wide)power.low * factor;
    wide sum = (wide)power.high * factor + (uint64_t)(low >> 64);
    return (uint64_t)(sum >> 64) | ((uint64_t)sum > 1);
}

struct digits {
    uint64_t digits;
    int exponent; /* value = digits × 10^exponent */
};

/* `value` is positive, normal and between 1e-21 and 1e38. */
static struct digits shortest_digits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint64_t fraction = bits & 0xfffffffffffffu;
    uint64_t mantissa = fraction | (uint64_t)1 << 52;
    int q = (int)(bits >> 52) - 1075;
    bool lower_is_closer = fraction == 0; /* the double below is half a step away */
    uint64_t odd = mantissa & 1;          /* an odd mantissa does not own its interval's ends */

    int k = log10_of_binary(q, lower_is_closer);
    int shift = q + log2_of_power(-k) + 1;
    assert(-k >= FIRST_POWER && -k <= LAST_POWER && shift >= 0 && shift <= 9);
    struct power_of_ten power = powers[-k - FIRST_POWER];
    uint64_t lower = multiply_to_odd(power, (4 * mantissa - 2 + lower_is_closer) << shift) + odd;
    uint64_t middle = multiply_to_odd(power, 4 * mantissa << shift);
    uint64_t upper = multiply_to_odd(power, (4 * mantissa + 2) << shift) - odd;

    uint64_t whole = middle / 4; /* lower, middle and upper count quarters */
    uint64_t tens = whole / 10;
    bool below_inside = lower <= 40 * tens;
    bool above_inside = 40 * tens + 40 <= upper;
    if (below_inside != above_inside)
        return (struct digits){tens + above_inside, k + 1};
    below_inside = lower <= 4 * whole;
    above_inside = 4 * whole + 4 <= upper;
    if (below_inside != above_inside)
        return (struct digits){whole + above_inside, k};
    uint64_t half = 4 * whole + 2;
    bool round_up = middle > half || (middle == half && (whole & 1) != 0);
    return (struct digits){whole + round_up, k};
}

/* A decimal cut to a column: ± integer × 10^zeros + fraction / 10^scale. */
struct scaled {
    uint64_t integer;
    uint64_t fraction;
    int zeros; /* more than 0 only with fraction 0 */
    bool negative;
};

static void scale_digits(struct digits shortest, int scale, struct scaled *scaled)
{
    uint64_t digits = shortest.digits;
    if (shortest.exponent >= 0) {
        scaled->integer = digits;
        scaled->zeros = shortest.exponent;
        return;
    }
    int places = -shortest.exponent;
    if (places > scale) {
        int cut = places - scale;
        if (cut > 19)
            return; /* less than half a unit: at most 18 digits, 20 of them cut */
        uint64_t unit = small_powers[cut];
        uint64_t rest = digits % unit;
        digits = digits / unit + (rest >= unit - rest);
        places = scale;
    }
    scaled->integer = digits / small_powers[places];
    scaled->fraction = digits % small_powers[places] * small_powers[scale - places];
}

static int count_digits(uint64_t number)
{
    int count = 0;
    while (count < 20 && number >= small_powers[count])
        count++;
    return count;
}

/* False when the value does not fit. */
static bool scale_value(double value, int precision, int scale, struct scaled *scaled)
{
    assert(precision >= 1 && precision <= DECIMAL_MAX_PRECISION);
    assert(scale >= 0 && scale <= DECIMAL_MAX_SCALE && scale <= precision);
    double magnitude = fabs(value);
    *scaled = (struct scaled){0};
    if (!(magnitude < 1e38))
        return false;
    if (magnitude < 1e-21)
        return true;
    if (magnitude < 0x1p53 && magnitude == (double)(uint64_t)magnitude)
        scaled->integer = (uint64_t)magnitude;
    else
        scale_digits(shortest_digits(magnitude), scale, scaled);
    scaled->negative = value < 0 && (scaled->integer != 0 || scaled->fraction != 0);
    if (scaled->integer == 0)
        return true;
    /* Most columns have room for any 64-bit number; only the others need a count. */
    int room = precision - scale - scaled->zeros;
    return room >= 20 || count_digits(scaled->integer) <= room;
}

static const char digit_pairs[] =
    "00010203040506070809101112131415161718192021222324252627282930313233"
    "34353637383940414243444546474849505152535455565758596061626364656667"
    "68697071727374757677787980818283848586878889909192939495969798"
    "99";

/* Writes the last `count` digits of a number, with leading zeros. */
static void write_digits(char *text, uint64_t number, int count)
{
    char *at = text + count;
    for (; count >= 2; count -= 2) {
        at -= 2;
        memcpy(at, digit_pairs + 2 * (number % 100), 2);
        number /= 100;
    }
    if (count > 0)
        *text = (char)('0' + number % 10);
}

size_t decimal_format(double value, int precision, int scale, char text[DECIMAL_TEXT_SIZE])
{
    struct scaled scaled;
    if (!scale_value(value, precision, scale, &scaled))
        return 0;
    char *at = text;
    if (scaled.negative)
        *at++ = '-';
    int digits = scaled.integer < 10 ? 1 : count_digits(scaled.integer);
    write_digits(at, scaled.integer, digits);
    at += digits;
    memset(at, '0', (size_t)scaled.zeros);
    at += scaled.zeros;
    if (scale > 0) {
        *at++ = '.';
        write_digits(at, scaled.fraction, scale);
        at += scale;
    }
    *at = '\0';
    return (size_t)(at - text);
}

/* Base-10000 digits of a scaled decimal, most significant first; `weight` is the power of 10000 of
 * the first. Zeros at both ends are dropped. Returns their count. */
static int split_groups(const struct scaled *scaled, int scale, uint16_t groups[], int *weight)
{
    enum { ROOM = 16, POINT = 10 }; /* 40 integer digits before the point */
    uint16_t all[ROOM] = {0};
    int first = POINT;
    if (scaled->zeros == 0) {
        for (uint64_t rest = scaled->integer; rest != 0; rest /= 10000)
            all[--first] = (uint16_t)(rest % 10000);
    } else {
        wide rest = (wide)scaled->integer;
        for (int i = 0; i < scaled->zeros; i++)
            rest *= 10;
        for (; rest != 0; rest /= 10000)
            all[--first] = (uint16_t)(rest % 10000);
    }
    int count = (scale + 3) / 4;
    int last = POINT + count; /* behind the last group */
    if (scaled->fraction != 0) {
        int padding = count * 4 - scale; /* zeros that fill the last group */
        uint64_t unit = small_powers[4 - padding];
        all[last - 1] = (uint16_t)(scaled->fraction % unit * small_powers[padding]);
        uint64_t rest = scaled->fraction / unit;
        for (int i = last - 2; i >= POINT; i--, rest /= 10000)
            all[i] = (uint16_t)(rest % 10000);
    }
    while (first < last && all[first] == 0)
        first++;
    while (last > first && all[last - 1] == 0)
        last--;
    *weight = first == last ? 0 : POINT - 1 - first;
    memcpy(groups, all + first, (size_t)(last - first) * sizeof *groups);
    return last - first;
}

static unsigned char *put_int16(unsigned char *at, unsigned number)
{
    at[0] = (unsigned char)(number >> 8);
    at[1] = (unsigned char)number;
    return at + 2;
}

size_t decimal_format_binary(double value, int precision, int scale,
                             unsigned char binary[DECIMAL_BINARY_SIZE])
{
    struct scaled scaled;
    if (!scale_value(value, precision, scale, &scaled))
        return 0;
    uint16_t groups[16];
    int weight;
    int count = split_groups(&scaled, scale, groups, &weight);
    unsigned char *at = put_int16(binary, (unsigned)count);
    at = put_int16(at, (unsigned)weight & 0xffff);
    at = put_int16(at, scaled.negative ? 0x4000 : 0);
    at = put_int16(at, (unsigned)scale);
    for (int i = 0; i < count; i++)
        at = put_int16(at, groups[i]);
    return (size_t)(at - binary);
}
