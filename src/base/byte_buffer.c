#include "base/byte_buffer.h"

#include <stdlib.h>

void byte_buffer_close(struct byte_buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct byte_buffer){0};
}

/* What grows piece by piece gets half as much again; what is asked for at once gets no more. */
void byte_buffer_grow(struct byte_buffer *buffer, size_t length)
{
    size_t needed = buffer->length + length;
    buffer->room = (buffer->length > 0 ? needed + needed / 2 : needed) + 256;
    buffer->bytes = memory_grow(buffer->bytes, buffer->room);
}
