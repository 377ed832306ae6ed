/* The tags of a result row; see row_tags.c. */
#ifndef COSTAGG_ATTRIBUTE_ROW_TAGS_H
#define COSTAGG_ATTRIBUTE_ROW_TAGS_H

#include "attribute/number_list.h"
#include "base/key_map.h"
#include "base/text_pool.h"

#include <stddef.h>
#include <stdint.h>

struct settings;
struct tag_list;
struct tag_item;

struct row_tags {
    struct text *keys; /* rows keep: sorted, distinct */
    size_t key_count;
    struct text_pool *texts;
    struct number_list list_of_text; /* by text id: list + 1; 0: not read yet */
    struct tag_list *lists;
    uint32_t list_count;
    uint32_t list_capacity;
    struct tag_item *items;
    uint32_t item_count;
    uint32_t item_capacity;
    struct key_map merged;     /* labels, tags */
    struct number_list result; /* text id, by index of `merged` */
    char *buffer;
    size_t buffer_size;
    struct arena prints;  /* of the items */
    struct arena scratch; /* of one text */
    uint32_t empty;       /* text id of {} */
};

/* What is known of texts of the pool stays known until row_tags_forget(). Keys live in `arena`. */
void row_tags_init(struct row_tags *tags, const struct settings *settings, struct text_pool *texts,
                   struct arena *arena);
void row_tags_close(struct row_tags *tags);

/* To be called when the pool was emptied. */
void row_tags_forget(struct row_tags *tags);

/* The text id of labels merged with a line's tags and filtered; null where either is. Both are
 * text ids of JSON objects. */
uint32_t row_tags_merge(struct row_tags *tags, uint32_t labels, uint32_t line_tags);

size_t row_tags_size(const struct row_tags *tags);

#endif
