#include "parquet/parquet_writer.h"

#include "arrow/bridge.h"
#include "parquet/compact_writer.h"
#include "parquet/number_dictionary.h"
#include "parquet/page_header.h"
#include "parquet/run_writer.h"

#include <assert.h>
#include <stdlib.h>

#define MAGIC      "PAR1"
#define CREATED_BY "costagg version 1.0.0"

enum { PAGE_ROWS = 32 * 1024 }; /* a multiple of 64 */

/* Numbers of the format's definition (parquet.thrift). */
enum { TYPE_INT32 = 1, TYPE_DOUBLE = 5, TYPE_BYTE_ARRAY = 6 };
enum { CODEC_NONE = 0, CODEC_SNAPPY = 1 };
enum { REQUIRED = 0, OPTIONAL = 1 };
enum { CONVERTED_UTF8 = 0, CONVERTED_DATE = 6 };
enum { LOGICAL_STRING = 1, LOGICAL_DATE = 6 };

struct parquet_writer {
    struct arrow_output *output;
    const struct parquet_field *fields;
    size_t field_count;
    int64_t position; /* in the file */
    int64_t rows;
    struct byte_buffer groups; /* of the footer: row groups that are complete */
    size_t group_count;

    /* the row group that is open */
    size_t group_rows;
    size_t next_field;
    int64_t group_start;
    int64_t group_plain_size;
    struct byte_buffer columns; /* of the footer: its column chunks so far */

    /* scratch of a chunk */
    struct number_dictionary numbers;
    struct parquet_dictionary number_texts; /* the numbers as they are written */
    struct byte_buffer dense;               /* values without nulls */
    struct byte_buffer codes;
    struct byte_buffer page, packed, header;
};

/* A column chunk on its way into the file. */
struct chunk_writing {
    const struct parquet_field *field;
    const struct parquet_chunk *chunk;
    const void *values;                    /* without those of nulls */
    const void *written;                   /* the same, or their indices */
    size_t written_size;                   /* of one */
    struct parquet_dictionary *dictionary; /* NULL: values are written plain */
    int codec;
    int64_t start;
    int64_t data_start;
    int64_t plain_size; /* pages as they are before compression, headers too */
    int data_pages;
};

/* ---- open and close ---- */

static void close_writer(void *closed)
{
    struct parquet_writer *writer = closed;
    struct byte_buffer *const buffers[] = {&writer->groups, &writer->columns, &writer->dense,
                                           &writer->codes,  &writer->page,    &writer->packed,
                                           &writer->header};
    for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++)
        byte_buffer_close(buffers[i]);
    number_dictionary_close(&writer->numbers);
    parquet_dictionary_close(&writer->number_texts);
}

static bool append(struct parquet_writer *writer, const void *bytes, size_t length,
                   struct error *error)
{
    writer->position += (int64_t)length;
    return arrow_output_append(writer->output, bytes, length, error);
}

bool parquet_writer_open(struct arrow_store *store, const char *path,
                         const struct parquet_field *fields, size_t count, struct arena *arena,
                         struct parquet_writer **opened, struct error *error)
{
    struct parquet_writer *writer = arena_alloc(arena, sizeof *writer);
    *writer = (struct parquet_writer){.fields = fields, .field_count = count, .next_field = count};
    arena_on_close(arena, close_writer, writer);
    TRY(arrow_output_open(store, path, arena, &writer->output, error));
    *opened = writer;
    return append(writer, MAGIC, strlen(MAGIC), error);
}

void parquet_dictionary_clear(struct parquet_dictionary *dictionary)
{
    if (dictionary->is_page_of_texts) {
        struct byte_buffer texts = dictionary->texts;
        dictionary->texts = dictionary->page_texts;
        dictionary->page_texts = texts;
        dictionary->is_page_of_texts = false;
    }
    dictionary->texts.length = 0;
    dictionary->count = 0;
}

void parquet_dictionary_close(struct parquet_dictionary *dictionary)
{
    byte_buffer_close(&dictionary->texts);
    byte_buffer_close(&dictionary->page);
    byte_buffer_close(&dictionary->page_texts);
}

static bool has_page(const struct parquet_dictionary *dictionary)
{
    const struct byte_buffer *texts = &dictionary->texts, *made_of = &dictionary->page_texts;
    if (dictionary->is_page_of_texts)
        return true;
    return dictionary->page.length > 0 && texts->length == made_of->length &&
           (texts->length == 0 || memcmp(texts->bytes, made_of->bytes, texts->length) == 0);
}

/* ---- pages ---- */

