#include "attribute/number_list.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

void number_list_close(struct number_list *list)
{
    free(list->items);
    *list = (struct number_list){0};
}

static void reserve(struct number_list *list, uint32_t count)
{
    if (count <= list->capacity)
        return;
    uint32_t capacity = list->capacity < 16 ? 16 : list->capacity;
    while (capacity < count)
        capacity += capacity / 2;
    list->items = memory_grow(list->items, capacity * sizeof *list->items);
    list->capacity = capacity;
}

void number_list_add(struct number_list *list, uint32_t number)
{
    reserve(list, list->count + 1);
    list->items[list->count++] = number;
}

static int compare_numbers(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

void number_list_make_set(struct number_list *list, uint32_t first)
{
    if (list->count - first < 2)
        return;
    qsort(list->items + first, list->count - first, sizeof *list->items, compare_numbers);
    uint32_t kept = first + 1;
    for (uint32_t i = first + 1; i < list->count; i++)
        if (list->items[i] != list->items[i - 1])
            list->items[kept++] = list->items[i];
    list->count = kept;
}

void number_list_cover(struct number_list *list, uint32_t count)
{
    if (count <= list->count)
        return;
    reserve(list, count);
    memset(list->items + list->count, 0, (count - list->count) * sizeof *list->items);
    list->count = count;
}

void number_list_reset(struct number_list *list, uint32_t count)
{
    reserve(list, count);
    if (count > 0)
        memset(list->items, 0, count * sizeof *list->items);
    list->count = count;
}
