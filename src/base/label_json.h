/* Label objects: JSON objects of strings, {"app": "web", "tier": "front"}.
 *
 * Parsing is lenient where the reports are dirty: empty text, malformed JSON and anything that is
 * no object read as an empty set; a value that is no string drops its key; both are told by
 * `clean`. On a repeated key the later value wins. Printing is canonical: keys in UTF-8 byte order,
 * no spaces, escapes only where JSON demands them, so equal sets are equal texts. */
#ifndef COSTAGG_BASE_LABEL_JSON_H
#define COSTAGG_BASE_LABEL_JSON_H

#include "base/arena.h"
#include "base/text_pool.h"

#include <stdbool.h>
#include <stddef.h>

struct label {
    struct text key;
    struct text value;
};

struct label_list {
    struct label *labels; /* sorted by key, keys distinct */
    size_t count;
};

/* Parses a text; the list and unescaped strings live in `arena` (unescaped ones in `text` itself).
 * Returns whether the text was clean. The caller handles null texts (bytes == NULL) before. */
bool label_json_parse(struct text text, struct arena *arena, struct label_list *list);

/* Canonical text of a list sorted by key; bytes in `arena`. */
struct text label_json_print(const struct label_list *list, struct arena *arena);

/* `under` merged with `over`: where both have a key, `over` wins. Result in `arena`. */
struct label_list label_list_merge(struct label_list under, struct label_list over,
                                   struct arena *arena);

/* The labels whose key is one of the sorted `keys`. Result in `arena`. */
struct label_list label_list_filter(struct label_list list, const struct text *keys,
                                    size_t key_count, struct arena *arena);

#endif
