/* Which rows belong to a key: chains through rows that are numbered from 0.
 *
 * A row may be in one chain of a row_list only. Chains run from the newest row to the oldest; who
 * reads them must not care for the order. */
#ifndef COSTAGG_ATTRIBUTE_ROW_LIST_H
#define COSTAGG_ATTRIBUTE_ROW_LIST_H

#include "attribute/number_list.h"
#include "base/key_map.h"

struct row_list {
    struct key_map keys;
    struct number_list newest; /* row + 1 by key index */
    struct number_list older;  /* row + 1 by row; 0: the last one */
};

enum { ROW_LIST_END = UINT32_MAX };

void row_list_init(struct row_list *list, uint32_t key_words);
void row_list_close(struct row_list *list);
void row_list_clear(struct row_list *list);

void row_list_add(struct row_list *list, const uint32_t *key, uint32_t row);

/* The newest row of a key, or ROW_LIST_END. */
static inline uint32_t row_list_first(const struct row_list *list, const uint32_t *key)
{
    uint32_t index = key_map_find(&list->keys, key);
    return index == UINT32_MAX ? ROW_LIST_END : list->newest.items[index] - 1;
}

static inline uint32_t row_list_next(const struct row_list *list, uint32_t row)
{
    return list->older.items[row] - 1; /* 0 - 1 is ROW_LIST_END */
}

#endif
