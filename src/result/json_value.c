#include "result/json_value.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* What is remembered is forgotten beyond this. */
enum { REMEMBERED_BYTES = 4 << 20 };

void json_values_init(struct json_values *values)
{
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

/* The id of the canonical text in values->canonicals. */
static uint32_t canonicalise(struct json_values *values, const char *bytes, size_t length)
{
    json_t *json =
        json_loadb(bytes, length, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL);
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
