/* A cube as a page: one HTML file with everything in it, that asks no network for anything.
 * Names from the result reach the page as data only, never as markup. */
#ifndef COSTAGG_RESULT_REPORT_PAGE_H
#define COSTAGG_RESULT_REPORT_PAGE_H

#include <stdio.h>

struct cube;

/* Write errors stay in the stream (ferror). */
void report_page_print(FILE *out, const struct cube *cube);

#endif
