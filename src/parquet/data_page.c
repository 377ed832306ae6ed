#include "parquet/data_page.h"

#include "parquet/text_index.h"

#include <string.h>

enum { LENGTH_BYTES = 4 }; /* before the levels of a PAGE_DATA, and before every plain text */

static bool fail_short(struct error *error)
{
    return error_set(error, ERROR_BAD_DATA, "a page ends before its last value");
}

static uint32_t read_length(const uint8_t *bytes)
{
    uint32_t length;
    memcpy(&length, bytes, sizeof length);
    return length;
}

static struct page_bytes behind(struct page_bytes bytes, size_t count)
{
    return (struct page_bytes){bytes.bytes + count, bytes.length - count};
}

/* Cuts the levels off the front of a PAGE_DATA. */
static bool cut_levels(const struct page_header *header, struct page_bytes *levels,
                       struct page_bytes *values, struct error *error)
{
    if (header->level_encoding != PAGE_RLE)
        return error_set(error, ERROR_BAD_DATA,
                         "levels of encoding %d, which the footer keeps back",
                         header->level_encoding);
    if (values->length < LENGTH_BYTES)
        return fail_short(error);
    size_t length = read_length(values->bytes);
    *values = behind(*values, LENGTH_BYTES);
    if (length > values->length)
        return fail_short(error);
    *levels = (struct page_bytes){values->bytes, length};
    *values = behind(*values, length);
    return true;
}

static bool open_levels(struct data_page *page, struct page_bytes levels, struct error *error)
{
    uint32_t level = 0;
    TRY(run_length_open(&page->levels, levels.bytes, levels.length, 1, error));
    page->has_levels = !run_length_repeats(&page->levels, page->rows_left, &level) || level != 1;
    return true;
}

/* Indices begin with a byte that tells their width. A page of nothing but nulls may lack it. */
static bool open_indices(struct data_page *page, struct page_bytes values, struct error *error)
{
    if (values.length == 0)
        return run_length_open(&page->indices, values.bytes, 0, 0, error);
    return run_length_open(&page->indices, values.bytes + 1, values.length - 1, values.bytes[0],
                           error);
}

bool data_page_open(struct data_page *page, const struct page_header *header, bool is_optional,
                    struct page_bytes levels, struct page_bytes values, struct error *error)
{
    *page = (struct data_page){.rows_left = (size_t)header->values, .values = values};
    if (is_optional && header->type == PAGE_DATA)
        TRY(cut_levels(header, &levels, &page->values, error));
    if (is_optional)
        TRY(open_levels(page, levels, error));
    switch (header->encoding) {
    case PAGE_PLAIN:
        page->is_plain = true;
        return true;
    case PAGE_PLAIN_DICTIONARY:
    case PAGE_RLE_DICTIONARY:
        return open_indices(page, page->values, error);
    default:
        return error_set(error, ERROR_BAD_DATA,
                         "a page of encoding %d, which the footer keeps back", header->encoding);
    }
}

/* Appends the validity of the page's next `count` rows to the bitmap; their values are still to
 * come. Gives how many there are. */
static bool take_levels(struct data_page *page, size_t count, struct column_rows *rows,
                        size_t *present, struct error *error)
{
    *present = count;
    page->rows_left -= count;
    if (page->has_levels) {
        if (rows->nulls == 0)
            run_length_fill_bits(rows->valid, 0, rows->count, true);
        TRY(run_length_bits(&page->levels, count, rows->valid, rows->count, present, error));
    } else if (rows->nulls > 0) {
        run_length_fill_bits(rows->valid, rows->count, count, true);
    }
    return true;
}

static inline bool is_valid(const uint8_t *bitmap, size_t row)
{
    return bitmap[row / 8] >> row % 8 & 1;
}

#define SPREAD(type)                                             \
    do {                                                         \
        type *values = (type *)rows->values + first;             \
        for (size_t row = count; present < row; row--) {         \
            bool valid = is_valid(rows->valid, first + row - 1); \
            present -= valid;                                    \
            values[row - 1] = valid ? values[present] : (type)0; \
        }                                                        \
    } while (0)

void column_rows_spread(struct column_rows *rows, size_t count, size_t present, size_t width)
{
    size_t first = rows->count;
    rows->count += count;
    rows->nulls += count - present;
    if (width == sizeof(uint64_t))
        SPREAD(uint64_t);
    else
        SPREAD(int32_t);
}

bool data_page_numbers(struct data_page *page, size_t count, const struct number_kind *kind,
                       const uint64_t *dictionary, size_t dictionary_count,
                       struct column_rows *rows, struct error *error)
{
    size_t present;
    uint64_t *to = (uint64_t *)rows->values + rows->count;
    TRY(take_levels(page, count, rows, &present, error));
    if (!page->is_plain) {
        TRY(run_length_values(&page->indices, present, dictionary, dictionary_count, to, error));
    } else {
        if (present > page->values.length / kind->width)
            return fail_short(error);
        plain_numbers(kind, page->values.bytes, present, to);
        page->values = behind(page->values, present * kind->width);
    }
    column_rows_spread(rows, count, present, sizeof *to);
    return true;
}

bool data_page_indices(struct data_page *page, size_t count, size_t dictionary_count,
                       struct column_rows *rows, struct error *error)
{
    size_t present;
    int32_t *to = (int32_t *)rows->values + rows->count;
    TRY(take_levels(page, count, rows, &present, error));
    TRY(run_length_indices(&page->indices, present, dictionary_count, to, error));
    column_rows_spread(rows, count, present, sizeof *to);
    return true;
}

/* The next of plain texts. */
static bool next_text(struct page_bytes *values, struct page_bytes *text, struct error *error)
{
    if (values->length < LENGTH_BYTES)
        return fail_short(error);
    size_t length = read_length(values->bytes);
    if (length > values->length - LENGTH_BYTES)
        return fail_short(error);
    *text = (struct page_bytes){values->bytes + LENGTH_BYTES, length};
    *values = behind(*values, LENGTH_BYTES + length);
    return true;
}

bool data_page_texts(struct data_page *page, size_t count, struct text_index *index,
                     struct column_rows *rows, struct error *error)
{
    size_t present;
    int32_t *to = (int32_t *)rows->values + rows->count;
    TRY(take_levels(page, count, rows, &present, error));
    for (size_t i = 0; i < present; i++) {
        struct page_bytes text = {NULL, 0};
        TRY(next_text(&page->values, &text, error));
        TRY(text_index_find_or_add(index, text.bytes, text.length, &to[i], error));
    }
    column_rows_spread(rows, count, present, sizeof *to);
    return true;
}

bool dictionary_page_texts(struct page_bytes values, size_t count, int32_t *ends, char *bytes,
                           struct error *error)
{
    size_t end = 0;
    ends[0] = 0;
    for (size_t i = 0; i < count; i++) {
        struct page_bytes text = {NULL, 0};
        TRY(next_text(&values, &text, error));
        memcpy(bytes + end, text.bytes, text.length);
        end += text.length;
        ends[i + 1] = (int32_t)end;
    }
    return true;
}
