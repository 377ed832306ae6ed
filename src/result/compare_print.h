/* A comparison shown: as text for people, as a page, as metrics. (JSON is the document itself.)
 *
 * The document is {"a", "b": locations, "tolerance", "first", "last": days or null, "differences",
 * "tables": [documents of compare_document(), or {"table", "missing": "a" | "b" | "both"}]}. */
#ifndef COSTAGG_RESULT_COMPARE_PRINT_H
#define COSTAGG_RESULT_COMPARE_PRINT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json_t;

/* For a terminal or a log. `explain`: with the likely causes and their examples. */
void compare_print_text(FILE *out, const struct json_t *document, bool explain);

/* A self-contained HTML page. */
void compare_print_page(FILE *out, const struct json_t *document);

/* Prometheus text; `limit` is the number of differences that is still fine, `now` in seconds. */
void compare_print_metrics(FILE *out, const struct json_t *document, int64_t limit, int64_t now);

/* Writes a text to `out` with control characters shown as \xNN. */
void compare_print_safe(FILE *out, const char *text);

#endif
