/* Two results compared, table by table, in windows of whole days.
 *
 * A compare takes one window of rows of both sides after another (any days, but each day whole
 * and once) and keeps only counts, totals, the largest differences and a few examples of every
 * cause, so its memory does not grow with the rows. At the end it is one JSON document, which the
 * printers of compare_print.h show as text, page or metrics:
 *
 *   {"table": …, "unit": …, "total_column": …, "rows": {"a", "b", "equal", "different", "only_a",
 *    "only_b"}, "columns": [{"column", "rows"}], "only_a_columns", "only_b_columns",
 *    "days": [{"day", "rows_a", "rows_b", "total_a", "total_b", "differences"}],
 *    "namespaces": [same, with "namespace"], "largest": [{"amount", "column", "key", "a", "b"}],
 *    "causes": [{"cause", "meaning", "detail", "rows", "amount", "examples"}]}
 *
 * Nothing here opens or reads anything. */
#ifndef COSTAGG_RESULT_COMPARE_H
#define COSTAGG_RESULT_COMPARE_H

#include "result/row_match.h"

struct json_t;
struct compare;

enum { COMPARE_LARGEST = 20, COMPARE_EXAMPLES = 3 };

/* Starts comparing a table; `profile` is borrowed. Freed by compare_close(). */
struct compare *compare_open(const struct compare_profile *profile, struct row_tolerance tolerance);
void compare_close(struct compare *compare);

/* Adds a window: all rows of both sides for some days; texts of both in one pool. */
void compare_add(struct compare *compare, const struct row_batch *a, const struct row_batch *b);

/* Rows that are not equal to a partner so far: the number the exit status goes by. */
int64_t compare_differences(const struct compare *compare);

/* The document; the caller owns the reference. */
struct json_t *compare_document(struct compare *compare);

#endif
