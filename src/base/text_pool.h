/* Texts as small numbers.
 *
 * A pool keeps one copy of every distinct text and names it by a text id: equal texts, equal ids,
 * so the rest of the program compares, hashes and stores 4-byte ids. Id 0 (TEXT_NULL) is SQL null;
 * the empty text is TEXT_EMPTY, a value like any other. Texts are UTF-8 bytes, may hold NULs, and
 * are not terminated. A pool is not shared between threads. */
#ifndef COSTAGG_BASE_TEXT_POOL_H
#define COSTAGG_BASE_TEXT_POOL_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TEXT_NULL = 0, TEXT_EMPTY = 1 };

struct text {
    const char *bytes;
    uint32_t length;
};

struct text_slot;

struct text_pool {
    struct arena arena; /* the bytes */
    struct text *texts; /* by id; texts[0] is {NULL, 0} */
    struct text_slot *slots;
    uint32_t count; /* ids in use: 0 … count - 1 */
    uint32_t capacity;
    uint32_t slot_mask;
    size_t bytes;    /* of all texts */
    uint64_t serial; /* of no other pool, and another one after every reset: who remembers ids sees
                        by it whether they still hold */
};

void text_pool_init(struct text_pool *pool);
void text_pool_close(struct text_pool *pool);

/* Forgets every text but null and empty. Ids handed out before are void. */
void text_pool_reset(struct text_pool *pool);

/* The id of a text; copies the bytes when it is new. bytes == NULL gives TEXT_NULL. */
uint32_t text_pool_intern(struct text_pool *pool, const char *bytes, size_t length);

/* Interns many texts at once, faster than one by one: text i is bytes[ends[i]] … bytes[ends[i +
 * 1]], as in an Arrow array; `ids` gets their ids. */
void text_pool_intern_all(struct text_pool *pool, const char *bytes, const int32_t *ends,
                          size_t count, uint32_t *ids);

/* As above for a C string. */
uint32_t text_pool_intern_string(struct text_pool *pool, const char *string);

/* Bytes that the texts take, with what is kept of each. */
size_t text_pool_size(const struct text_pool *pool);

/* The id of a text that is in the pool already, or UINT32_MAX. */
uint32_t text_pool_find(const struct text_pool *pool, const char *bytes, size_t length);

/* 64 bits that stand for a text across pools. */
uint64_t text_hash(struct text text);

/* The text of an id; its bytes live until the pool is reset or closed. {NULL, 0} for null. */
static inline struct text text_pool_borrow(const struct text_pool *pool, uint32_t id)
{
    return pool->texts[id];
}

/* Order by UTF-8 bytes, shorter first on a common prefix; null before everything. */
int text_compare(struct text a, struct text b);

/* Ranks distinct ids (TEXT_NULL not among them) by the byte order of their texts: ranks[id] is 1
 * for the smallest, ranks[TEXT_NULL] is 0. `ranks` has room for pool->count; other ids stay. */
void text_pool_rank(const struct text_pool *pool, const uint32_t *ids, uint32_t count,
                    uint32_t *ranks);

#endif
