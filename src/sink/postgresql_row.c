#include "sink/postgresql_row.h"

#include "base/arena.h"
#include "base/decimal.h"
#include "base/measure.h"
#include "base/uuid.h"
#include "sink/postgresql_table.h"
#include "sink/row_check.h"
#include "sink/row_value.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Oids of the built-in types, the same in every server. */
enum {
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_JSON = 114,
    OID_FLOAT8 = 701,
    OID_TEXT_ARRAY = 1009,
    OID_VARCHAR_ARRAY = 1015,
    OID_VARCHAR = 1043,
    OID_DATE = 1082,
    OID_NUMERIC = 1700,
    OID_UUID = 2950,
    OID_JSONB = 3802,
};

enum { DAYS_TO_2000 = 10957, TYPMOD_HEADER = 4 };

static const struct {
    enum column_kind kind;
    uint32_t type;
    enum postgresql_form form;
} forms[] = {
    {COLUMN_TEXT, OID_VARCHAR, POSTGRESQL_TEXT},
    {COLUMN_TEXT, OID_TEXT, POSTGRESQL_TEXT},
    {COLUMN_JSON, OID_JSONB, POSTGRESQL_JSONB},
    {COLUMN_JSON, OID_JSON, POSTGRESQL_TEXT},
    {COLUMN_JSON, OID_TEXT, POSTGRESQL_TEXT},
    {COLUMN_TEXT_ARRAY, OID_TEXT_ARRAY, POSTGRESQL_ARRAY},
    {COLUMN_TEXT_ARRAY, OID_VARCHAR_ARRAY, POSTGRESQL_ARRAY},
    {COLUMN_UUIDTEXT, OID_UUID, POSTGRESQL_UUID},
    {COLUMN_UUIDTEXT, OID_TEXT, POSTGRESQL_TEXT},
    {COLUMN_UUIDTEXT, OID_VARCHAR, POSTGRESQL_TEXT},
    {COLUMN_UUID, OID_UUID, POSTGRESQL_UUID},
    {COLUMN_NUMERIC, OID_NUMERIC, POSTGRESQL_NUMERIC},
    {COLUMN_NUMERIC, OID_FLOAT8, POSTGRESQL_FLOAT8},
    {COLUMN_INTEGER, OID_INT4, POSTGRESQL_INT4},
    {COLUMN_INTEGER, OID_INT8, POSTGRESQL_INT8},
    {COLUMN_INTEGER, OID_INT2, POSTGRESQL_INT2},
    {COLUMN_DAY, OID_DATE, POSTGRESQL_DATE},
};

/* numeric's precision and scale of the server's column; our own where it sets none. */
static void read_numeric(const struct postgresql_column *from, struct postgresql_field *field)
{
    field->precision = field->column->width;
    field->scale = field->column->scale;
    if (from->type != OID_NUMERIC)
        return;
    if (from->modifier >= TYPMOD_HEADER) {
        field->precision = (from->modifier - TYPMOD_HEADER) >> 16 & 0xffff;
        field->scale = (from->modifier - TYPMOD_HEADER) & 0x7ff;
    } else {
        field->precision = DECIMAL_MAX_PRECISION;
    }
    if (field->scale > DECIMAL_MAX_SCALE) { /* the server fills up with zeros */
        field->precision -= field->scale - DECIMAL_MAX_SCALE;
        field->scale = DECIMAL_MAX_SCALE;
    }
    if (field->precision > DECIMAL_MAX_PRECISION)
        field->precision = DECIMAL_MAX_PRECISION;
}

static bool fits_decimal(const struct postgresql_field *field)
{
    return field->precision >= 1 && field->scale <= field->precision;
}

static void choose_form(const struct postgresql_column *from, struct postgresql_field *field)
{
    field->column = from->column;
    field->type = from->type;
    field->form = POSTGRESQL_UNKNOWN;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (forms[i].kind == from->column->kind && forms[i].type == from->type)
            field->form = forms[i].form;
    if ((from->type == OID_VARCHAR || from->type == OID_VARCHAR_ARRAY) &&
        from->modifier >= TYPMOD_HEADER)
        field->width = (uint32_t)(from->modifier - TYPMOD_HEADER);
    if (from->column->kind == COLUMN_NUMERIC) {
        read_numeric(from, field);
        if (!fits_decimal(field)) { /* numeric(2,5), numeric(3,-2): the server rounds */
            field->form = POSTGRESQL_UNKNOWN;
            field->precision = DECIMAL_MAX_PRECISION;
            field->scale = DECIMAL_MAX_SCALE;
        }
    }
}

