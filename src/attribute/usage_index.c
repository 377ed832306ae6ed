#include "attribute/usage_index.h"

#include "attribute/resource_match.h"

#include <stdlib.h>
#include <string.h>

/* Every list with the words of its keys, so that none is forgotten. */
static void each_list(struct usage_index *index, void (*visit)(struct row_list *, uint32_t words))
{
    visit(&index->by_resource, 2);
    visit(&index->by_handle, 2);
    visit(&index->by_volume, 2);
}

static void close_list(struct row_list *list, uint32_t words)
{
    (void)words;
    row_list_close(list);
}

static void clear_list(struct row_list *list, uint32_t words)
{
    (void)words;
    row_list_clear(list);
}

void usage_index_init(struct usage_index *index)
{
    *index = (struct usage_index){0};
    each_list(index, row_list_init);
}

void usage_index_close(struct usage_index *index)
{
    each_list(index, close_list);
    number_list_close(&index->volume_lengths);
    number_list_close(&index->match_ids);
    free(index->lines);
}

void usage_index_open(struct usage_index *index, const struct resource_match *match,
                      struct text_pool *texts)
{
    index->texts = texts;
    index->match = match;
    index->count = 0;
    each_list(index, clear_list);
    index->volume_lengths.count = 0;
    index->storage_unattributed = text_pool_intern_string(texts, "Storage unattributed");
    index->network_unattributed = text_pool_intern_string(texts, "Network unattributed");
    number_list_reset(&index->match_ids, texts->count);
}

/* The id that stands for a text in the matcher; UINT32_MAX for null, '' and texts it never saw. */
static uint32_t match_id(struct usage_index *index, uint32_t text_id)
{
    if (text_id == TEXT_NULL || text_id == TEXT_EMPTY)
        return UINT32_MAX;
    uint32_t *known = &index->match_ids.items[text_id];
    if (*known == 0) {
        struct text text = text_pool_borrow(index->texts, text_id);
        *known = text_pool_find(&index->match->ids, text.bytes, text.length) + 1;
    }
    return *known - 1;
}

static void put(struct row_list *list, uint32_t cluster, uint32_t id, uint32_t row)
{
    uint32_t key[2] = {cluster, id};
    row_list_add(list, key, row);
}

static void add_row(struct usage_index *index, uint32_t cluster, uint32_t number)
{
    struct usage_line *line = &index->lines[number];
    line->cluster = cluster;
    uint32_t resource = match_id(index, line->resource_id);
    if (resource != UINT32_MAX)
        put(&index->by_resource, cluster, resource, number);
    uint32_t handle = match_id(index, line->csi_volume_handle);
    if (handle != UINT32_MAX)
        put(&index->by_handle, cluster, handle, number);
    if (line->volume != TEXT_NULL && line->volume != TEXT_EMPTY)
        put(&index->by_volume, cluster, line->volume, number);
}

void usage_index_add(struct usage_index *index, uint32_t cluster, const struct usage_line *rows,
                     size_t count)
{
    if (count == 0)
        return;
    if (index->count + count > index->capacity) {
        index->capacity = (uint32_t)(index->count + count + index->count / 2);
        index->lines = memory_grow(index->lines, index->capacity * sizeof *index->lines);
    }
    memcpy(index->lines + index->count, rows, count * sizeof *rows);
    number_list_cover(&index->match_ids, index->texts->count);
    for (size_t i = 0; i < count; i++)
        add_row(index, cluster, index->count++);
    for (uint32_t i = 0; i < index->by_volume.keys.count; i++) {
        uint32_t volume = key_map_key(&index->by_volume.keys, i)[1];
        number_list_add(&index->volume_lengths, text_pool_borrow(index->texts, volume).length);
    }
    number_list_make_set(&index->volume_lengths, 0);
}

uint32_t usage_index_max_text(const struct usage_index *index, uint32_t a, uint32_t b)
{
    if (a == b)
        return a;
    return text_compare(text_pool_borrow(index->texts, a), text_pool_borrow(index->texts, b)) > 0
               ? a
               : b;
}

size_t usage_index_size(const struct usage_index *index)
{
    return index->capacity * (sizeof *index->lines + 3 * sizeof(uint32_t)) +
           index->match_ids.capacity * sizeof(uint32_t);
}