/* A page's header; fields of the kind follow in a struct of their own. */
static struct compact_writer start_header(struct parquet_writer *writer, int kind, size_t plain,
                                          size_t packed)
{
    writer->header.length = 0;
    struct compact_writer header = compact_writer_start(&writer->header);
    compact_writer_integer(&header, 1, COMPACT_I32, kind);
    compact_writer_integer(&header, 2, COMPACT_I32, (int64_t)plain);
    compact_writer_integer(&header, 3, COMPACT_I32, (int64_t)packed);
    return header;
}

/* The bytes as they go into the file: in writer->packed, or as they are. Snappy looks back within
 * blocks of 64 KiB only, so blocks packed one by one, without the length that each begins with, are
 * what all of them packed at once would be; and no room for the worst case of a page is needed. */
static const struct byte_buffer *pack(struct parquet_writer *writer,
                                      const struct byte_buffer *plain, int codec)
{
    enum { BLOCK = 64 * 1024 };
    struct byte_buffer *to = &writer->packed;
    if (codec == CODEC_NONE)
        return plain;
    to->length = 0;
    compact_writer_varint(to, plain->length);
    for (size_t at = 0; at < plain->length; at += BLOCK) {
        size_t block = plain->length - at < BLOCK ? plain->length - at : BLOCK, head = 1;
        unsigned char *packed = byte_buffer_reserve(to, arrow_snappy_bound(block));
        size_t length = arrow_snappy(plain->bytes + at, block, packed);
        while (packed[head - 1] >= 0x80)
            head++;
        memmove(packed, packed + head, length - head);
        to->length += length - head;
    }
    return to;
}

static void make_page(struct parquet_writer *writer, struct parquet_dictionary *dictionary,
                      int codec)
{
    const struct byte_buffer *packed = pack(writer, &dictionary->texts, codec);
    struct compact_writer header =
        start_header(writer, PAGE_DICTIONARY, dictionary->texts.length, packed->length);
    compact_writer_struct(&header, 7);
    compact_writer_integer(&header, 1, COMPACT_I32, (int64_t)dictionary->count);
    compact_writer_integer(&header, 2, COMPACT_I32, PAGE_PLAIN);
    compact_writer_end(&header);
    compact_writer_end(&header);
    dictionary->page.length = 0;
    byte_buffer_append(&dictionary->page, writer->header.bytes, writer->header.length);
    byte_buffer_append(&dictionary->page, packed->bytes, packed->length);
    dictionary->page_plain_size = writer->header.length + dictionary->texts.length;
    dictionary->is_page_of_texts = true;
}

static bool put_dictionary(struct parquet_writer *writer, struct chunk_writing *writing,
                           struct error *error)
{
    struct parquet_dictionary *dictionary = writing->dictionary;
    if (!has_page(dictionary))
        make_page(writer, dictionary, writing->codec);
    writing->plain_size += (int64_t)dictionary->page_plain_size;
    return append(writer, dictionary->page.bytes, dictionary->page.length, error);
}

/* A dictionary of one text could do with no bits at all, but not every reader can. */
static unsigned index_width(size_t texts)
{
    return texts == 0 ? 0 : texts == 1 ? 1 : run_writer_width((uint32_t)texts - 1);
}

/* Values `first` … `first + count - 1` of those that are there. */
static void append_values(struct byte_buffer *page, const struct chunk_writing *writing,
                          size_t first, size_t count)
{
    const unsigned char *values =
        (const unsigned char *)writing->written + first * writing->written_size;
    if (writing->dictionary != NULL) {
        unsigned width = index_width(writing->dictionary->count);
        byte_buffer_put(page, (unsigned char)width);
        run_writer_values(page, (const uint32_t *)(const void *)values, count, width);
    } else if (writing->field->type == PARQUET_NAME) {
        uint32_t length = writing->chunk->name_length;
        unsigned char *to = byte_buffer_reserve(page, count * (sizeof length + length));
        page->length += count * (sizeof length + length);
        for (size_t i = 0; i < count; i++, to += sizeof length + length) {
            memcpy(to, &length, sizeof length);
            memcpy(to + sizeof length, values + i * length, length);
        }
    } else {
        byte_buffer_append(page, values, count * writing->written_size);
    }
}

static void append_levels(struct byte_buffer *page, const uint64_t *validity, size_t first,
                          size_t count)
{
    size_t place = page->length;
    page->length += sizeof(uint32_t);
    run_writer_levels(page, validity, first, count);
    uint32_t length = (uint32_t)(page->length - place - sizeof length);
    memcpy(page->bytes + place, &length, sizeof length);
}

