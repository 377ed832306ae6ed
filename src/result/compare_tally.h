/* The counts of a comparison: rows, columns, days, namespaces, causes, the largest differences.
 * Bounded: causes and namespaces beyond a limit are counted together. */
#ifndef COSTAGG_RESULT_COMPARE_TALLY_H
#define COSTAGG_RESULT_COMPARE_TALLY_H

#include "base/key_map.h"
#include "base/text_pool.h"
#include "result/compare.h"
#include "result/compare_cause.h"

struct json_t;

struct compare_finding {
    enum compare_cause cause;
    uint32_t detail; /* text id in tally->texts */
    size_t column;   /* of the table; SIZE_MAX: of none */
    int64_t rows;
    double amount; /* sum of the magnitudes */
    struct json_t *examples[COMPARE_EXAMPLES];
    int example_count;
};

/* Totals of a day or a namespace. */
struct compare_place {
    int64_t rows[2];
    double total[2];
    int64_t differences;
};

struct compare_large {
    double amount;
    struct json_t *example;
};

struct compare_tally {
    const struct compare_profile *profile;
    struct text_pool texts; /* of details and namespaces, for the whole comparison */
    int64_t equal, different, only_a, only_b;
    int64_t column_rows[COMPARE_MOST_COLUMNS];
    struct key_map days, namespaces;
    struct compare_place *day_places, *namespace_places;
    uint32_t day_room, namespace_room;
    struct key_map finding_keys;
    struct compare_finding *findings;
    uint32_t finding_room;
    struct key_map factors; /* column, factor to six digits */
    int64_t *factor_rows;
    uint32_t factor_room;
    struct compare_large largest[COMPARE_LARGEST]; /* by magnitude, greatest first */
    size_t largest_count;
};

void compare_tally_init(struct compare_tally *tally, const struct compare_profile *profile);
void compare_tally_close(struct compare_tally *tally);

void compare_tally_row(struct compare_tally *tally, int side, int32_t day, struct text namespace,
                       double amount);
void compare_tally_equal(struct compare_tally *tally, int64_t rows);
void compare_tally_difference(struct compare_tally *tally, bool in_a, bool in_b);
void compare_tally_place(struct compare_tally *tally, int32_t day, struct text namespace);
void compare_tally_column(struct compare_tally *tally, size_t column);

/* A factor between the numbers of a pair; NaN is left out. */
void compare_tally_factor(struct compare_tally *tally, size_t column, double factor);

/* Counts a difference with its cause; valid until the next call. */
struct compare_finding *compare_tally_cause(struct compare_tally *tally, enum compare_cause cause,
                                            size_t column, const char *detail, double amount);

/* Whether a difference belongs to the largest, and taking it in (with its reference). */
bool compare_tally_is_large(const struct compare_tally *tally, double amount);
void compare_tally_largest(struct compare_tally *tally, double amount, struct json_t *example);

int64_t compare_tally_differences(const struct compare_tally *tally);
struct json_t *compare_tally_document(struct compare_tally *tally);

#endif
