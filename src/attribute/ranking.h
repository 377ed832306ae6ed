/* An order of numbers that grows: what came before stays sorted, and only what is new is compared.
 *
 * The numbers name things whose order among themselves never changes (targets, receivers). Zeroed
 * is empty. */
#ifndef COSTAGG_ATTRIBUTE_RANKING_H
#define COSTAGG_ATTRIBUTE_RANKING_H

#include "attribute/number_list.h"

#include <stdbool.h>

struct ranking {
    struct number_list order; /* the numbers, smallest first */
    struct number_list ranks; /* by number: its place in the order, from 1 */
};

void ranking_close(struct ranking *ranking);

/* Forgets all numbers. */
void ranking_clear(struct ranking *ranking);

/* Adds numbers that are not in it, sorted. `precedes` says whether a stands before b; it is asked
 * few times where few numbers are added to many. */
void ranking_merge(struct ranking *ranking, const uint32_t *sorted, uint32_t count,
                   bool (*precedes)(const void *context, uint32_t a, uint32_t b),
                   const void *context);

/* The rank of a number that is in the order. */
static inline uint32_t ranking_of(const struct ranking *ranking, uint32_t number)
{
    return ranking->ranks.items[number];
}

size_t ranking_size(const struct ranking *ranking);

#endif
