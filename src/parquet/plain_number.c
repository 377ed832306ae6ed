#include "parquet/plain_number.h"

#include <math.h>
#include <string.h>

enum { MS_PER_DAY = 86400000, NS_PER_MS = 1000000 };

/* The Julian day of 1970-01-01. */
static const uint64_t JULIAN_1970 = 2440588;

static int64_t floor_divide(int64_t value, int64_t by)
{
    return value / by - (value % by < 0);
}

static int64_t int96_ms(const uint8_t *bytes)
{
    uint64_t nanoseconds;
    uint32_t day;
    memcpy(&nanoseconds, bytes, sizeof nanoseconds);
    memcpy(&day, bytes + sizeof nanoseconds, sizeof day);
    return (int64_t)((day - JULIAN_1970) * MS_PER_DAY + nanoseconds / NS_PER_MS);
}

/* An unscaled decimal as the nearest double. */
static double decimal_value(__int128 unscaled, int scale)
{
    return (double)((long double)unscaled / powl(10.0L, (long double)scale));
}

static __int128 big_endian(const uint8_t *bytes, size_t width)
{
    unsigned __int128 value = (bytes[0] & 0x80) != 0 ? ~(unsigned __int128)0 : 0;
    for (size_t i = 0; i < width; i++)
        value = value << 8 | bytes[i];
    return (__int128)value;
}

/* `expression` brings the stored number x of type `stored` to `result`. */
#define CONVERT(stored, result, expression)           \
    for (size_t i = 0; i < count; i++) {              \
        stored x;                                     \
        memcpy(&x, bytes + i * sizeof x, sizeof x);   \
        result converted = (expression);              \
        memcpy(to + i, &converted, sizeof converted); \
    }                                                 \
    return

void plain_numbers(const struct number_kind *kind, const uint8_t *bytes, size_t count, uint64_t *to)
{
    const int64_t ticks = kind->ticks;
    const int scale = kind->scale;
    switch (kind->source) {
    case NUMBER_DOUBLE:
        memcpy(to, bytes, count * sizeof *to);
        return;
    case NUMBER_TIME:
        if (ticks == 1) {
            memcpy(to, bytes, count * sizeof *to);
            return;
        }
        CONVERT(int64_t, int64_t, floor_divide(x, ticks));
    case NUMBER_DATE:
        CONVERT(int32_t, int64_t, (int64_t)x * MS_PER_DAY);
    case NUMBER_INT96:
        for (size_t i = 0; i < count; i++)
            to[i] = (uint64_t)int96_ms(bytes + i * kind->width);
        return;
    case NUMBER_FLOAT:
        CONVERT(float, double, (double)x);
    case NUMBER_INT32:
        CONVERT(int32_t, double, (double)x);
    case NUMBER_INT64:
        CONVERT(int64_t, double, (double)x);
    case NUMBER_UINT32:
        CONVERT(uint32_t, double, (double)x);
    case NUMBER_UINT64:
        CONVERT(uint64_t, double, (double)x);
    case NUMBER_DECIMAL32:
        CONVERT(int32_t, double, decimal_value(x, scale));
    case NUMBER_DECIMAL64:
        CONVERT(int64_t, double, decimal_value(x, scale));
    case NUMBER_DECIMAL_BYTES:
        for (size_t i = 0; i < count; i++) {
            double value = decimal_value(big_endian(bytes + i * kind->width, kind->width), scale);
            memcpy(to + i, &value, sizeof value);
        }
        return;
    }
}
