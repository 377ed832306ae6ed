#include "base/exact_sum.h"

void exact_sum_add_rare(struct exact_sum *sum, double value, enum exact_sum_unit unit)
{
    if (!measure_is_null(value))
        exact_sum_add_units(sum, exact_units(value, unit));
}

void exact_sum_add_units_rare(struct exact_sum *sum, exact_int units)
{
    exact_sum_add_units(sum, units);
}

/* The upper 63 bits are converted; that some bit below is lost shows in their lowest one, so that
 * the conversion, which rounds to 53 bits, sees a little more than the upper bits. */
double exact_nearest(exact_int units)
{
    exact_unsigned magnitude = units < 0 ? -(exact_unsigned)units : (exact_unsigned)units;
    uint64_t upper = (uint64_t)(magnitude >> 64);
    if (upper == 0 && magnitude >> 63 == 0)
        return (double)(int64_t)units;
    int shift = upper == 0 ? 1 : 65 - __builtin_clzll(upper);
    bool lost = magnitude << (128 - shift) != 0;
    double value = (double)(int64_t)((uint64_t)(magnitude >> shift) | lost);
    uint64_t scale_bits = (uint64_t)(1023 + shift) << 52;
    double scale;
    memcpy(&scale, &scale_bits, sizeof scale);
    return units < 0 ? -value * scale : value * scale;
}
