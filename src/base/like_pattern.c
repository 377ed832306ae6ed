#include "base/like_pattern.h"

#include <stddef.h>

static const char *next_character(const char *at, const char *end)
{
    at++;
    while (at < end && ((unsigned char)*at & 0xc0) == 0x80)
        at++;
    return at;
}

/* Greedy with one point of return: after a mismatch only the last % can take more. */
bool like_pattern_matches(const char *pattern, struct text text)
{
    if (text.bytes == NULL)
        return false;
    const char *at = text.bytes, *end = text.bytes + text.length;
    const char *after_percent = NULL, *resume = NULL;
    while (at < end) {
        if (*pattern == '%') {
            after_percent = ++pattern;
            resume = at;
        } else if (*pattern == '_') {
            pattern++;
            at = next_character(at, end);
        } else if (*pattern != '\0' && *pattern == *at) {
            pattern++;
            at++;
        } else if (after_percent != NULL) {
            pattern = after_percent;
            at = resume = next_character(resume, end);
        } else {
            return false;
        }
    }
    while (*pattern == '%')
        pattern++;
    return *pattern == '\0';
}