static bool put_page(struct parquet_writer *writer, struct chunk_writing *writing, size_t first_row,
                     size_t rows, size_t first_value, size_t values, struct error *error)
{
    struct byte_buffer *page = &writer->page;
    page->length = 0;
    (void)byte_buffer_reserve(page, sizeof(uint32_t));
    if (!writing->field->required)
        append_levels(page, writing->chunk->validity, first_row, rows);
    append_values(page, writing, first_value, values);
    const struct byte_buffer *packed = pack(writer, page, writing->codec);
    struct compact_writer header = start_header(writer, PAGE_DATA, page->length, packed->length);
    compact_writer_struct(&header, 5);
    compact_writer_integer(&header, 1, COMPACT_I32, (int64_t)rows);
    compact_writer_integer(&header, 2, COMPACT_I32,
                           writing->dictionary != NULL ? PAGE_RLE_DICTIONARY : PAGE_PLAIN);
    compact_writer_integer(&header, 3, COMPACT_I32, PAGE_RLE);
    compact_writer_integer(&header, 4, COMPACT_I32, PAGE_RLE);
    compact_writer_end(&header);
    compact_writer_end(&header);
    writing->plain_size += (int64_t)(writer->header.length + page->length);
    writing->data_pages++;
    return append(writer, writer->header.bytes, writer->header.length, error) &&
           append(writer, packed->bytes, packed->length, error);
}

static size_t count_present(const struct parquet_chunk *chunk, size_t first, size_t rows)
{
    if (chunk->nulls == 0)
        return rows;
    size_t present = 0;
    for (size_t row = first; row < first + rows; row += 64) {
        uint64_t bits = chunk->validity[row / 64];
        if (first + rows - row < 64)
            bits &= ((uint64_t)1 << (first + rows - row)) - 1;
        present += (size_t)__builtin_popcountll(bits);
    }
    return present;
}

static bool put_pages(struct parquet_writer *writer, struct chunk_writing *writing,
                      struct error *error)
{
    size_t value = 0;
    for (size_t row = 0; row < writer->group_rows; row += PAGE_ROWS) {
        size_t rows = writer->group_rows - row < PAGE_ROWS ? writer->group_rows - row : PAGE_ROWS;
        size_t values = count_present(writing->chunk, row, rows);
        TRY(put_page(writer, writing, row, rows, value, values, error));
        value += values;
    }
    return true;
}

/* ---- the footer's part of a chunk ---- */

static int physical_type(enum parquet_type type)
{
    return type == PARQUET_NUMBER                           ? TYPE_DOUBLE
           : type == PARQUET_INTEGER || type == PARQUET_DAY ? TYPE_INT32
                                                            : TYPE_BYTE_ARRAY;
}

static void put_statistics(struct compact_writer *meta, const struct chunk_writing *writing,
                           size_t present)
{
    const int32_t *values = writing->values;
    bool bounded = writing->field->type == PARQUET_DAY || writing->field->type == PARQUET_INTEGER;
    compact_writer_struct(meta, 12);
    compact_writer_integer(meta, 3, COMPACT_I64, (int64_t)writing->chunk->nulls);
    if (bounded && present > 0) {
        int32_t least = values[0], greatest = values[0];
        for (size_t i = 1; i < present; i++) {
            least = values[i] < least ? values[i] : least;
            greatest = values[i] > greatest ? values[i] : greatest;
        }
        compact_writer_binary(meta, 5, &greatest, sizeof greatest);
        compact_writer_binary(meta, 6, &least, sizeof least);
    }
    compact_writer_end(meta);
}

static void put_encoding(struct compact_writer *meta, int page, int encoding, int pages)
{
    compact_writer_struct_element(meta);
    compact_writer_integer(meta, 1, COMPACT_I32, page);
    compact_writer_integer(meta, 2, COMPACT_I32, encoding);
    compact_writer_integer(meta, 3, COMPACT_I32, pages);
    compact_writer_end(meta);
}

