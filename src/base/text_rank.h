/* Ranks of texts, kept while a pool lives.
 *
 * A rank says where a text stands in the byte order of all texts ranked so far, so ranks sort as
 * their texts do. Texts come again from day to day: only those never ranked before are sorted, and
 * merged into the order of the others. */
#ifndef COSTAGG_BASE_TEXT_RANK_H
#define COSTAGG_BASE_TEXT_RANK_H

#include <stdint.h>

struct text_pool;

struct text_rank {
    const struct text_pool *pool;
    uint32_t *ranks;  /* by text id; 0: not asked for yet */
    uint32_t room;    /* ids there is room for */
    uint32_t *sorted; /* ids by text, then those asked for since */
    uint32_t count;   /* ranked */
    uint32_t asked;   /* behind them */
};

void text_rank_init(struct text_rank *rank, const struct text_pool *pool);
void text_rank_close(struct text_rank *rank);

/* To be called when the pool has been reset. */
void text_rank_reset(struct text_rank *rank);

/* Asks for the rank of a text of the pool, which it has after the next update. */
void text_rank_ask(struct text_rank *rank, uint32_t id);

/* Ranks what was asked for; other ranks may change, their order does not. */
void text_rank_update(struct text_rank *rank);

/* Rows to sort, each some texts (null, too) in the order that counts. */
struct text_keys {
    const uint32_t *ids; /* row i's texts: ids[i × stride] … ids[i × stride + words - 1] */
    uint32_t stride;
    uint32_t words;
};

/* Sorts the numbers of rows; equal rows keep their order. Asks for the ranks itself. */
void text_rank_sort(struct text_rank *rank, const struct text_keys *keys, uint32_t *numbers,
                    uint32_t count);

/* 0 for null, which was not to be asked for, and 1 for the smallest text. */
static inline uint32_t text_rank_of(const struct text_rank *rank, uint32_t id)
{
    return rank->ranks[id];
}

#endif
