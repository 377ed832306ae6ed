#include "attribute/notices.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

/* Longer examples are cut: they are to be recognised, not to be copied. */
enum { EXAMPLE_SIZE = 256 };

static const struct {
    const char *name;
    const char *meaning;
} kinds[NOTICE_COUNT] = {
#define ATTRIBUTION_NOTICE(name, meaning) {#name, meaning},
#include "attribute/notices.def"
#undef ATTRIBUTION_NOTICE
};

void attribution_notices_init(struct attribution_notices *notices)
{
    *notices = (struct attribution_notices){0};
}

void attribution_notices_close(struct attribution_notices *notices)
{
    for (int kind = 0; kind < NOTICE_COUNT; kind++)
        for (int i = 0; i < NOTICE_EXAMPLES; i++)
            free(notices->examples[kind][i]);
    *notices = (struct attribution_notices){0};
}

/* Puts the example into its place among the smallest ones, unless it is there or too great. */
static void put_example(char *examples[NOTICE_EXAMPLES], const char *example)
{
    int at = 0;
    while (at < NOTICE_EXAMPLES && examples[at] != NULL && strcmp(examples[at], example) < 0)
        at++;
    if (at == NOTICE_EXAMPLES || (examples[at] != NULL && strcmp(examples[at], example) == 0))
        return;
    free(examples[NOTICE_EXAMPLES - 1]);
    memmove(examples + at + 1, examples + at,
            (size_t)(NOTICE_EXAMPLES - 1 - at) * sizeof *examples);
    size_t size = strlen(example) + 1;
    examples[at] = memory_grow(NULL, size);
    memcpy(examples[at], example, size);
}

void attribution_notices_add(struct attribution_notices *notices, enum attribution_notice notice,
                             struct text example)
{
    char bytes[EXAMPLE_SIZE];
    size_t length = example.length < EXAMPLE_SIZE ? example.length : EXAMPLE_SIZE - 1;
    if (length > 0)
        memcpy(bytes, example.bytes, length);
    bytes[length] = '\0';
    notices->counts[notice]++;
    put_example(notices->examples[notice], bytes);
}

void attribution_notices_count(struct attribution_notices *notices, enum attribution_notice notice,
                               uint64_t count)
{
    notices->counts[notice] += count;
}

void attribution_notices_merge(struct attribution_notices *notices,
                               const struct attribution_notices *other)
{
    for (int kind = 0; kind < NOTICE_COUNT; kind++) {
        notices->counts[kind] += other->counts[kind];
        for (int i = 0; i < NOTICE_EXAMPLES && other->examples[kind][i] != NULL; i++)
            put_example(notices->examples[kind], other->examples[kind][i]);
    }
}

const char *attribution_notice_name(enum attribution_notice notice)
{
    return kinds[notice].name;
}

const char *attribution_notice_meaning(enum attribution_notice notice)
{
    return kinds[notice].meaning;
}
