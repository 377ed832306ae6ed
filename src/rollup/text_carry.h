/* Text ids of one pool as ids of another, each distinct text looked up once a batch. */
#ifndef COSTAGG_ROLLUP_TEXT_CARRY_H
#define COSTAGG_ROLLUP_TEXT_CARRY_H

#include "base/text_pool.h"

struct text_carry {
    const struct text_pool *from;
    struct text_pool *to;
    uint32_t *ids; /* by id of `from`; UINT32_MAX: not looked up yet */
    uint32_t room;
};

/* Starts a batch; what was known of the last one is forgotten. */
void text_carry_begin(struct text_carry *carry, const struct text_pool *from, struct text_pool *to);
void text_carry_close(struct text_carry *carry);

/* The id in the other pool; null stays null. */
static inline uint32_t text_carry_id(struct text_carry *carry, uint32_t id)
{
    if (carry->ids[id] == UINT32_MAX) {
        struct text text = text_pool_borrow(carry->from, id);
        carry->ids[id] = text_pool_intern(carry->to, text.bytes, text.length);
    }
    return carry->ids[id];
}

#endif
