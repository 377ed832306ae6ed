/* Times and measures as Parquet stores them, brought to milliseconds and doubles. */
#ifndef COSTAGG_PARQUET_PLAIN_NUMBER_H
#define COSTAGG_PARQUET_PLAIN_NUMBER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum number_source {
    /* to milliseconds since 1970 (int64_t) */
    NUMBER_TIME,  /* 64-bit ticks; floored */
    NUMBER_DATE,  /* 32-bit days */
    NUMBER_INT96, /* nanoseconds of a Julian day, 12 bytes: what Hive and older Spark write */
    /* to double */
    NUMBER_DOUBLE,
    NUMBER_FLOAT,
    NUMBER_INT32,
    NUMBER_INT64,
    NUMBER_UINT32,
    NUMBER_UINT64,
    NUMBER_DECIMAL32, /* unscaled numbers of 32 and 64 bits, */
    NUMBER_DECIMAL64,
    NUMBER_DECIMAL_BYTES /* or of any width up to 16 bytes, big-endian */
};

struct number_kind {
    enum number_source source;
    size_t width;  /* bytes of a stored number */
    int64_t ticks; /* NUMBER_TIME: in a millisecond */
    int scale;     /* of a decimal */
};

/* Brings `count` stored numbers, without gaps from `bytes` on, to eight bytes each. */
void plain_numbers(const struct number_kind *kind, const uint8_t *bytes, size_t count,
                   uint64_t *to);

#ifdef __cplusplus
}
#endif
#endif
