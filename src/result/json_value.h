/* JSON by value: one text for all spellings of a value.
 *
 * {"b": 1, "a": "x"} and {"a":"x","b":1.0} mean the same and get the same canonical text: keys in
 * byte order, no spaces, minimal escapes, numbers as the shortest decimal that reads back equal.
 * Text that is no JSON stays as it is. Distinct texts are parsed once, then remembered. */
#ifndef COSTAGG_RESULT_JSON_VALUE_H
#define COSTAGG_RESULT_JSON_VALUE_H

#include "base/text_pool.h"

#include <stdbool.h>

struct json_values {
    bool as_sets;          /* arrays are sets: the order of their elements means nothing */
    struct text_pool seen; /* texts as they came */
    uint32_t *canonical;   /* by id of `seen`: id in `canonicals`; 0: not looked at yet */
    uint32_t capacity;
    struct text_pool canonicals;
};

void json_values_init(struct json_values *values, bool as_sets);
void json_values_close(struct json_values *values);

/* The id in `texts` of the canonical form of a text; bytes == NULL gives TEXT_NULL. */
uint32_t json_values_intern(struct json_values *values, const char *bytes, size_t length,
                            struct text_pool *texts);

#endif
