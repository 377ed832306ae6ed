/* Parquet's hybrid of runs and bit-packed groups: how levels and dictionary indices are written.
 *
 * A run of equal values is its length and the value once; values in between are packed, eight to a
 * group. */
#ifndef COSTAGG_PARQUET_RUN_WRITER_H
#define COSTAGG_PARQUET_RUN_WRITER_H

#include "base/byte_buffer.h"

#include <stdint.h>

/* Bits that hold every value up to `greatest`; 0 for 0. */
unsigned run_writer_width(uint32_t greatest);

/* Values of `width` bits, at most 32. */
void run_writer_values(struct byte_buffer *to, const uint32_t *values, size_t count,
                       unsigned width);

/* Definition levels of an optional column, from a bitmap: bit i is whether row `first` + i has a
 * value. `first` is a multiple of 64. */
void run_writer_levels(struct byte_buffer *to, const uint64_t *validity, size_t first,
                       size_t count);

#endif
