/* Thrift's compact protocol, as Parquet's footers and page headers are written in.
 *
 * A struct is a list of numbered fields, in ascending order of their numbers:
 *
 *     struct compact_writer writer = compact_writer_start(&buffer);
 *     compact_writer_integer(&writer, 1, COMPACT_I32, 42);
 *     compact_writer_struct(&writer, 5);       ... the fields of the inner struct
 *     compact_writer_end(&writer);             ... ends the inner
 *     compact_writer_end(&writer);             ... ends the outer
 *
 * Elements of a list come without a number: compact_writer_list(), then the ..._element functions,
 * as many as the list announced. */
#ifndef COSTAGG_PARQUET_COMPACT_WRITER_H
#define COSTAGG_PARQUET_COMPACT_WRITER_H

#include "base/byte_buffer.h"
#include "parquet/compact_type.h"

#include <stdbool.h>
#include <stdint.h>

enum { COMPACT_DEPTH = 8 };

struct compact_writer {
    struct byte_buffer *to;
    int last[COMPACT_DEPTH]; /* field written last, of every struct that is open */
    int depth;
};

/* Opens the outermost struct. */
struct compact_writer compact_writer_start(struct byte_buffer *to);

void compact_writer_integer(struct compact_writer *writer, int field, enum compact_type type,
                            int64_t value);
void compact_writer_bool(struct compact_writer *writer, int field, bool value);
void compact_writer_binary(struct compact_writer *writer, int field, const void *bytes,
                           size_t length);
void compact_writer_struct(struct compact_writer *writer, int field);
void compact_writer_list(struct compact_writer *writer, int field, enum compact_type of,
                         size_t count);

void compact_writer_integer_element(struct compact_writer *writer, int64_t value);
void compact_writer_binary_element(struct compact_writer *writer, const void *bytes, size_t length);
void compact_writer_struct_element(struct compact_writer *writer);

/* Ends the struct opened last. */
void compact_writer_end(struct compact_writer *writer);

/* An unsigned number in groups of seven bits, the lowest first. */
void compact_writer_varint(struct byte_buffer *to, uint64_t value);

#endif
