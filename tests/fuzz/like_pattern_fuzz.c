/* LIKE patterns against a plain matcher that walks all positions at once.
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

enum { JUDGED = 256 };

/* Which positions of the text the pattern's beginning can end at, one pattern byte after another.
 */
static bool matches(const char *pattern, const char *text, size_t length)
{
    bool here[JUDGED + 1] = {true}, next[JUDGED + 1];
    for (; *pattern != '\0'; pattern++) {
        memset(next, 0, sizeof next);
        bool any = false;
        for (size_t at = 0; at <= length; at++) {
            bool boundary = at == length || ((unsigned char)text[at] & 0xc0) != 0x80;
            any = any || here[at];
            if (*pattern == '%')
                next[at] = any && boundary;
            else if (here[at] && at < length && *pattern == '_')
                next[at + character_length(text + at, text + length)] = true;
            else if (here[at] && at < length && *pattern == text[at])
                next[at + 1] = true;
        }
        memcpy(here, next, sizeof here);
    }
    return here[length];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *input = fuzz_string(data, size);
    char *text = strchr(input, '\n');
    if (text != NULL) {
        *text++ = '\0';
        struct text whole = {text, (uint32_t)(size - (size_t)(text - input))};
        bool fits = like_pattern_matches(input, whole);
        bool judged = whole.length <= JUDGED && utf8_is_valid(input, strlen(input)) &&
                      utf8_is_valid(text, whole.length);
        if (judged)
            FUZZ_CHECK(fits == matches(input, text, whole.length));
    }
    free(input);
    return 0;
}
