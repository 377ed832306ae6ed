#include "base/byte_buffer.h"

#include <stdlib.h>

void byte_buffer_close(struct byte_buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct byte_buffer){0};
}

void byte_buffer_grow(struct byte_buffer *buffer, size_t length)
{
    buffer->room = (buffer->length + length) * 3 / 2 + 256;
    buffer->bytes = memory_grow(buffer->bytes, buffer->room);
}
