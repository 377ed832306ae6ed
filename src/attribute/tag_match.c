#include "attribute/tag_match.h"

#include "attribute/lower_case.h"
#include "attribute/notices.h"
#include "attribute/pattern_automaton.h"
#include "base/label_json.h"
#include "base/settings.h"

#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

enum { DIGEST_WORDS = 4 };

/* Stands between key and value; no byte of UTF-8. */
static const char pair_border = '\xff';

/* ---- keys enabled for both sides ---- */

static bool list_has(const struct string_list *list, const char *key)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], key) == 0)
            return true;
    return false;
}

static void build_keys(struct tag_match *match, const struct settings *settings,
                       struct arena *arena)
{
    struct text_pool keys; /* makes them distinct */
    text_pool_init(&keys);
    for (size_t i = 0; i < settings->enabled_aws_keys.count; i++) {
        const char *key = settings->enabled_aws_keys.items[i];
        if (!list_has(&settings->enabled_ocp_keys, key))
            continue;
        match->any_text |= *key == '\0';
        text_pool_intern_string(&keys, key);
    }
    if (match->any_text || keys.count > TAG_MATCH_FIRST_ID)
        match->keys = pattern_automaton_build(keys.texts + TAG_MATCH_FIRST_ID,
                                              keys.count - TAG_MATCH_FIRST_ID, arena);
    text_pool_close(&keys);
}

void tag_match_init(struct tag_match *match, uint32_t words, const struct settings *settings,
                    struct arena *arena)
{
    *match = (struct tag_match){0};
    cluster_names_init(&match->strings, words);
    cluster_names_init(&match->label_pairs, words);
    key_map_init(&match->seen_labels, 1 + 2 * DIGEST_WORDS);
    key_map_init(&match->seen_tags, DIGEST_WORDS);
    text_pool_init(&match->pieces);
    text_pool_init(&match->left_out);
    build_keys(match, settings, arena);
}

void tag_match_close(struct tag_match *match)
{
    cluster_names_close(&match->strings);
    cluster_names_close(&match->label_pairs);
    key_map_close(&match->seen_labels);
    key_map_close(&match->seen_tags);
    text_pool_close(&match->pieces);
    text_pool_close(&match->left_out);
    number_list_close(&match->piece_starts);
    number_list_close(&match->piece_ids);
}

bool tag_match_is_generic(const struct tag_match *match)
{
    return match->keys != NULL;
}

/* True when a non-null text contains an enabled key, anywhere. */
static bool has_key(const struct tag_match *match, struct text text)
{
    return text.bytes != NULL && (match->any_text || pattern_automaton_hits(match->keys, text));
}

/* ---- the strings of clusters, nodes and namespaces ---- */

static void add_special(struct tag_match *match, size_t cluster, const char *key, struct text value)
{
    struct arena scratch;
    arena_init(&scratch);
    char *bytes = arena_printf(&scratch, "\"%s\": \"%.*s\"", key, (int)value.length, value.bytes);
    cluster_names_add(&match->strings, cluster, (struct text){bytes, (uint32_t)strlen(bytes)});
    arena_close(&scratch);
}

void tag_match_add_cluster(struct tag_match *match, size_t number, const struct cluster *cluster)
{
    const char *names[] = {cluster->cluster_id, cluster->cluster_alias};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i] != NULL)
            add_special(match, number, "openshift_cluster",
                        (struct text){names[i], (uint32_t)strlen(names[i])});
}

void tag_match_add_node(struct tag_match *match, size_t cluster, struct text node)
{
    if (node.bytes != NULL)
        add_special(match, cluster, "openshift_node", node);
}

void tag_match_add_namespace(struct tag_match *match, size_t cluster, struct text namespace_name)
{
    if (namespace_name.bytes != NULL)
        add_special(match, cluster, "openshift_project", namespace_name);
}

/* ---- generic strings ---- */

static void digest_text(struct text text, uint32_t digest[DIGEST_WORDS])
{
    if (text.bytes == NULL) {
        memset(digest, 0, DIGEST_WORDS * sizeof *digest);
        return;
    }
    XXH128_hash_t hash = XXH3_128bits(text.bytes, text.length);
    memcpy(digest, &hash, sizeof hash);
}

static struct text join_pair(struct label label, struct arena *arena)
{
    uint32_t length = label.key.length + 1 + label.value.length;
    char *bytes = arena_alloc(arena, length);
    memcpy(bytes, label.key.bytes, label.key.length);
    bytes[label.key.length] = pair_border;
    memcpy(bytes + label.key.length + 1, label.value.bytes, label.value.length);
    return (struct text){bytes, length};
}

