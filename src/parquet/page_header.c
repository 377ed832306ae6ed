#include "parquet/page_header.h"

#include "parquet/compact_type.h"

enum { DEEPEST_STRUCT = 16 };

/* Once something went wrong, reading goes on with zeros, which end every struct. */
struct thrift {
    const uint8_t *at, *end;
    enum page_header_outcome outcome;
};

struct field {
    int type;
    int id;
};

static void give_up(struct thrift *thrift, enum page_header_outcome outcome)
{
    if (thrift->outcome == PAGE_HEADER_READ)
        thrift->outcome = outcome;
    thrift->at = thrift->end;
}

static uint8_t read_byte(struct thrift *thrift)
{
    if (thrift->at == thrift->end) {
        give_up(thrift, PAGE_HEADER_SHORT);
        return 0;
    }
    return *thrift->at++;
}

static uint64_t read_varint(struct thrift *thrift)
{
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        uint8_t byte = read_byte(thrift);
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    give_up(thrift, PAGE_HEADER_DAMAGED);
    return 0;
}

static int64_t read_number(struct thrift *thrift)
{
    uint64_t zigzag = read_varint(thrift);
    return (int64_t)(zigzag >> 1 ^ -(zigzag & 1));
}

/* The next field of a struct, after `*field`; false at the end of the struct. */
static bool next_field(struct thrift *thrift, struct field *field)
{
    uint8_t byte = read_byte(thrift);
    field->type = byte & 0x0f;
    if (field->type == COMPACT_STOP)
        return false;
    if (byte >> 4 != 0)
        field->id += byte >> 4;
    else
        field->id = (int16_t)read_number(thrift);
    return true;
}

static void pass_over_bytes(struct thrift *thrift, uint64_t count)
{
    if (count > (size_t)(thrift->end - thrift->at))
        give_up(thrift, PAGE_HEADER_SHORT);
    else
        thrift->at += count;
}

static void pass_over(struct thrift *thrift, int type, int depth);

static void pass_over_struct(struct thrift *thrift, int depth)
{
    struct field field = {0};
    while (next_field(thrift, &field))
        pass_over(thrift, field.type, depth);
}

/* Elements of a list, a set or a map; a boolean takes a byte there. */
static void pass_over_elements(struct thrift *thrift, uint64_t count, int type, int depth)
{
    for (uint64_t i = 0; i < count && thrift->outcome == PAGE_HEADER_READ; i++)
        pass_over(thrift, type == COMPACT_TRUE || type == COMPACT_FALSE ? COMPACT_BYTE : type,
                  depth);
}

static void pass_over_list(struct thrift *thrift, int depth)
{
    uint8_t byte = read_byte(thrift);
    uint64_t count = byte >> 4 == 15 ? read_varint(thrift) : byte >> 4;
    pass_over_elements(thrift, count, byte & 0x0f, depth);
}

static void pass_over_map(struct thrift *thrift, int depth)
{
    uint64_t count = read_varint(thrift);
    uint8_t types = count == 0 ? 0 : read_byte(thrift);
    for (uint64_t i = 0; i < count && thrift->outcome == PAGE_HEADER_READ; i++) {
        pass_over_elements(thrift, 1, types >> 4, depth);
        pass_over_elements(thrift, 1, types & 0x0f, depth);
    }
}

static void pass_over(struct thrift *thrift, int type, int depth)
{
    if (depth == DEEPEST_STRUCT) {
        give_up(thrift, PAGE_HEADER_DAMAGED);
        return;
    }
    switch (type) {
    case COMPACT_TRUE:
    case COMPACT_FALSE:
        return;
    case COMPACT_BYTE:
        read_byte(thrift);
        return;
    case COMPACT_I16:
    case COMPACT_I32:
    case COMPACT_I64:
        read_varint(thrift);
        return;
    case COMPACT_DOUBLE:
        pass_over_bytes(thrift, 8);
        return;
    case COMPACT_BINARY:
        pass_over_bytes(thrift, read_varint(thrift));
        return;
    case COMPACT_LIST:
    case COMPACT_SET:
        pass_over_list(thrift, depth + 1);
        return;
    case COMPACT_MAP:
        pass_over_map(thrift, depth + 1);
        return;
    case COMPACT_STRUCT:
        pass_over_struct(thrift, depth + 1);
        return;
    default:
        give_up(thrift, PAGE_HEADER_DAMAGED);
    }
}

