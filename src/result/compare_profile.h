/* How rows of a table are compared: what identifies a row, what is measured, what is money.
 *
 * The natural key is what the table is grouped by; the row's uuid plays no part. Tables that have
 * no profile of their own are keyed by all their texts and days. */
#ifndef COSTAGG_RESULT_COMPARE_PROFILE_H
#define COSTAGG_RESULT_COMPARE_PROFILE_H

#include "base/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct result_table;

enum { COMPARE_MOST_COLUMNS = 64 }; /* sets of columns are bits of a uint64_t */

struct compare_profile {
    const struct table *table;
    uint64_t keys;     /* columns of the natural key that both sides have */
    uint64_t values;   /* the other columns that both sides have */
    uint64_t amounts;  /* of the values: what makes a difference large or small */
    size_t total;      /* the amount that is summed by day and namespace; SIZE_MAX: none */
    const char *unit;  /* of that amount: "" for money in its currency, "core-hours" */
    double *allowance; /* by column: what rounding at the last stored digit may amount to */
};

/* The profile for two places that have the table; columns only one of them has are in
 * `only_a` and `only_b`. Arrays in `arena`. */
void compare_profile_build(const struct table *table, const struct result_table *a,
                           const struct result_table *b, struct arena *arena,
                           struct compare_profile *profile, uint64_t *only_a, uint64_t *only_b);

/* The columns of that name list as a set; names a table lacks are left out. */
uint64_t compare_columns(const struct table *table, const char *const *names, size_t count);

#endif
