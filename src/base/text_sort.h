/* Sorting texts by their bytes, eight at a time.
 *
 * Texts are sorted by their first eight bytes, those that agree there by the next eight, and so on:
 * what many texts begin with (label sets begin alike) is looked at once a text, not once a
 * comparison. */
#ifndef COSTAGG_BASE_TEXT_SORT_H
#define COSTAGG_BASE_TEXT_SORT_H

#include <stdint.h>

struct text_pool;

/* Sorts distinct ids, TEXT_NULL not among them, as text_compare() orders their texts. */
void text_sort(const struct text_pool *pool, uint32_t *ids, uint32_t count);

#endif
