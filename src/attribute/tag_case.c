#include "attribute/tag_case.h"

#include "attribute/notices.h"
#include "attribute/tag_match.h"
#include "base/label_json.h"
#include "base/settings.h"

#include <stdlib.h>
#include <string.h>

static const char project_key[] = "openshift_project";
static const char node_key[] = "openshift_node";
static const char cluster_key[] = "openshift_cluster";

static int compare_keys(const void *left, const void *right)
{
    return text_compare(*(const struct text *)left, *(const struct text *)right);
}

static void build_keys(struct tag_cases *cases, const struct settings *settings,
                       struct arena *arena)
{
    static const char *const special[] = {project_key, node_key, cluster_key};
    size_t specials = sizeof special / sizeof special[0];
    const struct string_list *enabled = &settings->enabled_aws_keys;
    cases->keys = arena_alloc_array(arena, enabled->count + specials, sizeof *cases->keys);
    for (size_t i = 0; i < enabled->count + specials; i++) {
        const char *key = i < specials ? special[i] : enabled->items[i - specials];
        cases->keys[i] = (struct text){key, (uint32_t)strlen(key)};
    }
    cases->key_count = enabled->count + specials;
    qsort(cases->keys, cases->key_count, sizeof *cases->keys, compare_keys);
}

void tag_cases_init(struct tag_cases *cases, const struct tag_match *match,
                    const struct settings *settings, struct attribution_notices *notices,
                    struct arena *arena)
{
    *cases = (struct tag_cases){.match = match, .notices = notices};
    key_map_init(&cases->map, 2);
    key_map_init(&cases->matches, 4);
    text_pool_init(&cases->lists);
    arena_init(&cases->scratch);
    build_keys(cases, settings, arena);
}

void tag_cases_close(struct tag_cases *cases)
{
    number_list_close(&cases->case_of_text);
    key_map_close(&cases->map);
    key_map_close(&cases->matches);
    text_pool_close(&cases->lists);
    number_list_close(&cases->strings);
    free(cases->cases);
    arena_close(&cases->scratch);
}

void tag_cases_open(struct tag_cases *cases, struct text_pool *texts)
{
    cases->texts = texts;
    number_list_reset(&cases->case_of_text, texts->count);
    key_map_clear(&cases->map);
    key_map_clear(&cases->matches);
    text_pool_reset(&cases->lists);
    cases->strings.count = 0;
}

static uint32_t value_of(struct tag_cases *cases, const struct label_list *list, const char *key)
{
    size_t length = strlen(key);
    for (size_t i = 0; i < list->count; i++) {
        struct text found = list->labels[i].key;
        if (found.length == length && memcmp(found.bytes, key, length) == 0) {
            struct text value = list->labels[i].value;
            return text_pool_intern(cases->texts, value.bytes, value.length);
        }
    }
    return TEXT_NULL;
}

static struct tag_case read_case(struct tag_cases *cases, struct text text)
{
    struct tag_case read = {.first_string = cases->strings.count};
    if (text.bytes == NULL)
        return read;
    struct label_list list;
    if (!label_json_parse(text, &cases->scratch, &list))
        attribution_notices_add(cases->notices, NOTICE_malformed_tags, text);
    list = label_list_filter(list, cases->keys, cases->key_count, &cases->scratch);
    struct text tags = label_json_print(&list, &cases->scratch);
    read.tags = text_pool_intern(cases->texts, tags.bytes, tags.length);
    read.project = value_of(cases, &list, project_key);
    read.node = value_of(cases, &list, node_key);
    read.cluster = value_of(cases, &list, cluster_key);
    arena_reset(&cases->scratch);
    tag_match_strings(cases->match, text, &cases->strings);
    read.string_count = cases->strings.count - read.first_string;
    return read;
}

uint32_t tag_cases_add(struct tag_cases *cases, uint32_t tags)
{
    struct tag_case read = read_case(cases, text_pool_borrow(cases->texts, tags));
    const uint32_t *strings = cases->strings.items + read.first_string;
    uint32_t list =
        text_pool_intern(&cases->lists, read.string_count == 0 ? "" : (const char *)strings,
                         read.string_count * sizeof *strings);
    uint32_t match[4] = {list, read.project, read.node, read.cluster};
    read.match = key_map_add(&cases->matches, match, NULL);
    uint32_t key[2] = {read.tags, list};
    bool added;
    uint32_t number = key_map_add(&cases->map, key, &added);
    if (added) {
        if (number == cases->capacity) {
            cases->capacity = cases->capacity * 2 + 64;
            cases->cases = memory_grow(cases->cases, cases->capacity * sizeof *cases->cases);
        }
        cases->cases[number] = read;
    } else {
        cases->strings.count = read.first_string; /* the equal case holds them already */
    }
    number_list_cover(&cases->case_of_text, cases->texts->count);
    cases->case_of_text.items[tags] = number + 1;
    return number;
}
