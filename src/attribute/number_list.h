/* A growing array of 32-bit numbers: ids, row numbers, offsets. Zeroed is empty. */
#ifndef COSTAGG_ATTRIBUTE_NUMBER_LIST_H
#define COSTAGG_ATTRIBUTE_NUMBER_LIST_H

#include <stddef.h>
#include <stdint.h>

struct number_list {
    uint32_t *items;
    uint32_t count;
    uint32_t capacity;
};

void number_list_close(struct number_list *list);
void number_list_add(struct number_list *list, uint32_t number);

/* Sorts the items from `first` on and keeps each number once. */
void number_list_make_set(struct number_list *list, uint32_t first);

/* Makes the list `count` long; new items are 0. Never shortens. */
void number_list_cover(struct number_list *list, uint32_t count);

/* Sets all items to 0 and makes the list `count` long. */
void number_list_reset(struct number_list *list, uint32_t count);

#endif
