#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
    struct arena_block *older;
    size_t size; /* of bytes[] */
    size_t used;
    max_align_t bytes[];
};

struct arena_release {
    struct arena_release *older;
    void (*release)(void *resource);
    void *resource;
};

enum { FIRST_BLOCK = 16 * 1024, LARGEST_STEP = 1024 * 1024, ALIGNMENT = _Alignof(max_align_t) };

static void out_of_memory(size_t bytes)
{
    fprintf(stderr, "costagg: out of memory: the system refused %zu bytes; nothing was committed\n",
            bytes);
    _Exit(70);
}

void *memory_grow(void *old, size_t bytes)
{
    void *grown = realloc(old, bytes ? bytes : 1);
    if (grown == NULL)
        out_of_memory(bytes);
    return grown;
}

void arena_init(struct arena *arena)
{
    arena->newest = NULL;
    arena->releases = NULL;
}

static void run_releases(struct arena *arena)
{
    while (arena->releases != NULL) {
        struct arena_release *release = arena->releases;
        arena->releases = release->older;
        release->release(release->resource);
    }
}

static void free_blocks(struct arena_block *block)
{
    while (block != NULL) {
        struct arena_block *older = block->older;
        free(block);
        block = older;
    }
}

void arena_close(struct arena *arena)
{
    run_releases(arena);
    free_blocks(arena->newest);
    arena->newest = NULL;
}

void arena_reset(struct arena *arena)
{
    run_releases(arena);
    struct arena_block *kept = arena->newest;
    if (kept == NULL)
        return;
    free_blocks(kept->older);
    kept->older = NULL;
    kept->used = 0;
}

static struct arena_block *add_block(struct arena *arena, size_t needed)
{
    size_t size = FIRST_BLOCK;
    if (arena->newest != NULL) {
        size = arena->newest->size * 2;
        if (size > LARGEST_STEP)
            size = LARGEST_STEP;
    }
    if (size < needed)
        size = needed;
    struct arena_block *block = memory_grow(NULL, sizeof *block + size);
    block->older = arena->newest;
    block->size = size;
    block->used = 0;
    arena->newest = block;
    return block;
}

static void *take(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        out_of_memory(size);
    size_t rounded = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    struct arena_block *block = arena->newest;
    if (block == NULL || block->size - block->used < rounded)
        block = add_block(arena, rounded);
    void *memory = (char *)block->bytes + block->used;
    block->used += rounded;
    return memory;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return memset(take(arena, size), 0, size);
}

void *arena_alloc_array(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        out_of_memory(SIZE_MAX);
    return arena_alloc(arena, bytes);
}

char *arena_copy(struct arena *arena, const char *bytes, size_t length)
{
    char *copy = take(arena, length + 1);
    if (length > 0)
        memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        length = 0;
    char *text = take(arena, (size_t)length + 1);
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

void arena_on_close(struct arena *arena, void (*release)(void *resource), void *resource)
{
    struct arena_release *entry = take(arena, sizeof *entry);
    *entry = (struct arena_release){arena->releases, release, resource};
    arena->releases = entry;
}

size_t arena_size(const struct arena *arena)
{
    size_t size = 0;
    for (const struct arena_block *block = arena->newest; block != NULL; block = block->older)
        size += sizeof *block + block->size;
    return size;
}
