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

struct exact_sum {
    exact_int units;
};

#define EXACT_SUM_NULL ((struct exact_sum){EXACT_INT_MIN})

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
    exact_int old = sum->units;
    if (__builtin_expect(old == EXACT_INT_MIN, 0))
        sum->units = units;
    else if (__builtin_expect(old == EXACT_INT_MAX || units == EXACT_INT_MAX ||
                                  __builtin_add_overflow(old, units, &sum->units) ||
                                  sum->units == EXACT_INT_MIN,
                              0))
        sum->units = EXACT_INT_MAX;
}

/* Adds a term; null (NaN) is ignored. */
static inline void exact_sum_add(struct exact_sum *sum, double value, enum exact_sum_unit unit)
{
    if (!measure_is_null(value))
        exact_sum_add_units(sum, exact_units(value, unit));
}

/* Adds another sum of the same unit. */
static inline void exact_sum_merge(struct exact_sum *sum, struct exact_sum other)
{
    if (other.units != EXACT_INT_MIN)
        exact_sum_add_units(sum, other.units);
}

/* The sum as the nearest double; MEASURE_NULL when no term was seen, infinity out of range. */
static inline double exact_sum_value(struct exact_sum sum, enum exact_sum_unit unit)
{
    if (sum.units == EXACT_INT_MIN)
        return MEASURE_NULL;
    if (sum.units == EXACT_INT_MAX)
        return INFINITY;
    return (double)sum.units * ldexp(1, -(int)unit); /* a constant: exact, and no call */
}

#endif
