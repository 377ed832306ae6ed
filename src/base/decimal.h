/* Doubles as SQL NUMERIC.
 *
 * The rule: a double stands for the shortest decimal that reads back as the same double (of
 * several, the one nearest to it), and that decimal is rounded half away from zero at the column's
 * scale. 0.1 is 0.100, not 0.1000000000000000055; 1.0005 at scale 3 is 1.001 although the double
 * lies below the half. Zero has no sign. Nothing is allocated and no locale is asked.
 *
 * Precision is 1 … 38 digits, of which `scale` (0 … 19) follow the point. Null is the caller's
 * business. A value that is not finite or has more digits before the point than precision - scale
 * does not fit; the functions then return 0. */
#ifndef COSTAGG_BASE_DECIMAL_H
#define COSTAGG_BASE_DECIMAL_H

#include <stddef.h>

enum {
    DECIMAL_TEXT_SIZE = 48,   /* sign, 38 digits, point, NUL */
    DECIMAL_BINARY_SIZE = 40, /* 8 bytes and up to 12 base-10000 digits */
    DECIMAL_MAX_PRECISION = 38,
    DECIMAL_MAX_SCALE = 19,
};

/* Writes text as PostgreSQL prints numeric(precision, scale): "-1.500000000000000", all digits of
 * the scale, no exponent; NUL-terminated. Returns its length. */
size_t decimal_format(double value, int precision, int scale, char text[DECIMAL_TEXT_SIZE]);

/* Writes PostgreSQL's binary numeric (big-endian int16: digit count, weight, sign, display scale,
 * then base-10000 digits). Returns its length in bytes. */
size_t decimal_format_binary(double value, int precision, int scale,
                             unsigned char binary[DECIMAL_BINARY_SIZE]);

#endif
