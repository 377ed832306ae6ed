/* UTF-8: whether bytes are valid, and whether they may be shown.
 *
 * Valid is: no stray or missing continuation, no overlong form, no surrogate, nothing above
 * U+10FFFF. */
#ifndef COSTAGG_BASE_UTF8_H
#define COSTAGG_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

bool utf8_is_valid(const char *bytes, size_t length);

/* Length of the character at the start of a C string, 0 when its bytes are no character that may be
 * shown in a message: malformed, a control character of either range, one that breaks lines or
 * turns the direction of writing. */
size_t utf8_printable_length(const char *text);

#endif
