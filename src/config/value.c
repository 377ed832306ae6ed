#include "config/value.h"

#include "base/arena.h"
#include "base/calendar.h"
#include "base/uuid.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* strtoll() would also take blanks, a plus sign and nothing at all. */
static bool leading_integer(const char *text, int64_t *value, const char **rest)
{
    const char *digits = text[0] == '-' ? text + 1 : text;
    if (!isdigit((unsigned char)digits[0]))
        return false;
    char *end;
    errno = 0;
    long long parsed = strtoll(text, &end, 10);
    if (errno != 0)
        return false;
    *value = parsed;
    *rest = end;
    return true;
}

bool value_integer(const char *text, int64_t *value)
{
    int64_t parsed;
    const char *rest;
    if (!leading_integer(text, &parsed, &rest) || rest[0] != '\0')
        return false;
    *value = parsed;
    return true;
}

bool value_number(const char *text, double *value)
{
    /* No hexadecimal, no "inf", no "nan": what is left are decimal numbers. */
    if (text[0] == '\0' || strspn(text, "0123456789.+-eE") != strlen(text))
        return false;
    char *end;
    double parsed = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(parsed))
        return false;
    *value = parsed;
    return true;
}

bool value_boolean(const char *text, bool *value)
{
    static const char *const words[][2] = {
        {"false", "true"}, {"no", "yes"}, {"off", "on"}, {"0", "1"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        for (int truth = 0; truth < 2; truth++)
            if (strcasecmp(text, words[i][truth]) == 0) {
                *value = truth == 1;
                return true;
            }
    return false;
}

bool value_size(const char *text, int64_t *bytes)
{
    static const struct {
        const char *unit;
        int64_t bytes;
    } units[] = {
        {"", 1},
        {"b", 1},
        {"kb", 1000},
        {"k", 1000},
        {"kib", 1 << 10},
        {"ki", 1 << 10},
        {"mb", 1000 * 1000},
        {"m", 1000 * 1000},
        {"mib", 1 << 20},
        {"mi", 1 << 20},
        {"gb", 1000 * 1000 * 1000},
        {"g", 1000 * 1000 * 1000},
        {"gib", 1 << 30},
        {"gi", 1 << 30},
        {"tb", INT64_C(1000000000000)},
        {"t", INT64_C(1000000000000)},
        {"tib", INT64_C(1) << 40},
        {"ti", INT64_C(1) << 40},
    };
    int64_t number;
    const char *rest;
    if (!leading_integer(text, &number, &rest) || number < 0)
        return false;
    rest += *rest == ' ';
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcasecmp(rest, units[i].unit) == 0)
            return !__builtin_mul_overflow(number, units[i].bytes, bytes);
    return false;
}

bool value_duration(const char *text, int *seconds)
{
    int64_t number;
    const char *rest;
    if (!leading_integer(text, &number, &rest) || number < 0 || number > 1000000)
        return false;
    int unit = strcmp(rest, "") == 0 || strcmp(rest, "s") == 0 ? 1
               : strcmp(rest, "m") == 0                        ? 60
               : strcmp(rest, "h") == 0                        ? 3600
                                                               : 0;
    if (unit == 0 || number > 1000000 / unit)
        return false;
    *seconds = (int)number * unit;
    return true;
}

bool value_shard(const char *text, int *index, int *count)
{
    int64_t i;
    int64_t n;
    const char *rest;
    if (!leading_integer(text, &i, &rest) || rest[0] != '/' || !value_integer(rest + 1, &n))
        return false;
    if (n < 1 || n > 1000000 || i < 0 || i >= n)
        return false;
    *index = (int)i;
    *count = (int)n;
    return true;
}

bool value_uuid(const char *text, struct arena *arena, const char **uuid)
{
    unsigned char bytes[UUID_SIZE];
    char lower[UUID_TEXT_SIZE];
    if (!uuid_parse(text, strlen(text), bytes))
        return false;
    *uuid = arena_copy(arena, uuid_format(bytes, lower), UUID_TEXT_SIZE - 1);
    return true;
}

static const char *without_synonym(const char *text)
{
    static const char *const synonyms[][2] = {
        {"console", "text"}, {"warn", "warning"}, {"critical", "error"}, {"yes", "true"},
        {"on", "true"},      {"no", "false"},     {"off", "false"},
    };
    for (size_t i = 0; i < sizeof synonyms / sizeof synonyms[0]; i++)
        if (strcasecmp(text, synonyms[i][0]) == 0)
            return synonyms[i][1];
    return text;
}

bool value_choice(const char *text, const char *choices, int *index)
{
    const char *word = without_synonym(text);
    for (int position = 0;; position++) {
        size_t length = strcspn(choices, "|");
        if (strlen(word) == length && strncasecmp(word, choices, length) == 0) {
            *index = position;
            return true;
        }
        if (choices[length] == '\0')
            return false;
        choices += length + 1;
    }
}

bool value_fits(enum option_kind kind, const char *choices, const char *text)
{
    union {
        int64_t integer;
        double number;
        bool boolean;
        int32_t day;
        int small[2];
        unsigned char uuid[UUID_SIZE];
    } value;
    switch (kind) {
    case OPTION_KIND_TEXT:
    case OPTION_KIND_LOCATION:
    case OPTION_KIND_PATH:
        return true;
    case OPTION_KIND_DATE:
        return calendar_parse(text, &value.day);
    case OPTION_KIND_UUID:
        return uuid_parse(text, strlen(text), value.uuid);
    case OPTION_KIND_INTEGER:
        return value_integer(text, &value.integer);
    case OPTION_KIND_NUMBER:
        return value_number(text, &value.number);
    case OPTION_KIND_SIZE:
        return value_size(text, &value.integer);
    case OPTION_KIND_DURATION:
        return value_duration(text, &value.small[0]);
    case OPTION_KIND_BOOLEAN:
        return value_boolean(text, &value.boolean);
    case OPTION_KIND_CHOICE:
        return value_choice(text, choices, &value.small[0]);
    case OPTION_KIND_SHARD:
        return value_shard(text, &value.small[0], &value.small[1]);
    }
    return false;
}
