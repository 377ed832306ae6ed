#include "aggregate/category_match.h"

#include "base/like_pattern.h"
#include "base/table.h"

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
