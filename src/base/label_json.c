#include "base/label_json.h"

#include <stdlib.h>
#include <string.h>

enum { DEEPEST_NESTING = 256 };

struct cursor {
    const unsigned char *at;
    const unsigned char *end;
    struct arena *arena;
};

static bool is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte != '"' && byte != '\\';
}

/* How many bytes from `at` on stand for themselves in a string: no quote, no backslash, no control
 * character. Eight at a time: subtracting n gives a byte below n its highest bit, which it did not
 * have; the lowest of them is exact. */
static size_t count_plain(const unsigned char *at, const unsigned char *end)
{
    const uint64_t each = 0x0101010101010101u, highest = each << 7;
    const unsigned char *start = at;
    for (; end - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        uint64_t quote = word ^ each * '"', backslash = word ^ each * '\\';
        uint64_t special = ((word - each * 0x20) & ~word) | ((quote - each) & ~quote) |
                           ((backslash - each) & ~backslash);
        if ((special & highest) != 0)
            return (size_t)(at - start) + (size_t)__builtin_ctzll(special & highest) / 8;
    }
    while (at < end && is_plain(*at))
        at++;
    return (size_t)(at - start);
}

static void skip_space(struct cursor *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' || *c->at == '\r'))
        c->at++;
}

static bool take(struct cursor *c, char expected)
{
    if (c->at == c->end || *c->at != (unsigned char)expected)
        return false;
    c->at++;
    return true;
}

static bool parse_hex4(struct cursor *c, uint32_t *value)
{
    if (c->end - c->at < 4)
        return false;
    *value = 0;
    for (int i = 0; i < 4; i++) {
        unsigned char digit = *c->at++;
        uint32_t nibble;
        if (digit >= '0' && digit <= '9')
            nibble = (uint32_t)(digit - '0');
        else if ((digit | 0x20) >= 'a' && (digit | 0x20) <= 'f')
            nibble = (uint32_t)((digit | 0x20) - 'a' + 10);
        else
            return false;
        *value = *value << 4 | nibble;
    }
    return true;
}

