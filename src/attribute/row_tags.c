/* The tags of a result row.
 *
 * Pod labels (volume labels where those are null) merged with the bill line's tags; the line's win.
 * Then only keys enabled for AWS or OpenShift stay, and vm_kubevirt_io_name; with no key enabled at
 * all nothing stays. Null where the labels or the line's tags are null: null is not {}.
 *
 * Worked example: labels {"app":"web","team":"a"}, line {"app":"WEB","openshift_project":"shop"},
 * enabled app and team: {"app":"WEB","team":"a"}.
 *
 * The query it must match: map_concat(labels, tags) in the attribution steps and
 * map_filter(tags, enabled keys) in the last one, printed as canonical JSON.
 *
 * Texts are read once, reduced to the keys that can stay and kept as printed pieces, so a merge is
 * a walk over two short lists of numbers. Labels and tags come again from day to day: what was
 * read and merged is remembered as long as the pool of their texts lives. */
#include "attribute/row_tags.h"

#include "base/label_json.h"
#include "base/settings.h"

#include <stdlib.h>
#include <string.h>

struct tag_item {
    uint32_t key;      /* number in row_tags.keys */
    struct text print; /* "key":"value" */
};

struct tag_list {
    uint32_t first; /* in row_tags.items, ascending by key */
    uint32_t count;
};

static int compare_keys(const void *left, const void *right)
{
    return text_compare(*(const struct text *)left, *(const struct text *)right);
}

static void add_keys(struct row_tags *tags, const struct string_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        tags->keys[tags->key_count++] =
            (struct text){list->items[i], (uint32_t)strlen(list->items[i])};
}

static void build_keys(struct row_tags *tags, const struct settings *settings, struct arena *arena)
{
    static const char virtual_machine[] = "vm_kubevirt_io_name";
    const struct string_list *ocp = &settings->enabled_ocp_keys, *aws = &settings->enabled_aws_keys;
    if (ocp->count + aws->count == 0)
        return;
    tags->keys = arena_alloc_array(arena, ocp->count + aws->count + 1, sizeof *tags->keys);
    add_keys(tags, ocp);
    add_keys(tags, aws);
    tags->keys[tags->key_count++] = (struct text){virtual_machine, sizeof virtual_machine - 1};
    qsort(tags->keys, tags->key_count, sizeof *tags->keys, compare_keys);
    size_t kept = 1;
    for (size_t i = 1; i < tags->key_count; i++)
        if (text_compare(tags->keys[i], tags->keys[kept - 1]) != 0)
            tags->keys[kept++] = tags->keys[i];
    tags->key_count = kept;
}

void row_tags_init(struct row_tags *tags, const struct settings *settings, struct text_pool *texts,
                   struct arena *arena)
{
    *tags = (struct row_tags){.texts = texts};
    key_map_init(&tags->merged, 2);
    arena_init(&tags->prints);
    arena_init(&tags->scratch);
    build_keys(tags, settings, arena);
    row_tags_forget(tags);
}

void row_tags_close(struct row_tags *tags)
{
    number_list_close(&tags->list_of_text);
    number_list_close(&tags->result);
    key_map_close(&tags->merged);
    free(tags->lists);
    free(tags->items);
    free(tags->buffer);
    arena_close(&tags->prints);
    arena_close(&tags->scratch);
}

void row_tags_forget(struct row_tags *tags)
{
    tags->list_of_text.count = 0;
    tags->list_count = tags->item_count = 0;
    key_map_clear(&tags->merged);
    tags->result.count = 0;
    arena_reset(&tags->prints);
    tags->empty = text_pool_intern(tags->texts, "{}", 2);
}