static void free_buffer(void *resource)
{
    free(((struct postgresql_buffer *)resource)->bytes);
}

void postgresql_buffer_init(struct postgresql_buffer *buffer, struct arena *arena)
{
    *buffer = (struct postgresql_buffer){0};
    arena_on_close(arena, free_buffer, buffer);
}

void postgresql_encoder_init(struct postgresql_encoder *encoder,
                             const struct postgresql_table *table, struct arena *arena)
{
    *encoder = (struct postgresql_encoder){.field_count = table->column_count, .binary = true};
    encoder->fields = arena_alloc_array(arena, table->column_count, sizeof *encoder->fields);
    for (size_t i = 0; i < table->column_count; i++) {
        choose_form(&table->columns[i], &encoder->fields[i]);
        encoder->binary &= encoder->fields[i].form != POSTGRESQL_UNKNOWN;
    }
    postgresql_buffer_init(&encoder->scratch, arena);
}

/* ---- bytes ---- */

static char *reserve(struct postgresql_buffer *buffer, size_t bytes)
{
    if (bytes > buffer->capacity - buffer->used) {
        buffer->capacity = (buffer->capacity + bytes) * 2;
        buffer->bytes = memory_grow(buffer->bytes, buffer->capacity);
    }
    return buffer->bytes + buffer->used;
}

static void put(struct postgresql_buffer *buffer, const void *bytes, size_t length)
{
    memcpy(reserve(buffer, length), bytes, length);
    buffer->used += length;
}

static void put_int32(struct postgresql_buffer *buffer, uint32_t number)
{
    number = __builtin_bswap32(number);
    put(buffer, &number, sizeof number);
}

static void put_field(struct postgresql_buffer *buffer, const void *bytes, size_t length)
{
    put_int32(buffer, (uint32_t)length);
    put(buffer, bytes, length);
}

static void put_null(struct postgresql_buffer *buffer)
{
    put_int32(buffer, UINT32_MAX);
}

const char *postgresql_field_next(const char *at, const char **bytes, int *length)
{
    uint32_t size;
    memcpy(&size, at, sizeof size);
    *length = (int)__builtin_bswap32(size);
    at += sizeof size;
    *bytes = *length < 0 ? NULL : at;
    return *length < 0 ? at : at + *length;
}

/* ---- texts ---- */

/* Copies text, U+0000 as U+FFFD. */
static void put_without_nul(struct postgresql_encoder *encoder, struct postgresql_buffer *buffer,
                            struct text text)
{
    const char *at = text.bytes, *end = text.bytes + text.length, *nul;
    while (at < end && (nul = memchr(at, '\0', (size_t)(end - at))) != NULL) {
        put(buffer, at, (size_t)(nul - at));
        put(buffer, "\xef\xbf\xbd", 3);
        encoder->replaced_nuls++;
        at = nul + 1;
    }
    put(buffer, at, (size_t)(end - at));
}

/* Copies JSON, the escape of U+0000 as that of U+FFFD; a backslash may itself be escaped. */
static void put_json(struct postgresql_encoder *encoder, struct postgresql_buffer *buffer,
                     struct text text)
{
    size_t start = buffer->used;
    put_without_nul(encoder, buffer, text);
    if (memmem(text.bytes, text.length, "\\u0000", 6) == NULL)
        return;
    char *end = buffer->bytes + buffer->used;
    for (char *at = buffer->bytes + start; at < end; at++) {
        if (*at != '\\')
            continue;
        if (end - at >= 6 && memcmp(at, "\\u0000", 6) == 0) {
            memcpy(at, "\\ufffd", 6);
            encoder->replaced_nuls++;
        }
        at++; /* over what is escaped */
    }
}