/* What ColumnMetaData counts and where the pages are. */
static void note_chunk(struct parquet_writer *writer, const struct chunk_writing *writing,
                       size_t present)
{
    bool by_dictionary = writing->dictionary != NULL;
    struct compact_writer chunk = compact_writer_start(&writer->columns);
    struct compact_writer *meta = &chunk;
    compact_writer_integer(&chunk, 2, COMPACT_I64, 0);
    compact_writer_struct(&chunk, 3);
    compact_writer_integer(meta, 1, COMPACT_I32, physical_type(writing->field->type));
    compact_writer_list(meta, 2, COMPACT_I32, by_dictionary ? 3 : 2);
    compact_writer_integer_element(meta, PAGE_PLAIN);
    compact_writer_integer_element(meta, PAGE_RLE);
    if (by_dictionary)
        compact_writer_integer_element(meta, PAGE_RLE_DICTIONARY);
    compact_writer_list(meta, 3, COMPACT_BINARY, 1);
    compact_writer_binary_element(meta, writing->field->name, strlen(writing->field->name));
    compact_writer_integer(meta, 4, COMPACT_I32, writing->codec);
    compact_writer_integer(meta, 5, COMPACT_I64, (int64_t)writer->group_rows);
    compact_writer_integer(meta, 6, COMPACT_I64, writing->plain_size);
    compact_writer_integer(meta, 7, COMPACT_I64, writer->position - writing->start);
    compact_writer_integer(meta, 9, COMPACT_I64, writing->data_start);
    if (by_dictionary)
        compact_writer_integer(meta, 11, COMPACT_I64, writing->start);
    put_statistics(meta, writing, present);
    compact_writer_list(meta, 13, COMPACT_STRUCT, by_dictionary ? 2 : 1);
    if (by_dictionary)
        put_encoding(meta, PAGE_DICTIONARY, PAGE_PLAIN, 1);
    put_encoding(meta, PAGE_DATA, by_dictionary ? PAGE_RLE_DICTIONARY : PAGE_PLAIN,
                 writing->data_pages);
    compact_writer_end(meta);
    compact_writer_end(&chunk);
}

/* ---- chunks ---- */

static size_t size_of_value(const struct parquet_field *field, const struct parquet_chunk *chunk)
{
    return field->type == PARQUET_NUMBER ? sizeof(double)
           : field->type == PARQUET_NAME ? chunk->name_length
                                         : sizeof(uint32_t);
}

/* Values of four or eight bytes without those of nulls. */
static const void *without_nulls(struct parquet_writer *writer, const struct parquet_chunk *chunk,
                                 size_t size)
{
    if (chunk->nulls == 0)
        return chunk->values;
    writer->dense.length = 0;
    unsigned char *to = byte_buffer_reserve(&writer->dense, writer->group_rows * size);
    const unsigned char *from = chunk->values;
    for (size_t row = 0; row < writer->group_rows; row += 64) {
        size_t rows = writer->group_rows - row < 64 ? writer->group_rows - row : 64;
        uint64_t bits = chunk->validity[row / 64];
        if (rows < 64)
            bits &= ((uint64_t)1 << rows) - 1;
        if (bits == UINT64_MAX) {
            memcpy(to, from + row * size, 64 * size);
            to += 64 * size;
            continue;
        }
        for (; bits != 0; bits &= bits - 1, to += size)
            memcpy(to, from + (row + (size_t)__builtin_ctzll(bits)) * size, size);
    }
    return writer->dense.bytes;
}

/* Gives numbers a dictionary where they repeat: then their indices are written. */
static void number_values(struct parquet_writer *writer, struct chunk_writing *writing,
                          size_t count)
{
    struct number_dictionary *numbers = &writer->numbers;
    size_t size = writing->written_size;
    writer->codes.length = 0;
    uint32_t *codes =
        (uint32_t *)(void *)byte_buffer_reserve(&writer->codes, count * sizeof *codes);
    bool built = size == sizeof(uint64_t)
                     ? number_dictionary_build(numbers, writing->values, count, codes)
                     : number_dictionary_build_small(numbers, writing->values, count, codes);
    if (!built)
        return;
    struct parquet_dictionary *dictionary = &writer->number_texts;
    parquet_dictionary_clear(dictionary);
    for (size_t i = 0; i < numbers->count; i++) /* the lower half comes first */
        byte_buffer_append(&dictionary->texts, &numbers->values[i], size);
    dictionary->count = numbers->count;
    writing->dictionary = dictionary;
    writing->written = codes;
    writing->written_size = sizeof *codes;
}

void parquet_writer_begin_group(struct parquet_writer *writer, size_t rows)
{
    assert(rows > 0 && writer->next_field == writer->field_count);
    writer->group_rows = rows;
    writer->group_start = writer->position;
    writer->group_plain_size = 0;
    writer->columns.length = 0;
    writer->next_field = 0;
}

static void end_group(struct parquet_writer *writer)
{
    struct compact_writer group = compact_writer_start(&writer->groups);
    compact_writer_list(&group, 1, COMPACT_STRUCT, writer->field_count);
    byte_buffer_append(&writer->groups, writer->columns.bytes, writer->columns.length);
    compact_writer_integer(&group, 2, COMPACT_I64, writer->group_plain_size);
    compact_writer_integer(&group, 3, COMPACT_I64, (int64_t)writer->group_rows);
    compact_writer_integer(&group, 5, COMPACT_I64, writer->group_start);
    compact_writer_integer(&group, 6, COMPACT_I64, writer->position - writer->group_start);
    if (writer->group_count <= INT16_MAX)
        compact_writer_integer(&group, 7, COMPACT_I16, (int64_t)writer->group_count);
    compact_writer_end(&group);
    writer->group_count++;
    writer->rows += (int64_t)writer->group_rows;
}

