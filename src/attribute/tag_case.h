/* A day's distinct tag texts, brought down to what attribution depends on.
 *
 * Bills have millions of lines, hundred thousands of tag texts, and few hundred cases: the tags a
 * row carries (filtered to enabled keys) and the tag strings that the raw text contains. Everything
 * rule d does follows from the case. */
#ifndef COSTAGG_ATTRIBUTE_TAG_CASE_H
#define COSTAGG_ATTRIBUTE_TAG_CASE_H

#include "attribute/number_list.h"
#include "base/key_map.h"
#include "base/text_pool.h"

#include <stddef.h>
#include <stdint.h>

struct attribution_notices;
struct settings;
struct tag_match;

struct tag_case {
    uint32_t tags;    /* text id: the tags filtered to AWS-enabled keys and the three special ones,
                         canonical JSON; null where the line's are */
    uint32_t project; /* text ids of the values of openshift_project, openshift_node, */
    uint32_t node;    /* openshift_cluster; null where there is none */
    uint32_t cluster;
    uint32_t first_string; /* in tag_cases.strings */
    uint32_t string_count;
    uint32_t match; /* number of the distinct strings, project, node and cluster: all that
                       rule d depends on, however many other tags there are */
};

struct tag_cases {
    const struct tag_match *match;
    struct text *keys; /* a line's tags are filtered to, sorted */
    size_t key_count;
    struct text_pool *texts;
    struct number_list case_of_text; /* by text id: case + 1; 0: not seen yet */
    struct key_map map;              /* tags, list of strings as an id of `lists` */
    struct key_map matches;          /* list of strings, project, node, cluster */
    struct text_pool lists;
    struct number_list strings; /* ids of match->strings.texts */
    struct tag_case *cases;
    uint32_t capacity;
    struct arena scratch;
    struct attribution_notices *notices;
};

/* `notices` (not owned) gets texts that are no clean objects. */
void tag_cases_init(struct tag_cases *cases, const struct tag_match *match,
                    const struct settings *settings, struct attribution_notices *notices,
                    struct arena *arena);
void tag_cases_close(struct tag_cases *cases);

/* Forgets the day before. */
void tag_cases_open(struct tag_cases *cases, struct text_pool *texts);

/* Must be called when texts were added to the pool, before the look-ups that follow. */
static inline void tag_cases_cover(struct tag_cases *cases)
{
    number_list_cover(&cases->case_of_text, cases->texts->count);
}

/* Makes the case of a text id that tag_cases_find() has not seen. */
uint32_t tag_cases_add(struct tag_cases *cases, uint32_t tags);

/* The case of a tag text. */
static inline uint32_t tag_cases_find(struct tag_cases *cases, uint32_t tags)
{
    uint32_t known = cases->case_of_text.items[tags];
    return known != 0 ? known - 1 : tag_cases_add(cases, tags);
}

#endif
