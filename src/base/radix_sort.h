/* Sorting numbers that stand for rows, by 64-bit keys, in time linear in their count. Stable. */
#ifndef COSTAGG_BASE_RADIX_SORT_H
#define COSTAGG_BASE_RADIX_SORT_H

#include <stddef.h>
#include <stdint.h>

struct radix_item {
    uint64_t key;
    uint32_t number;
};

/* Sorts `items` by ascending key; `scratch` has room for as many. Bytes in which all keys agree
 * cost next to nothing. */
void radix_sort(struct radix_item *items, struct radix_item *scratch, size_t count);

#endif
