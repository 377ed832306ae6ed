/* A cube ranked: totals of one dimension, greatest first, for the terminal. */
#ifndef COSTAGG_RESULT_RANKING_H
#define COSTAGG_RESULT_RANKING_H

#include "result/cube.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum { RANKING_ANY = UINT32_MAX };

/* Which series count: the word of the key at `at` must be `is`. */
struct ranking_filter {
    uint32_t at;
    uint32_t is; /* RANKING_ANY: all pass */
};

struct ranking_item {
    uint32_t name; /* text id in cube->names */
    double total;
};

struct ranking {
    struct ranking_item *items;
    size_t count;
    double total;
    double *days; /* of all that passed, by day */
};

/* Sums number `which` of the series by the word at `by`; arrays in `arena`. */
void ranking_build(const struct cube *cube, const struct cube_series *series, uint32_t by,
                   uint32_t which, const struct ranking_filter *filters, size_t filter_count,
                   struct arena *arena, struct ranking *ranking);

#endif