static uint32_t count_characters(struct text text)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < text.length; i++)
        count += ((unsigned char)text.bytes[i] & 0xc0) != 0x80;
    return count;
}

static bool check_width(const struct postgresql_field *field, const struct row_batch *batch,
                        size_t row, struct text text, struct error *error)
{
    if (field->width == 0 || text.length <= field->width)
        return true;
    uint32_t characters = count_characters(text);
    if (characters <= field->width)
        return true;
    return row_check_fail(batch, row, field->column, error,
                          "has %u characters, the column takes %u: %.60s…", characters,
                          field->width, text.bytes);
}

static void close_field(struct postgresql_buffer *buffer, size_t start)
{
    uint32_t length = __builtin_bswap32((uint32_t)(buffer->used - start - 4));
    memcpy(buffer->bytes + start, &length, sizeof length);
}

/* ---- arrays of texts, kept as JSON in rows ---- */

static bool load_array(const struct postgresql_field *field, const struct row_batch *batch,
                       size_t row, struct text text, json_t **array, struct error *error)
{
    json_error_t ignored;
    *array = json_loadb(text.bytes, text.length, JSON_ALLOW_NUL, &ignored);
    bool good = json_is_array(*array);
    for (size_t i = 0; good && i < json_array_size(*array); i++) {
        const json_t *item = json_array_get(*array, i);
        good = json_is_null(item) || json_is_string(item);
        struct text string = {json_string_value(item), (uint32_t)json_string_length(item)};
        if (good && json_is_string(item) && !check_width(field, batch, row, string, error)) {
            json_decref(*array);
            return false;
        }
    }
    if (good)
        return true;
    json_decref(*array);
    return row_check_fail(batch, row, field->column, error, "is no JSON array of texts: %.60s",
                          text.bytes);
}

static struct text array_text(const json_t *item)
{
    return (struct text){json_string_value(item), (uint32_t)json_string_length(item)};
}

static void put_array_binary(struct postgresql_encoder *encoder,
                             const struct postgresql_field *field, const json_t *array,
                             struct postgresql_buffer *buffer)
{
    size_t count = json_array_size(array);
    bool has_null = false;
    for (size_t i = 0; i < count; i++)
        has_null |= json_is_null(json_array_get(array, i));
    put_int32(buffer, count > 0); /* dimensions */
    put_int32(buffer, has_null);
    put_int32(buffer, field->type == OID_VARCHAR_ARRAY ? OID_VARCHAR : OID_TEXT);
    if (count == 0)
        return;
    put_int32(buffer, (uint32_t)count);
    put_int32(buffer, 1); /* first index */
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(array, i);
        if (json_is_null(item)) {
            put_null(buffer);
            continue;
        }
        size_t start = buffer->used;
        put_int32(buffer, 0);
        put_without_nul(encoder, buffer, array_text(item));
        close_field(buffer, start);
    }
}

/* {"a","b\"c",NULL} */
static void put_array_literal(struct postgresql_encoder *encoder, const json_t *array,
                              struct postgresql_buffer *buffer)
{
    put(buffer, "{", 1);
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        if (i > 0)
            put(buffer, ",", 1);
        if (json_is_null(item)) {
            put(buffer, "NULL", 4);
            continue;
        }
        struct text text = array_text(item);
        put(buffer, "\"", 1);
        for (uint32_t n = 0; n < text.length; n++) {
            if (text.bytes[n] == '"' || text.bytes[n] == '\\')
                put(buffer, "\\", 1);
            put_without_nul(encoder, buffer, (struct text){text.bytes + n, 1});
        }
        put(buffer, "\"", 1);
    }
    put(buffer, "}", 1);
}

static bool put_array(struct postgresql_encoder *encoder, const struct postgresql_field *field,
                      const struct row_batch *batch, size_t row, struct text text,
                      struct postgresql_buffer *buffer, struct error *error)
{
    json_t *array;
    TRY(load_array(field, batch, row, text, &array, error));
    size_t start = buffer->used;
    put_int32(buffer, 0);
    if (encoder->binary)
        put_array_binary(encoder, field, array, buffer);
    else
        put_array_literal(encoder, array, buffer);
    close_field(buffer, start);
    json_decref(array);
    return true;
}

