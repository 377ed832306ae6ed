/* LIKE patterns against a plain matcher that tries every length for every %.
 * Input: the pattern, a line feed, the text. */
#include "fuzz.h"

#include "base/like_pattern.h"
#include "base/text_pool.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

static size_t character_length(const char *at, const char *end)
{
    const char *next = at + 1;
    while (next < end && ((unsigned char)*next & 0xc0) == 0x80)
        next++;
    return (size_t)(next - at);
}

static bool matches(const char *pattern, const char *text, const char *end)
{
    if (*pattern == '\0')
        return text == end;
    if (*pattern == '%') {
        for (const char *at = text;; at += character_length(at, end)) {
            if (matches(pattern + 1, at, end))
                return true;
            if (at == end)
                return false;
        }
    }
    if (text == end)
        return false;
    if (*pattern == '_')
        return matches(pattern + 1, text + character_length(text, end), end);
    return *pattern == *text && matches(pattern + 1, text + 1, end);
}

static size_t count_percents(const char *pattern)
{
    size_t count = 0;
    for (; *pattern != '\0'; pattern++)
        count += *pattern == '%' && pattern[1] != '%';
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *input = fuzz_string(data, size);
    char *text = strchr(input, '\n');
    if (text != NULL) {
        *text++ = '\0';
        struct text whole = {text, (uint32_t)(size - (size_t)(text - input))};
        bool fits = like_pattern_matches(input, whole);
        /* The plain matcher takes exponential time; it judges small cases. */
        bool judged = whole.length <= 64 && count_percents(input) <= 4 && strlen(input) <= 64 &&
                      utf8_is_valid(input, strlen(input)) && utf8_is_valid(text, whole.length);
        if (judged)
            FUZZ_CHECK(fits == matches(input, text, text + whole.length));
    }
    free(input);
    return 0;
}
