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
    static const double powers[] = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
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
    /* Both are whole numbers below 2^53 here, so the quotient is the double nearest to it. */
    double rounded = (double)(rest > 0.5L ? whole + 1 : whole) / powers[scale];
    return value < 0 ? -rounded : rounded;
}
