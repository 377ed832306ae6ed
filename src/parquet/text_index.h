/* The distinct texts of a batch, numbered in the order of their first coming: a dictionary for
 * columns whose writer kept none. */
#ifndef COSTAGG_PARQUET_TEXT_INDEX_H
#define COSTAGG_PARQUET_TEXT_INDEX_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct text_index_slot;

struct text_index {
    struct text_index_slot *slots;
    size_t slot_count; /* a power of two */
    int32_t *ends;     /* text i is bytes[ends[i] … ends[i + 1]) */
    size_t count;      /* texts */
    size_t text_room;
    char *bytes;
    size_t length; /* of bytes */
    size_t byte_room;
};

void text_index_init(struct text_index *index);
void text_index_close(struct text_index *index);

/* Forgets all texts; their memory is kept for the next batch. */
void text_index_clear(struct text_index *index);

/* The number of a text, which is copied when it is new. All texts together are at most 2 GB. */
MUST_CHECK bool text_index_find_or_add(struct text_index *index, const void *text, size_t length,
                                       int32_t *number, struct error *error);

#ifdef __cplusplus
}
#endif
#endif
