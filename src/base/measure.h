/* Nullable numbers.
 *
 * A measure is a double in which NaN stands for SQL null: decode refuses NaN in the input, so the
 * two cannot be confused. Zero and absent stay different things. */
#ifndef COSTAGG_BASE_MEASURE_H
#define COSTAGG_BASE_MEASURE_H

#include <stdbool.h>

#define MEASURE_NULL (__builtin_nan(""))

static inline bool measure_is_null(double measure)
{
    return measure != measure;
}

/* SQL max(): nulls are ignored. */
static inline double measure_max(double a, double b)
{
    if (measure_is_null(a))
        return b;
    return b > a ? b : a;
}

/* SQL greatest(): null when either is. */
static inline double measure_greatest(double a, double b)
{
    if (measure_is_null(a) || measure_is_null(b))
        return MEASURE_NULL;
    return b > a ? b : a;
}

/* SQL coalesce() of two. */
static inline double measure_coalesce(double a, double b)
{
    return measure_is_null(a) ? b : a;
}

#endif
