/* Parquet's hybrid of runs and bit-packed numbers: dictionary indices and definition levels.
 *
 * A sequence of runs, each of either one number repeated or of numbers packed bit by bit; a reader
 * takes as many as it wants at a time, across the borders of runs. Damaged bytes are an error or
 * give wrong numbers, never a read out of bounds. */
#ifndef COSTAGG_PARQUET_RUN_LENGTH_H
#define COSTAGG_PARQUET_RUN_LENGTH_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct run_length {
    const uint8_t *at, *end; /* of what follows the current run */
    unsigned width;          /* bits of a number, 0 … 32 */
    size_t left;             /* numbers left in the current run */
    uint32_t repeated;       /* the run's number */
    const uint8_t *packed;   /* NULL: the number is repeated; else the bytes of a packed run */
    size_t taken;            /* numbers taken from it */
};

/* `bytes` are borrowed. */
MUST_CHECK bool run_length_open(struct run_length *runs, const uint8_t *bytes, size_t length,
                                unsigned width, struct error *error);

/* The number that fills the next `count` places, if one run does and it repeats one; otherwise, or
 * if the bytes are damaged, false. Takes nothing. */
bool run_length_repeats(struct run_length *runs, size_t count, uint32_t *number);

/* Takes `count` indices, each below `bound`. */
MUST_CHECK bool run_length_indices(struct run_length *runs, size_t count, size_t bound, int32_t *to,
                                   struct error *error);

/* Takes `count` indices and looks each up among `bound` values of eight bytes. */
MUST_CHECK bool run_length_values(struct run_length *runs, size_t count, const uint64_t *values,
                                  size_t bound, uint64_t *to, struct error *error);

/* Takes `count` numbers of one bit and writes them as a bitmap, from its bit `first` on; the bits
 * before stay, those behind are lost. There must be room for 8 bytes more than the bits take. Gives
 * how many of them are 1. */
MUST_CHECK bool run_length_bits(struct run_length *runs, size_t count, uint8_t *bitmap,
                                size_t first, size_t *ones, struct error *error);

/* The same for `count` equal bits. */
void run_length_fill_bits(uint8_t *bitmap, size_t first, size_t count, bool bit);

#ifdef __cplusplus
}
#endif
#endif
