#include "rollup/stored_number.h"

#include "base/decimal.h"
#include "base/measure.h"

#include <math.h>
#include <stdlib.h>

static double round_by_text(double value, int precision, int scale)
{
    char text[DECIMAL_TEXT_SIZE];
    /* What does not fit its column is refused when it is written. */
    return decimal_format(value, precision, scale, text) == 0 ? value : strtod(text, NULL);
}

double stored_number(double value, int precision, int scale)
{
    static const long double powers[] = {1,    1e1L, 1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,
                                         1e8L, 1e9L, 1e10L, 1e11L, 1e12L, 1e13L, 1e14L, 1e15L};
    enum { POWERS = sizeof powers / sizeof powers[0] };
    if (measure_is_null(value) || !isfinite(value) || value == 0)
        return value;
    if (scale >= POWERS)
        return round_by_text(value, precision, scale);
    long double scaled = fabsl((long double)value) * powers[scale];
    /* The shortest form has at most 17 digits, so none of them lies behind the scale. */
    if (scaled >= 1e16L)
        return value;
    /* A double and its shortest form differ by 2^-53 of it at most: only around a half does the
     * form itself have to decide. */
    long double whole = floorl(scaled), rest = scaled - whole;
    if (fabsl(rest - 0.5L) <= scaled * 2e-16L)
        return round_by_text(value, precision, scale);
    long double rounded = (rest > 0.5L ? whole + 1 : whole) / powers[scale];
    return value < 0 ? (double)-rounded : (double)rounded;
}