/* The pair as it is compared. */
static struct text lower_pair(struct label label, struct arena *arena)
{
    label.key = lower_case_of(label.key, arena);
    label.value = lower_case_of(label.value, arena);
    return join_pair(label, arena);
}

static void add_pairs(struct tag_match *match, size_t cluster, struct text labels,
                      struct arena *arena)
{
    struct label_list list;
    if (labels.bytes == NULL)
        return;
    label_json_parse(labels, arena, &list);
    for (size_t i = 0; i < list.count; i++)
        cluster_names_add(&match->label_pairs, cluster, lower_pair(list.labels[i], arena));
}

void tag_match_add_labels(struct tag_match *match, size_t cluster, struct text pod_labels,
                          struct text volume_labels)
{
    if (match->keys == NULL)
        return;
    uint32_t key[1 + 2 * DIGEST_WORDS] = {(uint32_t)cluster};
    digest_text(pod_labels, key + 1);
    digest_text(volume_labels, key + 1 + DIGEST_WORDS);
    bool added;
    key_map_add(&match->seen_labels, key, &added);
    if (!added || (!has_key(match, pod_labels) && !has_key(match, volume_labels)))
        return;
    struct arena scratch;
    arena_init(&scratch);
    add_pairs(match, cluster, pod_labels, &scratch);
    add_pairs(match, cluster, volume_labels, &scratch);
    arena_close(&scratch);
}

/* Writes "\uXXXX". */
static char *put_escape(char *to, uint32_t unit)
{
    static const char digits[] = "0123456789abcdef";
    *to++ = '\\';
    *to++ = 'u';
    for (int shift = 12; shift >= 0; shift -= 4)
        *to++ = digits[unit >> shift & 15];
    return to;
}

/* Reads one UTF-8 character that is not ASCII; of broken ones what there is. */
static const unsigned char *read_character(const unsigned char *at, const unsigned char *end,
                                           uint32_t *point)
{
    int more = *at >= 0xf0 ? 3 : *at >= 0xe0 ? 2 : 1;
    *point = *at++ & (0x3fu >> more);
    for (; more > 0 && at < end; more--)
        *point = *point << 6 | (*at++ & 0x3f);
    return at;
}

static char *put_control(char *to, unsigned char c)
{
    static const char short_escapes[] = "btn?fr"; /* of 0x08 … 0x0d; 0x0b has none */
    if (c < 0x08 || c > 0x0d || c == 0x0b)
        return put_escape(to, c);
    *to++ = '\\';
    *to++ = short_escapes[c - 0x08];
    return to;
}

/* A quoted text in ASCII, braces left out. The text holds no quote and no backslash. */
static char *put_quoted(char *to, struct text text)
{
    const unsigned char *at = (const unsigned char *)text.bytes, *end = at + text.length;
    *to++ = '"';
    while (at < end) {
        if (*at >= 0x80) {
            uint32_t point;
            at = read_character(at, end, &point);
            if (point >= 0x10000) {
                to = put_escape(to, 0xd800 + ((point - 0x10000) >> 10));
                point = 0xdc00 + ((point - 0x10000) & 0x3ff);
            }
            to = put_escape(to, point);
            continue;
        }
        if (*at < 0x20)
            to = put_control(to, *at);
        else if (*at != '{' && *at != '}')
            *to++ = (char)*at;
        at++;
    }
    *to++ = '"';
    return to;
}

static bool is_quotable(struct text text)
{
    for (uint32_t i = 0; i < text.length; i++)
        if (text.bytes[i] == '"' || text.bytes[i] == '\\')
            return false;
    return true;
}

/* Counts a pair once, however many lines carry it. */
static void leave_out(struct tag_match *match, struct label label, struct arena *arena,
                      struct attribution_notices *notices)
{
    char *name = arena_printf(arena, "%.*s=%.*s", (int)label.key.length, label.key.bytes,
                              (int)label.value.length, label.value.bytes);
    struct text pair = {name, (uint32_t)strlen(name)};
    if (text_pool_find(&match->left_out, pair.bytes, pair.length) != UINT32_MAX)
        return;
    text_pool_intern(&match->left_out, pair.bytes, pair.length);
    attribution_notices_add(notices, NOTICE_unquotable_tag, pair);
}

