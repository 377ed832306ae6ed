/* Lower case as the reference engine sees it: code point by code point with Unicode's simple
 * mappings, whatever the locale. Bytes that are no UTF-8 stay as they are. */
#ifndef COSTAGG_ATTRIBUTE_LOWER_CASE_H
#define COSTAGG_ATTRIBUTE_LOWER_CASE_H

#include "base/arena.h"
#include "base/text_pool.h"

/* The text in lower case; bytes in `arena`. {NULL, 0} stays that. */
struct text lower_case_of(struct text text, struct arena *arena);

#endif
