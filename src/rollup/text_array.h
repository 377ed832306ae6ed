/* JSON arrays of texts, as columns of kind TEXT_ARRAY hold them. */
#ifndef COSTAGG_ROLLUP_TEXT_ARRAY_H
#define COSTAGG_ROLLUP_TEXT_ARRAY_H

#include "base/text_pool.h"

#include <stddef.h>

/* Sorts ids by the bytes of their texts, null last, and prints them: ["a","b",null]. The bytes live
 * in `arena`. */
struct text text_array_print(uint32_t *ids, size_t count, const struct text_pool *texts,
                             struct arena *arena);

/* Reads such a text and adds its elements to `texts`; their ids live in `arena`, nulls are left
 * out. What is no array of texts has none. */
const uint32_t *text_array_parse(struct text text, struct text_pool *texts, struct arena *arena,
                                 size_t *count);

#endif
