/* Memory by lifetime.
 *
 * An arena hands out memory that is freed all at once: one for the run, one reset after every
 * batch or day. It is passed explicitly. Allocation never returns NULL: running out of memory ends
 * the process with a clear message, which is safe because sinks commit last. Resources that are no
 * memory (files, connections, Arrow streams) register their release with the arena that owns them.
 */
#ifndef COSTAGG_BASE_ARENA_H
#define COSTAGG_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena_block;
struct arena_release;

struct arena {
    struct arena_block *newest;
    struct arena_release *releases; /* newest first */
};

void arena_init(struct arena *arena);

/* Runs the releases, newest first, and frees everything. The arena can be used again. */
void arena_close(struct arena *arena);

/* As arena_close(), but keeps the largest block for reuse. */
void arena_reset(struct arena *arena);

/* `size` bytes of zeros, aligned for any type. Never NULL; size 0 gives a valid pointer. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((malloc, returns_nonnull));

/* Room for `count` zeroed items of `size` bytes; an overflowing product ends the process. */
void *arena_alloc_array(struct arena *arena, size_t count, size_t size)
    __attribute__((malloc, returns_nonnull));

/* A NUL-terminated copy of `length` bytes. */
char *arena_copy(struct arena *arena, const char *bytes, size_t length)
    __attribute__((returns_nonnull));

/* A NUL-terminated formatted string. */
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3), returns_nonnull));

/* Calls release(resource) when the arena is reset or closed. */
void arena_on_close(struct arena *arena, void (*release)(void *resource), void *resource);

/* Bytes the arena holds from the system. */
size_t arena_size(const struct arena *arena);

/* malloc/realloc that never return NULL, for growing arrays that an arena does not suit. */
void *memory_grow(void *old, size_t bytes) __attribute__((returns_nonnull));

#endif
