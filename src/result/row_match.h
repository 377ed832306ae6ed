/* Rows of two results matched as multisets.
 *
 * First by the full key: rows that agree in every value within the tolerance are paired, what is
 * left of a key is paired with the nearest. Rows left over are then matched with part of the key
 * put aside (labels, node, volume, …) to find rows that are the same but for that part; those
 * only when their values agree, or when there is just one on either side. What still has no
 * partner is only here or only there.
 *
 * Example: A has (day 1, namespace web, labels {}) with 2.0 and B has (day 1, web, {"app":"x"})
 * with 2.0. No full key agrees; with the labels put aside the two are one pair that differs in its
 * labels. Nothing is read or written here: rows come in, pairs go out. */
#ifndef COSTAGG_RESULT_ROW_MATCH_H
#define COSTAGG_RESULT_ROW_MATCH_H

#include "base/table.h"
#include "result/compare_profile.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ROW_MATCH_NONE = -1 };

/* Why a row that has no partner has none. */
enum lone_row {
    LONE_UNKNOWN,
    LONE_DUPLICATE, /* an equal row of its own side has the partner */
    LONE_SPLIT,     /* the rows of the key add up to the same: one row here, several there */
};

struct row_pair {
    int64_t a; /* row number, or ROW_MATCH_NONE */
    int64_t b;
    uint64_t differs; /* columns that differ beyond the tolerance, keys included */
    enum lone_row lone;
};

struct row_match {
    struct row_pair *pairs; /* one for every row of either side that is not equal to its partner */
    size_t count;
    size_t capacity;
    int64_t equal; /* pairs without any difference */
};

/* Numbers closer than relative × the greater, or than the column's allowance, are equal. */
struct row_tolerance {
    double relative;
};

void row_match_init(struct row_match *match);
void row_match_close(struct row_match *match);

/* Matches two batches of one table whose texts are in one pool; replaces the last match. */
void row_match_build(struct row_match *match, const struct compare_profile *profile,
                     struct row_tolerance tolerance, const struct row_batch *a,
                     const struct row_batch *b);

/* True when two cells are equal within the tolerance. */
bool row_match_cell(const struct compare_profile *profile, struct row_tolerance tolerance,
                    size_t column, const unsigned char *a, const unsigned char *b);

static inline const unsigned char *row_match_row(const struct row_batch *batch, int64_t row)
{
    return (const unsigned char *)batch->rows + (size_t)row * batch->table->row_size;
}

#endif
