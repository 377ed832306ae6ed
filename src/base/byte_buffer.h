/* Bytes that are put together piece by piece. */
#ifndef COSTAGG_BASE_BYTE_BUFFER_H
#define COSTAGG_BASE_BYTE_BUFFER_H

#include "base/arena.h"

#include <stddef.h>
#include <string.h>

struct byte_buffer {
    unsigned char *bytes;
    size_t length;
    size_t room;
};

/* A buffer of zeros is an empty one. */
void byte_buffer_close(struct byte_buffer *buffer);

void byte_buffer_grow(struct byte_buffer *buffer, size_t length);

/* Room for `length` more bytes, at the end; they count once `buffer->length` says so. */
static inline unsigned char *byte_buffer_reserve(struct byte_buffer *buffer, size_t length)
{
    if (length > buffer->room - buffer->length)
        byte_buffer_grow(buffer, length);
    return buffer->bytes + buffer->length;
}

static inline void byte_buffer_append(struct byte_buffer *buffer, const void *bytes, size_t length)
{
    if (length == 0)
        return;
    memcpy(byte_buffer_reserve(buffer, length), bytes, length);
    buffer->length += length;
}

static inline void byte_buffer_put(struct byte_buffer *buffer, unsigned char byte)
{
    *byte_buffer_reserve(buffer, 1) = byte;
    buffer->length++;
}

#endif
