/* Sums that do not depend on the order of their terms.
 *
 * Floating-point addition rounds, so the same rows in another order give another last digit. An
 * exact_sum is a 128-bit integer count of a fixed small unit: each term is rounded to that unit
 * once, on its own, and integers add the same in any order, on any number of threads. Two units:
 *
 *   EXACT_SUM_FINE    2^-74 (5e-23), sums up to 2^53 (9e15): hours, core-seconds, money
 *   EXACT_SUM_COARSE  2^-32 (2e-10), sums up to 2^95 (4e28): byte-seconds
 *
 * A sum knows whether it has seen a value (SQL: the sum of nothing but nulls is null). Null is NaN
 * here as in every measure (base/measure.h). Leaving the range is sticky and reads as infinity,
 * which decode and sinks refuse with an error. */
#ifndef COSTAGG_BASE_EXACT_SUM_H
#define COSTAGG_BASE_EXACT_SUM_H

#include "base/measure.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum exact_sum_unit { EXACT_SUM_FINE = 74, EXACT_SUM_COARSE = 32 };

/* The standard has no name for it. */
__extension__ typedef __int128 exact_int;
__extension__ typedef unsigned __int128 exact_unsigned;

#define EXACT_INT_MAX ((exact_int)(~(exact_unsigned)0 >> 1)) /* out of range, for good */
#define EXACT_INT_MIN (-EXACT_INT_MAX - 1)                   /* no sum seen yet */

/* In halves, because compilers carry whole ones to vector registers and back, and wait. */
struct exact_sum {
    uint64_t lower;
    uint64_t upper;
};

#define EXACT_SUM_NULL ((struct exact_sum){0, (uint64_t)1 << 63})

static inline exact_int exact_sum_units(struct exact_sum sum)
{
    return (exact_int)((exact_unsigned)sum.upper << 64 | sum.lower);
}

static inline struct exact_sum exact_sum_of_units(exact_int units)
{
    return (struct exact_sum){(uint64_t)units, (uint64_t)((exact_unsigned)units >> 64)};
}

/* The term in units, rounded half away from zero; EXACT_INT_MAX when out of range. */
static inline exact_int exact_units(double value, enum exact_sum_unit unit)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    int exponent = (int)(bits >> 52 & 0x7ff);
    int shift = exponent - 1075 + (int)unit;
    int64_t mantissa = (int64_t)((bits & 0xfffffffffffffu) | (uint64_t)(exponent != 0) << 52);
    exact_int magnitude;
    if (__builtin_expect(shift >= 0, 1)) {
        if (__builtin_expect(shift > 73, 0))
            return EXACT_INT_MAX;
        magnitude = (exact_int)mantissa << shift;
    } else {
        if (shift < -54)
            return 0;
        magnitude = (exact_int)((mantissa + ((int64_t)1 << (-shift - 1))) >> -shift);
    }
    return (int64_t)bits < 0 ? -magnitude : magnitude;
}

static inline void exact_sum_add_units(struct exact_sum *sum, exact_int units)
{
    exact_int old = exact_sum_units(*sum), new;
    if (old == EXACT_INT_MIN)
        new = units;
    else if (old == EXACT_INT_MAX || units == EXACT_INT_MAX ||
             __builtin_add_overflow(old, units, &new) || new == EXACT_INT_MIN)
        new = EXACT_INT_MAX;
    *sum = exact_sum_of_units(new);
}

/* The units of a usual term: positive, at least 2^52 units, so that nothing is rounded, and less
 * than 2^116. The bits of nulls, zeros and negative numbers give a shift beyond 63, as too small
 * and too large ones do: false for all of them. */
static inline bool exact_units_usual(double value, enum exact_sum_unit unit, exact_int *units)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint64_t shift = (bits >> 52) - (uint64_t)(1075 - (int)unit);
    uint64_t mantissa = (bits & 0xfffffffffffffu) | (uint64_t)1 << 52;
    uint64_t power = (uint64_t)1 << (shift & 63); /* a product is faster than a wide shift */
    *units = (exact_int)((exact_unsigned)mantissa * power);
    return __builtin_expect(shift <= 63, 1);
}

/* What exact_sum_add_usual() does with sums near the ends of the range. */
void exact_sum_add_units_rare(struct exact_sum *sum, exact_int units);

/* Adds units of a usual term: to a sum in the middle half of the range, at once. */
static inline void exact_sum_add_usual(struct exact_sum *sum, exact_int units)
{
    const uint64_t quarter = (uint64_t)1 << 62;
    uint64_t upper = sum->upper, lower = sum->lower + (uint64_t)units;
    if (upper == 2 * quarter && sum->lower == 0) /* null */
        upper = 0;
    if (__builtin_expect(upper + quarter < 2 * quarter, 1)) {
        sum->upper = upper + (uint64_t)(units >> 64) + (lower < sum->lower);
        sum->lower = lower;
    } else {
        exact_sum_add_units_rare(sum, units);
    }
}

/* What exact_sum_add() does with other terms. */
void exact_sum_add_rare(struct exact_sum *sum, double value, enum exact_sum_unit unit);

/* Adds a term; null (NaN) is ignored. */
static inline void exact_sum_add(struct exact_sum *sum, double value, enum exact_sum_unit unit)
{
    exact_int units;
    if (exact_units_usual(value, unit, &units))
        exact_sum_add_usual(sum, units);
    else
        exact_sum_add_rare(sum, value, unit);
}

/* Adds another sum of the same unit. */
static inline void exact_sum_merge(struct exact_sum *sum, struct exact_sum other)
{
    if (exact_sum_units(other) != EXACT_INT_MIN)
        exact_sum_add_units(sum, exact_sum_units(other));
}

/* The nearest double, ties to even. */
double exact_nearest(exact_int units);

/* The sum as the nearest double; MEASURE_NULL when no term was seen, infinity out of range. */
static inline double exact_sum_value(struct exact_sum sum, enum exact_sum_unit unit)
{
    exact_int units = exact_sum_units(sum);
    if (units == EXACT_INT_MIN)
        return MEASURE_NULL;
    if (units == EXACT_INT_MAX)
        return INFINITY;
    return exact_nearest(units) * ldexp(1, -(int)unit); /* a constant: exact, and no call */
}

#endif
