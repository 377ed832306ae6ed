#include "attribute/row_list.h"

void row_list_init(struct row_list *list, uint32_t key_words)
{
    *list = (struct row_list){0};
    key_map_init(&list->keys, key_words);
}

void row_list_close(struct row_list *list)
{
    key_map_close(&list->keys);
    number_list_close(&list->newest);
    number_list_close(&list->older);
}

void row_list_clear(struct row_list *list)
{
    key_map_clear(&list->keys);
    list->newest.count = 0;
    list->older.count = 0;
}

void row_list_add(struct row_list *list, const uint32_t *key, uint32_t row)
{
    bool added;
    uint32_t index = key_map_add(&list->keys, key, &added);
    if (added)
        number_list_add(&list->newest, 0);
    number_list_cover(&list->older, row + 1);
    list->older.items[row] = list->newest.items[index];
    list->newest.items[index] = row + 1;
}
