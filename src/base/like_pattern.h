/* SQL LIKE patterns: % is any run of characters, _ any one character, there is no escape character.
 * A character is a UTF-8 code point. Case-sensitive, matched against the whole text. */
#ifndef COSTAGG_BASE_LIKE_PATTERN_H
#define COSTAGG_BASE_LIKE_PATTERN_H

#include "base/text_pool.h"

#include <stdbool.h>

/* False for a null text (bytes == NULL). Takes time linear in pattern × text at the worst. */
bool like_pattern_matches(const char *pattern, struct text text);

#endif