static char *put_utf8(char *to, uint32_t point)
{
    if (point < 0x80) {
        *to++ = (char)point;
    } else if (point < 0x800) {
        *to++ = (char)(0xc0 | point >> 6);
        *to++ = (char)(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
        *to++ = (char)(0xe0 | point >> 12);
        *to++ = (char)(0x80 | (point >> 6 & 0x3f));
        *to++ = (char)(0x80 | (point & 0x3f));
    } else {
        *to++ = (char)(0xf0 | point >> 18);
        *to++ = (char)(0x80 | (point >> 12 & 0x3f));
        *to++ = (char)(0x80 | (point >> 6 & 0x3f));
        *to++ = (char)(0x80 | (point & 0x3f));
    }
    return to;
}

/* After "\u": four digits, and for a high surrogate its other half. A half without its other one
 * is no character and becomes U+FFFD, because output must be valid UTF-8. */
static bool parse_unicode_escape(struct cursor *c, uint32_t *point)
{
    if (!parse_hex4(c, point))
        return false;
    if (*point >= 0xd800 && *point < 0xdc00 && c->end - c->at >= 6 && c->at[0] == '\\' &&
        c->at[1] == 'u') {
        struct cursor ahead = *c;
        ahead.at += 2;
        uint32_t low;
        if (parse_hex4(&ahead, &low) && low >= 0xdc00 && low < 0xe000) {
            *point = 0x10000 + ((*point - 0xd800) << 10) + (low - 0xdc00);
            c->at = ahead.at;
        }
    }
    if (*point >= 0xd800 && *point < 0xe000)
        *point = 0xfffd;
    return true;
}

static bool parse_escape(struct cursor *c, char **to)
{
    if (c->at == c->end)
        return false;
    uint32_t point;
    switch (*c->at++) {
    case '"':
        point = '"';
        break;
    case '\\':
        point = '\\';
        break;
    case '/':
        point = '/';
        break;
    case 'b':
        point = '\b';
        break;
    case 'f':
        point = '\f';
        break;
    case 'n':
        point = '\n';
        break;
    case 'r':
        point = '\r';
        break;
    case 't':
        point = '\t';
        break;
    case 'u':
        if (!parse_unicode_escape(c, &point))
            return false;
        break;
    default:
        return false;
    }
    *to = put_utf8(*to, point);
    return true;
}

/* A string after its opening quote; borrowed from the text unless it holds an escape. */
static bool parse_string(struct cursor *c, struct text *string)
{
    const unsigned char *start = c->at;
    c->at += count_plain(c->at, c->end);
    if (c->at == c->end || *c->at < 0x20)
        return false;
    if (*c->at == '"') {
        *string = (struct text){(const char *)start, (uint32_t)(c->at - start)};
        c->at++;
        return true;
    }
    char *bytes = arena_alloc(c->arena, (size_t)(c->end - start));
    memcpy(bytes, start, (size_t)(c->at - start));
    char *to = bytes + (c->at - start);
    while (c->at < c->end && *c->at != '"') {
        if (*c->at < 0x20)
            return false;
        if (*c->at != '\\') {
            *to++ = (char)*c->at++;
            continue;
        }
        c->at++;
        if (!parse_escape(c, &to))
            return false;
    }
    *string = (struct text){bytes, (uint32_t)(to - bytes)};
    return take(c, '"');
}

static bool skip_word(struct cursor *c, const char *word)
{
    size_t length = strlen(word);
    if ((size_t)(c->end - c->at) < length || memcmp(c->at, word, length) != 0)
        return false;
    c->at += length;
    return true;
}

static size_t skip_digits(struct cursor *c)
{
    const unsigned char *start = c->at;
    while (c->at < c->end && *c->at >= '0' && *c->at <= '9')
        c->at++;
    return (size_t)(c->at - start);
}

static bool skip_number(struct cursor *c)
{
    take(c, '-');
    if (!take(c, '0') && skip_digits(c) == 0)
        return false;
    if (take(c, '.') && skip_digits(c) == 0)
        return false;
    if (c->at < c->end && (*c->at | 0x20) == 'e') {
        c->at++;
        if (!take(c, '+'))
            take(c, '-');
        return skip_digits(c) > 0;
    }
    return true;
}

static bool skip_value(struct cursor *c, int depth);

static bool skip_members(struct cursor *c, char close, int depth)
{
    skip_space(c);
    if (take(c, close))
        return true;
    do {
        struct text key;
        skip_space(c);
        if (close == '}') {
            if (!take(c, '"') || !parse_string(c, &key))
                return false;
            skip_space(c);
            if (!take(c, ':'))
                return false;
        }
        if (!skip_value(c, depth))
            return false;
        skip_space(c);
    } while (take(c, ','));
    return take(c, close);
}

static bool skip_value(struct cursor *c, int depth)
{
    struct text string;
    skip_space(c);
    if (c->at == c->end || depth > DEEPEST_NESTING)
        return false;
    switch (*c->at) {
    case '"':
        c->at++;
        return parse_string(c, &string);
    case '{':
        c->at++;
        return skip_members(c, '}', depth + 1);
    case '[':
        c->at++;
        return skip_members(c, ']', depth + 1);
    case 't':
        return skip_word(c, "true");
    case 'f':
        return skip_word(c, "false");
    case 'n':
        return skip_word(c, "null");
    default:
        return skip_number(c);
    }
}

static bool same_text(struct text a, struct text b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

/* Keeps the list sorted; a key that is there already gets the new value, or goes away with it when
 * that is no string (as a later non-string value would win and then be dropped). */
static void put_label(struct label_list *list, struct label label, bool is_string)
{
    size_t at = list->count;
    int order = -1; /* of the label before that place */
    while (at > 0 && (order = text_compare(list->labels[at - 1].key, label.key)) > 0)
        at--;
    if (at > 0 && order == 0) {
        if (is_string) {
            list->labels[at - 1].value = label.value;
        } else {
            memmove(list->labels + at - 1, list->labels + at,
                    (list->count - at) * sizeof *list->labels);
            list->count--;
        }
        return;
    }
    if (!is_string)
        return;
    memmove(list->labels + at + 1, list->labels + at, (list->count - at) * sizeof *list->labels);
    list->labels[at] = label;
    list->count++;
}

static bool parse_object(struct cursor *c, struct label_list *list, bool *all_strings)
{
    skip_space(c);
    if (!take(c, '{'))
        return false;
    skip_space(c);
    if (take(c, '}'))
        goto end;
    do {
        struct label label;
        skip_space(c);
        if (!take(c, '"') || !parse_string(c, &label.key))
            return false;
        skip_space(c);
        if (!take(c, ':'))
            return false;
        skip_space(c);
        bool is_string = take(c, '"');
        if (!(is_string ? parse_string(c, &label.value) : skip_value(c, 0)))
            return false;
        put_label(list, label, is_string);
        *all_strings = *all_strings && is_string;
        skip_space(c);
    } while (take(c, ','));
    if (!take(c, '}'))
        return false;
end:
    skip_space(c);
    return c->at == c->end;
}

bool label_json_parse(struct text text, struct arena *arena, struct label_list *list)
{
    *list = (struct label_list){NULL, 0};
    if (text.length == 0)
        return false;
    size_t most = text.length / strlen("\"\":\"\"") + 1; /* the shortest member with a string */
    list->labels = arena_alloc_array(arena, most, sizeof *list->labels);
    struct cursor cursor = {(const unsigned char *)text.bytes,
                            (const unsigned char *)text.bytes + text.length, arena};
    bool all_strings = true;
    if (!parse_object(&cursor, list, &all_strings)) {
        list->count = 0;
        return false;
    }
    return all_strings;
}

static char *put_string(char *to, struct text string)
{
    static const char digits[] = "0123456789abcdef";
    static const char short_escapes[] = "btn?fr"; /* of 0x08 … 0x0d; 0x0b has none */
    const unsigned char *at = (const unsigned char *)string.bytes, *end = at + string.length;
    *to++ = '"';
    for (;;) {
        size_t plain = count_plain(at, end);
        if (plain > 0)
            memcpy(to, at, plain);
        to += plain;
        at += plain;
        if (at == end)
            break;
        unsigned char c = *at++;
        *to++ = '\\';
        if (c >= 0x20) {
            *to++ = (char)c;
        } else if (c >= 0x08 && c <= 0x0d && c != 0x0b) {
            *to++ = short_escapes[c - 0x08];
        } else {
            memcpy(to, "u00", 3);
            to[3] = digits[c >> 4];
            to[4] = digits[c & 15];
            to += 5;
        }
    }
    *to++ = '"';
    return to;
}

struct text label_json_print(const struct label_list *list, struct arena *arena)
{
    size_t most = 2;
    for (size_t i = 0; i < list->count; i++)
        most += 6 * ((size_t)list->labels[i].key.length + list->labels[i].value.length) + 6;
    char *bytes = arena_alloc(arena, most);
    char *to = bytes;
    *to++ = '{';
    for (size_t i = 0; i < list->count; i++) {
        if (i > 0)
            *to++ = ',';
        to = put_string(to, list->labels[i].key);
        *to++ = ':';
        to = put_string(to, list->labels[i].value);
    }
    *to++ = '}';
    return (struct text){bytes, (uint32_t)(to - bytes)};
}

struct label_list label_list_merge(struct label_list under, struct label_list over,
                                   struct arena *arena)
{
    if (under.count == 0)
        return over;
    if (over.count == 0)
        return under;
    struct label_list merged = {
        arena_alloc_array(arena, under.count + over.count, sizeof *merged.labels), 0};
    size_t u = 0, o = 0;
    while (u < under.count || o < over.count) {
        int order = u == under.count  ? 1
                    : o == over.count ? -1
                                      : text_compare(under.labels[u].key, over.labels[o].key);
        merged.labels[merged.count++] = order < 0 ? under.labels[u] : over.labels[o];
        u += order <= 0;
        o += order >= 0;
    }
    return merged;
}

struct label_list label_list_filter(struct label_list list, const struct text *keys,
                                    size_t key_count, struct arena *arena)
{
    struct label_list kept = {arena_alloc_array(arena, list.count, sizeof *kept.labels), 0};
    size_t k = 0;
    for (size_t i = 0; i < list.count; i++) {
        while (k < key_count && text_compare(keys[k], list.labels[i].key) < 0)
            k++;
        if (k < key_count && same_text(keys[k], list.labels[i].key))
            kept.labels[kept.count++] = list.labels[i];
    }
    return kept;
}
