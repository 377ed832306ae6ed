#include "aggregate/label_filter.h"

#include "base/label_json.h"
#include "decode/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KUBEVIRT_KEY "vm_kubevirt_io_name"

static int compare_texts(const void *a, const void *b)
{
    return text_compare(*(const struct text *)a, *(const struct text *)b);
}

const struct text *label_filter_keys(const struct settings *settings, struct arena *arena,
                                     size_t *count)
{
    const struct string_list *enabled = &settings->enabled_ocp_keys;
    struct text *keys = arena_alloc_array(arena, enabled->count + 1, sizeof *keys);
    *count = 0;
    if (enabled->count == 0)
        return keys;
    for (size_t i = 0; i < enabled->count; i++)
        keys[i] = (struct text){enabled->items[i], (uint32_t)strlen(enabled->items[i])};
    keys[enabled->count] = (struct text){KUBEVIRT_KEY, sizeof KUBEVIRT_KEY - 1};
    *count = enabled->count + 1;
    qsort(keys, *count, sizeof *keys, compare_texts);
    return keys;
}

void label_filter_init(struct label_filter *filter, struct text_pool *texts,
                       const struct text *keys, size_t key_count, bool strict)
{
    *filter = (struct label_filter){
        .texts = texts, .keys = keys, .key_count = key_count, .strict = strict};
    arena_init(&filter->scratch);
    pair_map_init(&filter->merges);
    key_map_init(&filter->malformed, 2);
    filter->empty_set = text_pool_intern(texts, "{}", 2);
}

void label_filter_close(struct label_filter *filter)
{
    arena_close(&filter->scratch);
    pair_map_close(&filter->merges);
    key_map_close(&filter->malformed);
    free(filter->filtered);
}

void label_filter_reset(struct label_filter *filter)
{
    pair_map_clear(&filter->merges);
    if (filter->room > 0)
        memset(filter->filtered, 0, filter->room * sizeof *filter->filtered);
    filter->empty_set = text_pool_intern(filter->texts, "{}", 2);
}

static bool note_malformed(struct label_filter *filter, uint32_t labels,
                           const struct batch_place *place, size_t row, struct error *error)
{
    char where[sizeof filter->first_malformed];
    snprintf(where, sizeof where, "%s: row %lld", place->path,
             (long long)place->first_row + (long long)row + 1);
    if (filter->strict)
        return error_set(error, ERROR_BAD_DATA,
                         "%s: the labels are no JSON object of strings; without --strict they "
                         "would read as {}",
                         where);
    if (filter->malformed.count == 0)
        memcpy(filter->first_malformed, where, sizeof where);
    uint64_t hash = text_hash(text_pool_borrow(filter->texts, labels));
    key_map_add(&filter->malformed, (uint32_t[]){(uint32_t)(hash >> 32), (uint32_t)hash}, NULL);
    return true;
}

static uint32_t intern_set(struct label_filter *filter, const struct label_list *list)
{
    struct text text = label_json_print(list, &filter->scratch);
    return text_pool_intern(filter->texts, text.bytes, text.length);
}

/* Makes sure `filtered` can be indexed by every id of the pool. */
static void cover_pool(struct label_filter *filter)
{
    uint32_t room = filter->texts->capacity;
    if (room <= filter->room)
        return;
    filter->filtered = memory_grow(filter->filtered, room * sizeof *filter->filtered);
    memset(filter->filtered + filter->room, 0, (room - filter->room) * sizeof *filter->filtered);
    filter->room = room;
}

bool label_filter_apply(struct label_filter *filter, uint32_t labels,
                        const struct batch_place *place, size_t row, uint32_t *set,
                        struct error *error)
{
    if (label_filter_find(filter, labels, set))
        return true;
    struct label_list list;
    if (!label_json_parse(text_pool_borrow(filter->texts, labels), &filter->scratch, &list))
        TRY(note_malformed(filter, labels, place, row, error));
    list = label_list_filter(list, filter->keys, filter->key_count, &filter->scratch);
    *set = list.count == 0 ? filter->empty_set : intern_set(filter, &list);
    arena_reset(&filter->scratch);
    cover_pool(filter);
    filter->filtered[labels] = *set + 1;
    return true;
}

uint32_t label_filter_merge(struct label_filter *filter, uint32_t under, uint32_t over)
{
    if (under == TEXT_NULL || under == filter->empty_set)
        return over == TEXT_NULL ? filter->empty_set : over;
    if (over == TEXT_NULL || over == filter->empty_set || over == under)
        return under;
    const struct pair_slot *known = pair_map_find(&filter->merges, under, over);
    if (known->used != 0)
        return known->value;
    struct label_list low, high;
    (void)label_json_parse(text_pool_borrow(filter->texts, under), &filter->scratch, &low);
    (void)label_json_parse(text_pool_borrow(filter->texts, over), &filter->scratch, &high);
    struct label_list list = label_list_merge(low, high, &filter->scratch);
    uint32_t merged = intern_set(filter, &list);
    arena_reset(&filter->scratch);
    pair_map_set(&filter->merges, under, over, merged);
    return merged;
}