/* ---- fields ---- */

static bool put_text(struct postgresql_encoder *encoder, const struct postgresql_field *field,
                     const struct row_batch *batch, size_t row, struct postgresql_buffer *buffer,
                     struct error *error)
{
    uint32_t id = row_value_id(field->column, row_value_row(batch, row));
    struct text text = text_pool_borrow(batch->texts, id);
    if (text.bytes == NULL) {
        put_null(buffer);
        return true;
    }
    if (field->column->kind == COLUMN_TEXT_ARRAY)
        return put_array(encoder, field, batch, row, text, buffer, error);
    TRY(check_width(field, batch, row, text, error));
    if (field->form == POSTGRESQL_UUID && encoder->binary) {
        unsigned char uuid[UUID_SIZE];
        if (!uuid_parse(text.bytes, text.length, uuid))
            return row_check_fail(batch, row, field->column, error, "is no uuid: %.60s",
                                  text.bytes);
        put_field(buffer, uuid, sizeof uuid);
        return true;
    }
    size_t start = buffer->used;
    put_int32(buffer, 0);
    if (field->form == POSTGRESQL_JSONB && encoder->binary)
        put(buffer, "\1", 1);
    if (field->column->kind == COLUMN_JSON)
        put_json(encoder, buffer, text);
    else
        put_without_nul(encoder, buffer, text);
    close_field(buffer, start);
    return true;
}

static bool put_number(const struct postgresql_encoder *encoder,
                       const struct postgresql_field *field, const struct row_batch *batch,
                       size_t row, struct postgresql_buffer *buffer, struct error *error)
{
    double value = row_value_number(field->column, row_value_row(batch, row));
    if (measure_is_null(value)) {
        put_null(buffer);
        return true;
    }
    if (field->form == POSTGRESQL_FLOAT8 && encoder->binary) {
        uint64_t bits;
        memcpy(&bits, &value, sizeof bits);
        bits = __builtin_bswap64(bits);
        put_field(buffer, &bits, sizeof bits);
        return true;
    }
    if (field->form == POSTGRESQL_FLOAT8) {
        char text[40];
        int length = snprintf(text, sizeof text, "%.17g", value);
        put_field(buffer, text, (size_t)length);
        return true;
    }
    char *at = reserve(buffer, 4 + DECIMAL_TEXT_SIZE) + 4;
    size_t length = encoder->binary ? decimal_format_binary(value, field->precision, field->scale,
                                                            (unsigned char *)at)
                                    : decimal_format(value, field->precision, field->scale, at);
    if (length == 0)
        return row_check_fail(batch, row, field->column, error,
                              "is %g, too large for numeric(%d,%d)", value, field->precision,
                              field->scale);
    uint32_t size = __builtin_bswap32((uint32_t)length);
    memcpy(at - 4, &size, sizeof size);
    buffer->used += 4 + length;
    return true;
}

static bool put_integer(const struct postgresql_encoder *encoder,
                        const struct postgresql_field *field, const struct row_batch *batch,
                        size_t row, struct postgresql_buffer *buffer, struct error *error)
{
    int32_t value = row_value_integer(field->column, row_value_row(batch, row));
    if (value == INTEGER_NULL) {
        put_null(buffer);
    } else if (!encoder->binary) {
        char text[16];
        int length = snprintf(text, sizeof text, "%d", value);
        put_field(buffer, text, (size_t)length);
    } else if (field->form == POSTGRESQL_INT8) {
        uint64_t wide = __builtin_bswap64((uint64_t)(int64_t)value);
        put_field(buffer, &wide, sizeof wide);
    } else if (field->form == POSTGRESQL_INT2) {
        if (value < INT16_MIN || value > INT16_MAX)
            return row_check_fail(batch, row, field->column, error, "is %d, too large for smallint",
                                  value);
        uint16_t narrow = __builtin_bswap16((uint16_t)value);
        put_field(buffer, &narrow, sizeof narrow);
    } else {
        put_int32(buffer, 4);
        put_int32(buffer, (uint32_t)value);
    }
    return true;
}

