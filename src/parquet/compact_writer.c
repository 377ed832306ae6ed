#include "parquet/compact_writer.h"

#include <assert.h>

struct compact_writer compact_writer_start(struct byte_buffer *to)
{
    return (struct compact_writer){.to = to};
}

void compact_writer_varint(struct byte_buffer *to, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        byte_buffer_put(to, (unsigned char)(value | 0x80));
    byte_buffer_put(to, (unsigned char)value);
}

/* Negative numbers become odd ones, so that small ones stay short. */
static void put_signed(struct byte_buffer *to, int64_t value)
{
    compact_writer_varint(to, (uint64_t)value << 1 ^ (uint64_t)(value >> 63));
}

static void put_field(struct compact_writer *writer, int field, enum compact_type type)
{
    int *last = &writer->last[writer->depth], step = field - *last;
    assert(step > 0);
    if (step <= 15) {
        byte_buffer_put(writer->to, (unsigned char)(step << 4 | (int)type));
    } else {
        byte_buffer_put(writer->to, (unsigned char)type);
        put_signed(writer->to, field);
    }
    *last = field;
}

void compact_writer_integer(struct compact_writer *writer, int field, enum compact_type type,
                            int64_t value)
{
    put_field(writer, field, type);
    put_signed(writer->to, value);
}

void compact_writer_bool(struct compact_writer *writer, int field, bool value)
{
    put_field(writer, field, value ? COMPACT_TRUE : COMPACT_FALSE);
}

void compact_writer_binary_element(struct compact_writer *writer, const void *bytes, size_t length)
{
    compact_writer_varint(writer->to, length);
    byte_buffer_append(writer->to, bytes, length);
}

void compact_writer_binary(struct compact_writer *writer, int field, const void *bytes,
                           size_t length)
{
    put_field(writer, field, COMPACT_BINARY);
    compact_writer_binary_element(writer, bytes, length);
}

void compact_writer_struct_element(struct compact_writer *writer)
{
    assert(writer->depth + 1 < COMPACT_DEPTH);
    writer->last[++writer->depth] = 0;
}

void compact_writer_struct(struct compact_writer *writer, int field)
{
    put_field(writer, field, COMPACT_STRUCT);
    compact_writer_struct_element(writer);
}

void compact_writer_list(struct compact_writer *writer, int field, enum compact_type of,
                         size_t count)
{
    enum { SHORT = 15 };
    put_field(writer, field, COMPACT_LIST);
    if (count < SHORT) {
        byte_buffer_put(writer->to, (unsigned char)(count << 4 | (unsigned)of));
    } else {
        byte_buffer_put(writer->to, (unsigned char)(SHORT << 4 | (int)of));
        compact_writer_varint(writer->to, count);
    }
}

void compact_writer_integer_element(struct compact_writer *writer, int64_t value)
{
    put_signed(writer->to, value);
}

void compact_writer_end(struct compact_writer *writer)
{
    byte_buffer_put(writer->to, COMPACT_STOP);
    writer->depth--;
}
