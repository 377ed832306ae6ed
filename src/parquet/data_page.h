/* A data page of a column that is not nested: its rows, as many at a time as a batch has room for.
 *
 * A column's rows become eight bytes each (times, measures) or indices into a dictionary of texts,
 * with a bitmap that tells the nulls; null slots hold zeros. Pages of both versions are read, with
 * values that are plain or indices into the chunk's dictionary. Whatever a damaged page holds,
 * nothing is read or written out of bounds. */
#ifndef COSTAGG_PARQUET_DATA_PAGE_H
#define COSTAGG_PARQUET_DATA_PAGE_H

#include "parquet/page_header.h"
#include "parquet/plain_number.h"
#include "parquet/run_length.h"

#ifdef __cplusplus
extern "C" {
#endif

struct text_index;

struct page_bytes {
    const uint8_t *bytes;
    size_t length;
};

struct data_page {
    size_t rows_left;
    bool has_levels; /* some row may be null */
    bool is_plain;   /* else indices */
    struct run_length levels;
    struct run_length indices;
    struct page_bytes values; /* plain, those that are left */
};

/* The rows of a batch that one column has got so far. A batch without nulls has no bitmap. */
struct column_rows {
    size_t count;
    size_t nulls;
    uint8_t *valid; /* a bit a row, once there is a null; room for a batch and 8 bytes */
    void *values;   /* the layout's: uint64_t or int32_t */
};

/* Begins a page. `levels` are the definition levels of a PAGE_DATA_V2, nothing else; in a PAGE_DATA
 * they are the front of `values`. Both are borrowed until the last row is taken. */
MUST_CHECK bool data_page_open(struct data_page *page, const struct page_header *header,
                               bool is_optional, struct page_bytes levels, struct page_bytes values,
                               struct error *error);

/* These take the next `count` rows, at most page->rows_left, and append them to `rows`. */

/* Times or measures; a dictionary has the eight bytes already. */
MUST_CHECK bool data_page_numbers(struct data_page *page, size_t count,
                                  const struct number_kind *kind, const uint64_t *dictionary,
                                  size_t dictionary_count, struct column_rows *rows,
                                  struct error *error);

/* Texts of a page that is not plain: the indices as they stand. */
MUST_CHECK bool data_page_indices(struct data_page *page, size_t count, size_t dictionary_count,
                                  struct column_rows *rows, struct error *error);

/* Texts of a plain page: their numbers in `index`. */
MUST_CHECK bool data_page_texts(struct data_page *page, size_t count, struct text_index *index,
                                struct column_rows *rows, struct error *error);

/* Moves the last `present` values of `width` bytes, 4 or 8, which lie where the last `count` rows
 * begin, to those of these rows that are valid. For who fills `rows` himself. */
void column_rows_spread(struct column_rows *rows, size_t count, size_t present, size_t width);

/* The texts of a dictionary page, one after the other: `ends` has room for count + 1, `bytes` for
 * what the page is longer than 4 × count. */
MUST_CHECK bool dictionary_page_texts(struct page_bytes values, size_t count, int32_t *ends,
                                      char *bytes, struct error *error);

#ifdef __cplusplus
}
#endif
#endif
