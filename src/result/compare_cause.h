/* Why two rows differ, as far as the numbers tell: likely causes, named.
 *
 * A cause is a kind and a detail: "scaled" by "calculated_amortized_cost × 3600", "labels differ"
 * in "pod_labels", "namespace missing" "web". Kinds come from the list below, in the order in
 * which they are looked for. */
#ifndef COSTAGG_RESULT_COMPARE_CAUSE_H
#define COSTAGG_RESULT_COMPARE_CAUSE_H

#include "result/row_match.h"

#include <stdbool.h>
#include <stddef.h>

enum compare_cause {
#define COMPARE_CAUSE(ID, name, meaning) COMPARE_##ID,
#include "result/compare_cause.def"
#undef COMPARE_CAUSE
    COMPARE_CAUSE_COUNT
};

struct compare_cause_info {
    const char *name;    /* "days_missing", for machines */
    const char *meaning; /* one sentence for people */
};

extern const struct compare_cause_info compare_causes[COMPARE_CAUSE_COUNT];

enum { COMPARE_DETAIL_SIZE = 400 };

/* The cause for one differing column of a pair; `detail` names the column and what happened. */
enum compare_cause compare_cause_of_column(const struct compare_profile *profile, size_t column,
                                           const unsigned char *a, const unsigned char *b,
                                           char detail[COMPARE_DETAIL_SIZE]);

/* The column that tells most about a pair: keys before numbers, numbers before the rest. */
size_t compare_telling_column(const struct compare_profile *profile, uint64_t differs);

/* b / a where both are numbers and a is not 0, else NaN. */
double compare_factor(double a, double b);

/* What a factor is known for: "3600: seconds against hours"; NULL: nothing. */
const char *compare_factor_name(double factor);

#endif
