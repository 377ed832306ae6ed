#include "rollup/text_array.h"

#include <jansson.h>

#include <stdlib.h>
#include <string.h>

static int compare_ids(const void *left, const void *right, void *pool)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    if (a == TEXT_NULL || b == TEXT_NULL)
        return (a == TEXT_NULL) - (b == TEXT_NULL);
    return text_compare(text_pool_borrow(pool, a), text_pool_borrow(pool, b));
}

/* Escapes as JSON demands them and no others; returns the end. */
static char *put_text(char *to, struct text text)
{
    static const char digits[] = "0123456789abcdef", letters[] = "bfnrt", bytes[] = "\b\f\n\r\t";
    *to++ = '"';
    for (uint32_t i = 0; i < text.length; i++) {
        char byte = text.bytes[i];
        const char *letter = byte == '\0' ? NULL : strchr(bytes, byte);
        if (byte == '"' || byte == '\\') {
            *to++ = '\\';
            *to++ = byte;
        } else if (letter != NULL) {
            *to++ = '\\';
            *to++ = letters[letter - bytes];
        } else if ((unsigned char)byte < 0x20) {
            memcpy(to, "\\u00", 4);
            to[4] = digits[byte >> 4];
            to[5] = digits[byte & 15];
            to += 6;
        } else {
            *to++ = byte;
        }
    }
    *to++ = '"';
    return to;
}

struct text text_array_print(uint32_t *ids, size_t count, const struct text_pool *texts,
                             struct arena *arena)
{
    enum { LONGEST_ESCAPE = 6, AROUND = 5 /* null and a comma */ };
    size_t room = 2;
    qsort_r(ids, count, sizeof *ids, compare_ids, (void *)texts);
    for (size_t i = 0; i < count; i++)
        room += AROUND + (size_t)text_pool_borrow(texts, ids[i]).length * LONGEST_ESCAPE;
    char *bytes = arena_alloc(arena, room), *at = bytes;
    *at++ = '[';
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            *at++ = ',';
        if (ids[i] != TEXT_NULL) {
            at = put_text(at, text_pool_borrow(texts, ids[i]));
        } else {
            memcpy(at, "null", 4);
            at += 4;
        }
    }
    *at++ = ']';
    return (struct text){bytes, (uint32_t)(at - bytes)};
}

const uint32_t *text_array_parse(struct text text, struct text_pool *texts, struct arena *arena,
                                 size_t *count)
{
    json_t *array = json_loadb(text.bytes, text.length, JSON_ALLOW_NUL, NULL);
    size_t size = json_is_array(array) ? json_array_size(array) : 0;
    uint32_t *ids = arena_alloc_array(arena, size, sizeof *ids);
    *count = 0;
    for (size_t i = 0; i < size; i++) {
        const json_t *element = json_array_get(array, i);
        if (json_is_string(element))
            ids[(*count)++] =
                text_pool_intern(texts, json_string_value(element), json_string_length(element));
    }
    json_decref(array);
    return ids;
}
