#include "result/json_value.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* What is remembered is forgotten beyond this. */
enum { REMEMBERED_BYTES = 4 << 20 };

void json_values_init(struct json_values *values, bool as_sets)
{
    values->as_sets = as_sets;
    text_pool_init(&values->seen);
    text_pool_init(&values->canonicals);
    values->canonical = NULL;
    values->capacity = 0;
}

void json_values_close(struct json_values *values)
{
    text_pool_close(&values->seen);
    text_pool_close(&values->canonicals);
    free(values->canonical);
}

/* Texts by their bytes; what is no text comes last. */
static int by_text(const void *left, const void *right)
{
    const char *a = json_string_value(*(json_t *const *)left);
    const char *b = json_string_value(*(json_t *const *)right);
    if (!a || !b)
        return (a == NULL) - (b == NULL);
    return strcmp(a, b);
}

static void sort_elements(json_t *array)
{
    size_t count = json_array_size(array);
    json_t **elements = memory_grow(NULL, (count + 1) * sizeof *elements);
    for (size_t i = 0; i < count; i++)
        elements[i] = json_incref(json_array_get(array, i));
    qsort(elements, count, sizeof *elements, by_text);
    json_array_clear(array);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, elements[i]);
    free(elements);
}

/* The id of the canonical text in values->canonicals. */
static uint32_t canonicalise(struct json_values *values, const char *bytes, size_t length)
{
    json_t *json =
        json_loadb(bytes, length, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL);
    if (values->as_sets && json_is_array(json))
        sort_elements(json);
    char *text = json ? json_dumps(json, JSON_ENCODE_ANY | JSON_SORT_KEYS | JSON_COMPACT) : NULL;
    uint32_t id = text ? text_pool_intern_string(&values->canonicals, text)
                       : text_pool_intern(&values->canonicals, bytes, length);
    free(text);
    json_decref(json);
    return id;
}

static void make_room(struct json_values *values, uint32_t id)
{
    if (id < values->capacity)
        return;
    uint32_t capacity = values->seen.capacity > id ? values->seen.capacity : id + 1;
    values->canonical = memory_grow(values->canonical, capacity * sizeof *values->canonical);
    memset(values->canonical + values->capacity, 0,
           (capacity - values->capacity) * sizeof *values->canonical);
    values->capacity = capacity;
}

uint32_t json_values_intern(struct json_values *values, const char *bytes, size_t length,
                            struct text_pool *texts)
{
    if (!bytes)
        return TEXT_NULL;
    if (values->seen.bytes > REMEMBERED_BYTES) {
        text_pool_reset(&values->seen);
        text_pool_reset(&values->canonicals);
        memset(values->canonical, 0, values->capacity * sizeof *values->canonical);
    }
    uint32_t id = text_pool_intern(&values->seen, bytes, length);
    make_room(values, id);
    if (values->canonical[id] == TEXT_NULL)
        values->canonical[id] = canonicalise(values, bytes, length);
    struct text text = text_pool_borrow(&values->canonicals, values->canonical[id]);
    return text_pool_intern(texts, text.bytes, text.length);
}
