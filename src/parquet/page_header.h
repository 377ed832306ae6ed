/* The header of a Parquet page: what stands before its bytes in a column chunk.
 *
 * A header is a Thrift struct in compact form. Only what reading the page takes is kept, whatever
 * else it holds (statistics, checksums, fields of times to come) is passed over. */
#ifndef COSTAGG_PARQUET_PAGE_HEADER_H
#define COSTAGG_PARQUET_PAGE_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Numbers as the format gives them. */
enum page_type { PAGE_DATA = 0, PAGE_INDEX = 1, PAGE_DICTIONARY = 2, PAGE_DATA_V2 = 3 };

enum page_encoding {
    PAGE_PLAIN = 0,
    PAGE_PLAIN_DICTIONARY = 2, /* the older name of RLE_DICTIONARY; PLAIN in a dictionary page */
    PAGE_RLE = 3,
    PAGE_BIT_PACKED = 4,
    PAGE_RLE_DICTIONARY = 8
};

struct page_header {
    int32_t type;     /* enum page_type, or one that is not known */
    int32_t packed;   /* bytes after the header */
    int32_t unpacked; /* bytes they unpack to */

    /* of a data or dictionary page */
    int32_t values; /* nulls included */
    int32_t encoding;
    int32_t level_encoding; /* of definition levels, PAGE_DATA */

    /* PAGE_DATA_V2: levels stand before the values and are never packed */
    int32_t definition_bytes;
    int32_t repetition_bytes;
    bool values_packed;
};

enum page_header_outcome {
    PAGE_HEADER_READ,
    PAGE_HEADER_SHORT, /* the bytes end before the header does */
    PAGE_HEADER_DAMAGED
};

/* Reads the header at the front of `bytes`; `*length` gets its own length. Sizes and counts of a
 * header that was read are not negative, and the levels of a PAGE_DATA_V2 lie within its bytes. */
enum page_header_outcome page_header_read(const uint8_t *bytes, size_t available,
                                          struct page_header *header, size_t *length);

#ifdef __cplusplus
}
#endif
#endif