bool parquet_writer_put(struct parquet_writer *writer, const struct parquet_chunk *chunk,
                        struct error *error)
{
    assert(writer->next_field < writer->field_count);
    const struct parquet_field *field = &writer->fields[writer->next_field++];
    size_t present = writer->group_rows - chunk->nulls;
    size_t size = size_of_value(field, chunk);
    const void *values = without_nulls(writer, chunk, size);
    struct chunk_writing writing = {
        .field = field,
        .chunk = chunk,
        .values = values,
        .written = values,
        .written_size = size,
        .dictionary = chunk->dictionary,
        .codec = field->type == PARQUET_TEXT ? CODEC_SNAPPY : CODEC_NONE,
        .start = writer->position,
    };
    if (field->type != PARQUET_TEXT && field->type != PARQUET_NAME)
        number_values(writer, &writing, present);
    if (writing.dictionary != NULL)
        TRY(put_dictionary(writer, &writing, error));
    writing.data_start = writer->position;
    TRY(put_pages(writer, &writing, error));
    note_chunk(writer, &writing, present);
    writer->group_plain_size += writing.plain_size;
    if (writer->next_field == writer->field_count)
        end_group(writer);
    return true;
}

/* ---- the footer ---- */

static void put_schema(struct compact_writer *footer, const struct parquet_field *fields,
                       size_t count)
{
    static const char root[] = "schema";
    compact_writer_list(footer, 2, COMPACT_STRUCT, count + 1);
    compact_writer_struct_element(footer);
    compact_writer_binary(footer, 4, root, strlen(root));
    compact_writer_integer(footer, 5, COMPACT_I32, (int64_t)count);
    compact_writer_end(footer);
    for (size_t i = 0; i < count; i++) {
        bool text = fields[i].type == PARQUET_TEXT || fields[i].type == PARQUET_NAME;
        compact_writer_struct_element(footer);
        compact_writer_integer(footer, 1, COMPACT_I32, physical_type(fields[i].type));
        compact_writer_integer(footer, 3, COMPACT_I32, fields[i].required ? REQUIRED : OPTIONAL);
        compact_writer_binary(footer, 4, fields[i].name, strlen(fields[i].name));
        if (text || fields[i].type == PARQUET_DAY) {
            compact_writer_integer(footer, 6, COMPACT_I32, text ? CONVERTED_UTF8 : CONVERTED_DATE);
            compact_writer_struct(footer, 10);
            compact_writer_struct(footer, text ? LOGICAL_STRING : LOGICAL_DATE);
            compact_writer_end(footer);
            compact_writer_end(footer);
        }
        compact_writer_end(footer);
    }
}

/* Bounds in statistics follow the order of each column's type. */
static void put_orders(struct compact_writer *footer, size_t count)
{
    compact_writer_list(footer, 7, COMPACT_STRUCT, count);
    for (size_t i = 0; i < count; i++) {
        compact_writer_struct_element(footer);
        compact_writer_struct(footer, 1);
        compact_writer_end(footer);
        compact_writer_end(footer);
    }
}

bool parquet_writer_finish(struct parquet_writer *writer, struct error *error)
{
    assert(writer->next_field == writer->field_count);
    struct byte_buffer *bytes = &writer->header;
    bytes->length = 0;
    struct compact_writer footer = compact_writer_start(bytes);
    compact_writer_integer(&footer, 1, COMPACT_I32, 2);
    put_schema(&footer, writer->fields, writer->field_count);
    compact_writer_integer(&footer, 3, COMPACT_I64, writer->rows);
    compact_writer_list(&footer, 4, COMPACT_STRUCT, writer->group_count);
    byte_buffer_append(bytes, writer->groups.bytes, writer->groups.length);
    compact_writer_binary(&footer, 6, CREATED_BY, strlen(CREATED_BY));
    put_orders(&footer, writer->field_count);
    compact_writer_end(&footer);
    uint32_t length = (uint32_t)bytes->length;
    byte_buffer_append(bytes, &length, sizeof length);
    byte_buffer_append(bytes, MAGIC, strlen(MAGIC));
    return append(writer, bytes->bytes, bytes->length, error) &&
           arrow_output_finish(writer->output, error);
}