/* A 32-bit number that must not be negative. */
static void read_count(struct thrift *thrift, int type, int32_t *count)
{
    int64_t value = type == COMPACT_I32 ? read_number(thrift) : -1;
    if (value < 0 || value > INT32_MAX)
        give_up(thrift, PAGE_HEADER_DAMAGED);
    else
        *count = (int32_t)value;
}

/* The struct in the field of a page's own kind: `counts` are the targets of its 32-bit fields, from
 * field 1 on; others are passed over. */
static void read_counts(struct thrift *thrift, int type, int32_t *const *counts, int count,
                        struct page_header *header)
{
    if (type != COMPACT_STRUCT) {
        give_up(thrift, PAGE_HEADER_DAMAGED);
        return;
    }
    struct field field = {0};
    while (next_field(thrift, &field)) {
        if (field.id >= 1 && field.id <= count && counts[field.id - 1] != NULL)
            read_count(thrift, field.type, counts[field.id - 1]);
        else if (header->type == PAGE_DATA_V2 && field.id == 7)
            header->values_packed = field.type == COMPACT_TRUE;
        else
            pass_over(thrift, field.type, 0);
    }
}

static void read_kind(struct thrift *thrift, struct field field, struct page_header *header)
{
    int32_t *const data[] = {&header->values, &header->encoding, &header->level_encoding};
    int32_t *const dictionary[] = {&header->values, &header->encoding};
    int32_t *const data_v2[] = {
        &header->values,          NULL, NULL, &header->encoding, &header->definition_bytes,
        &header->repetition_bytes};
    if (field.id == 5 && header->type == PAGE_DATA)
        read_counts(thrift, field.type, data, 3, header);
    else if (field.id == 7 && header->type == PAGE_DICTIONARY)
        read_counts(thrift, field.type, dictionary, 2, header);
    else if (field.id == 8 && header->type == PAGE_DATA_V2)
        read_counts(thrift, field.type, data_v2, 6, header);
    else
        pass_over(thrift, field.type, 0);
}

/* What the fields say together; a field that is missing stands at -1. */
static bool is_complete(const struct page_header *header)
{
    if (header->type < 0 || header->packed < 0 || header->unpacked < 0)
        return false;
    if (header->type != PAGE_DATA && header->type != PAGE_DATA_V2 &&
        header->type != PAGE_DICTIONARY)
        return true;
    if (header->values < 0 || header->encoding < 0)
        return false;
    if (header->type != PAGE_DATA_V2)
        return header->type == PAGE_DICTIONARY || header->level_encoding >= 0;
    if (header->definition_bytes < 0 || header->repetition_bytes < 0)
        return false;
    int64_t levels = (int64_t)header->definition_bytes + header->repetition_bytes;
    return levels <= header->packed && levels <= header->unpacked;
}

enum page_header_outcome page_header_read(const uint8_t *bytes, size_t available,
                                          struct page_header *header, size_t *length)
{
    struct thrift thrift = {bytes, bytes + available, PAGE_HEADER_READ};
    *header = (struct page_header){.type = -1,
                                   .packed = -1,
                                   .unpacked = -1,
                                   .values = -1,
                                   .encoding = -1,
                                   .level_encoding = -1,
                                   .definition_bytes = -1,
                                   .repetition_bytes = -1,
                                   .values_packed = true};
    struct field field = {0};
    while (next_field(&thrift, &field)) {
        if (field.id == 1)
            read_count(&thrift, field.type, &header->type);
        else if (field.id == 2)
            read_count(&thrift, field.type, &header->unpacked);
        else if (field.id == 3)
            read_count(&thrift, field.type, &header->packed);
        else
            read_kind(&thrift, field, header);
    }
    *length = (size_t)(thrift.at - bytes);
    if (thrift.outcome == PAGE_HEADER_READ && !is_complete(header))
        return PAGE_HEADER_DAMAGED;
    return thrift.outcome;
}
