/* Whether bytes are valid UTF-8: no stray or missing continuation, no overlong form, no surrogate,
 * nothing above U+10FFFF. */
#ifndef COSTAGG_BASE_UTF8_H
#define COSTAGG_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

bool utf8_is_valid(const char *bytes, size_t length);

#endif
