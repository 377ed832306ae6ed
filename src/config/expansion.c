#include "config/expansion.h"

#include "base/arena.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A growing text. */
struct builder {
    char *bytes;
    size_t length;
    size_t capacity;
};

static void append(struct builder *builder, struct arena *arena, const char *bytes, size_t length)
{
    if (builder->length + length + 1 > builder->capacity) {
        size_t capacity = 2 * (builder->length + length + 1);
        char *larger = arena_alloc(arena, capacity);
        if (builder->length > 0)
            memcpy(larger, builder->bytes, builder->length);
        builder->bytes = larger;
        builder->capacity = capacity;
    }
    memcpy(builder->bytes + builder->length, bytes, length);
    builder->length += length;
    builder->bytes[builder->length] = '\0';
}

static bool is_name(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)bytes[i]) && bytes[i] != '_')
            return false;
    return length > 0 && !isdigit((unsigned char)bytes[0]);
}

/* Fills in one reference; `inside` is what stands between its braces. */
static bool append_reference(struct builder *builder, struct arena *arena, const char *inside,
                             size_t length, struct error *error)
{
    const char *separator = memmem(inside, length, ":-", 2);
    size_t name_length = separator != NULL ? (size_t)(separator - inside) : length;
    if (!is_name(inside, name_length))
        return error_set(error, ERROR_BAD_CONFIG,
                         "'${%.*s}' is no reference: write ${NAME} or ${NAME:-default}, and $${ "
                         "for a plain ${",
                         (int)length, inside);
    const char *name = arena_copy(arena, inside, name_length);
    const char *value = getenv(name);
    if (separator != NULL && (value == NULL || value[0] == '\0'))
        append(builder, arena, separator + 2, length - name_length - 2);
    else if (value != NULL)
        append(builder, arena, value, strlen(value));
    else
        return error_set(error, ERROR_BAD_CONFIG,
                         "the environment has no %s: set it, or write ${%s:-default}", name, name);
    return true;
}

bool expansion_apply(const char *text, struct arena *arena, const char **expanded,
                     struct error *error)
{
    const char *at = strstr(text, "${");
    if (at == NULL) {
        *expanded = text;
        return true;
    }
    struct builder builder = {0};
    append(&builder, arena, text, 0);
    while (at != NULL) {
        bool plain = at > text && at[-1] == '$';
        append(&builder, arena, text, (size_t)(at - text) - plain);
        if (plain) {
            append(&builder, arena, at, 2);
            text = at + 2;
        } else {
            const char *end = strchr(at, '}');
            if (end == NULL)
                return error_set(error, ERROR_BAD_CONFIG, "'${' without its '}'");
            TRY(append_reference(&builder, arena, at + 2, (size_t)(end - at) - 2, error));
            text = end + 1;
        }
        at = strstr(text, "${");
    }
    append(&builder, arena, text, strlen(text));
    *expanded = builder.bytes;
    return true;
}