static void put_day(const struct postgresql_encoder *encoder, const struct postgresql_field *field,
                    const unsigned char *row, struct postgresql_buffer *buffer)
{
    int32_t day = row_value_integer(field->column, row);
    char text[CALENDAR_TEXT_SIZE];
    if (encoder->binary) {
        put_int32(buffer, 4);
        put_int32(buffer, (uint32_t)(day - DAYS_TO_2000));
    } else {
        put_field(buffer, calendar_format(day, text), CALENDAR_TEXT_SIZE - 1);
    }
}

static void put_uuid(const struct postgresql_encoder *encoder, const struct postgresql_field *field,
                     const unsigned char *row, struct postgresql_buffer *buffer)
{
    char text[UUID_TEXT_SIZE];
    if (encoder->binary)
        put_field(buffer, row + field->column->offset, UUID_SIZE);
    else
        put_field(buffer, uuid_format(row + field->column->offset, text), UUID_TEXT_SIZE - 1);
}

bool postgresql_encode_fields(struct postgresql_encoder *encoder, const struct row_batch *batch,
                              size_t row, struct postgresql_buffer *buffer, struct error *error)
{
    for (size_t i = 0; i < encoder->field_count; i++) {
        const struct postgresql_field *field = &encoder->fields[i];
        switch (field->column->kind) {
        case COLUMN_TEXT:
        case COLUMN_JSON:
        case COLUMN_TEXT_ARRAY:
        case COLUMN_UUIDTEXT:
            TRY(put_text(encoder, field, batch, row, buffer, error));
            break;
        case COLUMN_NUMERIC:
            TRY(put_number(encoder, field, batch, row, buffer, error));
            break;
        case COLUMN_INTEGER:
            TRY(put_integer(encoder, field, batch, row, buffer, error));
            break;
        case COLUMN_DAY:
            put_day(encoder, field, row_value_row(batch, row), buffer);
            break;
        case COLUMN_UUID:
            put_uuid(encoder, field, row_value_row(batch, row), buffer);
            break;
        }
    }
    return true;
}

/* ---- COPY ---- */

static void put_copy_text(struct postgresql_buffer *buffer, const char *bytes, int length)
{
    static const char escapes[256] = {
        ['\\'] = '\\', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't',
        ['\b'] = 'b',  ['\f'] = 'f', ['\v'] = 'v',
    };
    char *at = reserve(buffer, 2 * (size_t)length);
    for (int i = 0; i < length; i++) {
        char escape = escapes[(unsigned char)bytes[i]];
        if (escape != '\0')
            *at++ = '\\';
        *at++ = escape != '\0' ? escape : bytes[i];
    }
    buffer->used = (size_t)(at - buffer->bytes);
}

bool postgresql_encode_copy(struct postgresql_encoder *encoder, const struct row_batch *batch,
                            size_t row, struct postgresql_buffer *buffer, struct error *error)
{
    if (encoder->binary) {
        uint16_t count = __builtin_bswap16((uint16_t)encoder->field_count);
        put(buffer, &count, sizeof count);
        return postgresql_encode_fields(encoder, batch, row, buffer, error);
    }
    encoder->scratch.used = 0;
    TRY(postgresql_encode_fields(encoder, batch, row, &encoder->scratch, error));
    const char *at = encoder->scratch.bytes, *bytes;
    int length;
    for (size_t i = 0; i < encoder->field_count; i++) {
        at = postgresql_field_next(at, &bytes, &length);
        if (i > 0)
            put(buffer, "\t", 1);
        if (bytes == NULL)
            put(buffer, "\\N", 2);
        else
            put_copy_text(buffer, bytes, length);
    }
    put(buffer, "\n", 1);
    return true;
}

void postgresql_encode_copy_head(const struct postgresql_encoder *encoder,
                                 struct postgresql_buffer *buffer)
{
    static const char head[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0"; /* flags, extension */
    if (encoder->binary)
        put(buffer, head, sizeof head);
}

void postgresql_encode_copy_tail(const struct postgresql_encoder *encoder,
                                 struct postgresql_buffer *buffer)
{
    if (encoder->binary)
        put(buffer, "\377\377", 2);
}