static void add_generic(struct tag_match *match, struct label label, struct arena *arena,
                        struct attribution_notices *notices)
{
    const uint32_t *clusters = cluster_names_find(&match->label_pairs, lower_pair(label, arena));
    if (clusters == NULL)
        return;
    if (!is_quotable(label.key) || !is_quotable(label.value)) {
        leave_out(match, label, arena, notices);
        return;
    }
    char *bytes = arena_alloc(arena, 6 * ((size_t)label.key.length + label.value.length) + 8);
    char *to = put_quoted(bytes, label.key);
    *to++ = ':';
    *to++ = ' ';
    to = put_quoted(to, label.value);
    cluster_names_add_set(&match->strings, clusters, (struct text){bytes, (uint32_t)(to - bytes)});
}

void tag_match_add_tags(struct tag_match *match, struct text tags,
                        struct attribution_notices *notices)
{
    if (match->keys == NULL || tags.bytes == NULL)
        return;
    uint32_t key[DIGEST_WORDS];
    digest_text(tags, key);
    bool added;
    key_map_add(&match->seen_tags, key, &added);
    if (!added || !has_key(match, tags))
        return;
    struct arena scratch;
    arena_init(&scratch);
    struct label_list list;
    label_json_parse(tags, &scratch, &list);
    for (size_t i = 0; i < list.count; i++)
        add_generic(match, list.labels[i], &scratch, notices);
    arena_close(&scratch);
}

/* ---- automata ---- */

/* The text without its spaces. */
static uint32_t intern_piece(struct tag_match *match, const char *bytes, uint32_t length)
{
    char *piece = memory_grow(NULL, (size_t)length + 1);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < length; i++)
        if (bytes[i] != ' ')
            piece[kept++] = bytes[i];
    uint32_t id = text_pool_intern(&match->pieces, piece, kept);
    free(piece);
    return id;
}

static void cut_string(struct tag_match *match, struct text string)
{
    uint32_t start = 0;
    for (uint32_t i = 0; i <= string.length; i++) {
        if (i < string.length && string.bytes[i] != ',')
            continue;
        number_list_add(&match->piece_ids, intern_piece(match, string.bytes + start, i - start));
        start = i + 1;
    }
}

void tag_match_build(struct tag_match *match, struct arena *arena)
{
    const struct text_pool *strings = &match->strings.texts;
    for (uint32_t id = 0; id < TAG_MATCH_FIRST_ID; id++)
        number_list_add(&match->piece_starts, 0);
    for (uint32_t id = TAG_MATCH_FIRST_ID; id < strings->count; id++) {
        number_list_add(&match->piece_starts, match->piece_ids.count);
        cut_string(match, strings->texts[id]);
    }
    number_list_add(&match->piece_starts, match->piece_ids.count);
    match->in_tags = pattern_automaton_build(strings->texts + TAG_MATCH_FIRST_ID,
                                             strings->count - TAG_MATCH_FIRST_ID, arena);
    match->in_labels = pattern_automaton_build(match->pieces.texts + TAG_MATCH_FIRST_ID,
                                               match->pieces.count - TAG_MATCH_FIRST_ID, arena);
    /* They have done their work. */
    key_map_clear(&match->seen_labels);
    key_map_clear(&match->seen_tags);
}

static void find_in(const struct pattern_automaton *automaton, struct text text,
                    struct number_list *found)
{
    uint32_t first = found->count;
    pattern_automaton_find(automaton, text, found);
    for (uint32_t i = first; i < found->count; i++)
        found->items[i] += TAG_MATCH_FIRST_ID;
}

void tag_match_strings(const struct tag_match *match, struct text tags, struct number_list *found)
{
    find_in(match->in_tags, tags, found);
}

void tag_match_labels(const struct tag_match *match, struct text labels, struct number_list *found)
{
    if (labels.bytes == NULL)
        return;
    number_list_add(found, TEXT_EMPTY);
    find_in(match->in_labels, labels, found);
}

size_t tag_match_size(const struct tag_match *match)
{
    size_t size = cluster_names_size(&match->strings) + cluster_names_size(&match->label_pairs) +
                  key_map_size(&match->seen_labels) + key_map_size(&match->seen_tags) +
                  arena_size(&match->pieces.arena);
    if (match->in_tags != NULL)
        size += pattern_automaton_size(match->in_tags) + pattern_automaton_size(match->in_labels);
    return size;
}
