/* Numbers of a fixed count of bits, packed without gaps from the lowest bit of the first byte on,
 * as bytes of Parquet hold indices into dictionaries. */
#ifndef COSTAGG_PARQUET_BIT_UNPACK_H
#define COSTAGG_PARQUET_BIT_UNPACK_H

#include <stddef.h>
#include <stdint.h>

enum { BIT_GROUP = 8 }; /* numbers that fill whole bytes, whatever their width */

/* Unpacks `groups` groups of eight numbers of `width` bits, 0 … 32, from groups × width bytes.
 * Nothing beyond `bytes` + `length`, which holds them all, is read. Returns the bits of all numbers
 * together: no number is greater. */
uint32_t bit_unpack(const uint8_t *bytes, size_t length, unsigned width, size_t groups,
                    uint32_t *to);

#endif
