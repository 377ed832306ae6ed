#include "aggregate/category_match.h"

#include "base/arena.h"
#include "base/like_pattern.h"
#include "base/table.h"

#include <stdlib.h>

struct category_match category_match_find(const struct settings *settings, struct text namespace)
{
    struct category_match match = {0, INTEGER_NULL};
    for (size_t i = 0; i < settings->cost_category_count; i++) {
        const struct cost_category *category = &settings->cost_categories[i];
        if (!like_pattern_matches(category->namespace_pattern, namespace))
            continue;
        if (match.count++ == 0 || category->id > match.greatest_id)
            match.greatest_id = category->id;
    }
    return match;
}

int32_t category_match_id(const struct settings *settings, struct text namespace, uint32_t n)
{
    for (size_t i = 0; i < settings->cost_category_count; i++) {
        const struct cost_category *category = &settings->cost_categories[i];
        if (like_pattern_matches(category->namespace_pattern, namespace) && n-- == 0)
            return category->id;
    }
    return INTEGER_NULL;
}

enum { UNKNOWN = UINT32_MAX }; /* as a count */

void category_memo_init(struct category_memo *memo, const struct settings *settings,
                        const struct text_pool *texts)
{
    *memo = (struct category_memo){.settings = settings, .texts = texts};
}

void category_memo_close(struct category_memo *memo)
{
    free(memo->matches);
}

static void forget(struct category_memo *memo, uint32_t first)
{
    for (uint32_t i = first; i < memo->room; i++)
        memo->matches[i].count = UNKNOWN;
}

void category_memo_reset(struct category_memo *memo)
{
    forget(memo, 0);
}

struct category_match category_memo_find(struct category_memo *memo, uint32_t namespace)
{
    if (namespace >= memo->room) {
        uint32_t first = memo->room;
        memo->room = namespace + namespace / 2 + 256; /* names get low ids */
        memo->matches = memory_grow(memo->matches, memo->room * sizeof *memo->matches);
        forget(memo, first);
    }
    struct category_match *match = &memo->matches[namespace];
    if (match->count == UNKNOWN)
        *match = category_match_find(memo->settings, text_pool_borrow(memo->texts, namespace));
    return *match;
}