static void add_item(struct row_tags *tags, struct label label)
{
    const struct text *key = tags->key_count == 0 ? NULL
                                                  : bsearch(&label.key, tags->keys, tags->key_count,
                                                            sizeof *tags->keys, compare_keys);
    if (key == NULL)
        return;
    if (tags->item_count == tags->item_capacity) {
        tags->item_capacity = tags->item_capacity * 2 + 256;
        tags->items = memory_grow(tags->items, tags->item_capacity * sizeof *tags->items);
    }
    struct label_list one = {&label, 1};
    struct text print = label_json_print(&one, &tags->scratch);
    uint32_t length = print.length - 2; /* without braces */
    tags->items[tags->item_count++] = (struct tag_item){
        (uint32_t)(key - tags->keys), {arena_copy(&tags->prints, print.bytes + 1, length), length}};
}

/* The list of a text, read when first asked for. */
static struct tag_list list_of(struct row_tags *tags, uint32_t text_id)
{
    number_list_cover(&tags->list_of_text, tags->texts->count);
    uint32_t *known = &tags->list_of_text.items[text_id];
    if (*known != 0)
        return tags->lists[*known - 1];
    if (tags->list_count == tags->list_capacity) {
        tags->list_capacity = tags->list_capacity * 2 + 256;
        tags->lists = memory_grow(tags->lists, tags->list_capacity * sizeof *tags->lists);
    }
    struct label_list labels;
    label_json_parse(text_pool_borrow(tags->texts, text_id), &tags->scratch, &labels);
    struct tag_list *list = &tags->lists[tags->list_count++];
    list->first = tags->item_count;
    for (size_t i = 0; i < labels.count; i++)
        add_item(tags, labels.labels[i]);
    arena_reset(&tags->scratch);
    list->count = tags->item_count - list->first;
    *known = tags->list_count;
    return *list;
}

static char *put_item(char *to, const char *start, const struct tag_item *item)
{
    if (to > start + 1)
        *to++ = ',';
    memcpy(to, item->print.bytes, item->print.length);
    return to + item->print.length;
}

static size_t printed_length(const struct row_tags *tags, struct tag_list list)
{
    size_t length = 0;
    for (uint32_t i = 0; i < list.count; i++)
        length += tags->items[list.first + i].print.length + 1;
    return length;
}

static uint32_t print_merged(struct row_tags *tags, struct tag_list under, struct tag_list over)
{
    size_t most = printed_length(tags, under) + printed_length(tags, over) + 2;
    if (most > tags->buffer_size) {
        tags->buffer_size = most * 2;
        tags->buffer = memory_grow(tags->buffer, tags->buffer_size);
    }
    const struct tag_item *u = tags->items + under.first, *u_end = u + under.count;
    const struct tag_item *o = tags->items + over.first, *o_end = o + over.count;
    char *to = tags->buffer;
    *to++ = '{';
    while (u < u_end || o < o_end) {
        bool take_over = u == u_end || (o < o_end && o->key <= u->key);
        if (take_over && u < u_end && o->key == u->key)
            u++;
        to = put_item(to, tags->buffer, take_over ? o++ : u++);
    }
    *to++ = '}';
    return text_pool_intern(tags->texts, tags->buffer, (size_t)(to - tags->buffer));
}

uint32_t row_tags_merge(struct row_tags *tags, uint32_t labels, uint32_t line_tags)
{
    if (labels == TEXT_NULL || line_tags == TEXT_NULL)
        return TEXT_NULL;
    uint32_t key[2] = {labels, line_tags};
    bool added;
    uint32_t at = key_map_add(&tags->merged, key, &added);
    if (added) {
        struct tag_list under = list_of(tags, labels);
        number_list_add(&tags->result, print_merged(tags, under, list_of(tags, line_tags)));
    }
    return tags->result.items[at];
}

size_t row_tags_size(const struct row_tags *tags)
{
    return key_map_size(&tags->merged) + arena_size(&tags->prints) +
           tags->list_capacity * sizeof *tags->lists + tags->item_capacity * sizeof *tags->items +
           ((size_t)tags->list_of_text.capacity + tags->result.capacity) * sizeof(uint32_t);
}
