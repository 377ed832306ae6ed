#include "rollup/text_carry.h"

#include <stdlib.h>
#include <string.h>

void text_carry_begin(struct text_carry *carry, const struct text_pool *from, struct text_pool *to)
{
    carry->from = from;
    carry->to = to;
    if (from->count > carry->room) {
        carry->room = from->capacity;
        carry->ids = memory_grow(carry->ids, carry->room * sizeof *carry->ids);
    }
    memset(carry->ids, 0xff, from->count * sizeof *carry->ids);
}

void text_carry_close(struct text_carry *carry)
{
    free(carry->ids);
    *carry = (struct text_carry){0};
}
