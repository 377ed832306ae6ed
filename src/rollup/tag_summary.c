#include "rollup/tag_summary.h"

#include "aggregate/usage_row.h"
#include "attribute/cost_row.h"
#include "base/key_map.h"
#include "base/label_json.h"
#include "base/row_field.h"
#include "base/uuid.h"
#include "rollup/text_array.h"
#include "rollup/text_carry.h"

#include <stdlib.h>
#include <string.h>

/* A namespace of its own, for names that hold a row's key. */
static const unsigned char uuid_namespace[UUID_SIZE] = {
    0x9b, 0x05, 0x68, 0x8c, 0x2d, 0x11, 0x5b, 0x0e, 0xa1, 0x7c, 0x3e, 0x64, 0x0d, 0x55, 0x8f, 0x21};

/* ---- the tables ---- */

#define ROLLUP(table, input, rows, columns, meaning)
#define TAG_COLUMN(name, field, kind, width, required, meaning) \
    {#name, COLUMN_##kind, width, 0, required, false, offsetof(struct tag_row, field), meaning},

#define TAG_SUMMARY(table, owner, columns, meaning) \
    static const struct column columns_of_##table[] = {columns};
#include "rollup/rollup.def"
#undef TAG_SUMMARY

#define TAG_SUMMARY(name_, owner_, columns_, meaning_)                         \
    {.name = #name_,                                                           \
     .columns = columns_of_##name_,                                            \
     .column_count = sizeof columns_of_##name_ / sizeof columns_of_##name_[0], \
     .row_size = sizeof(struct tag_row),                                       \
     .owner = #owner_,                                                         \
     .meaning = meaning_},
static const struct table tables[TAG_KINDS] = {
#include "rollup/rollup.def"
};
#undef TAG_SUMMARY

const struct table *tag_summary_table(enum tag_kind kind)
{
    return &tables[kind];
}

/* ---- groups ---- */

enum key_word { KEY_KEY, KEY_BILL, KEY_PERIOD, KEY_ACCOUNT, KEY_NAMESPACE, KEY_NODE, KEY_WORDS };

struct tag_summary {
    enum tag_kind kind;
    const struct settings *settings;
    const char *source;
    struct key_map groups;
    struct key_map values; /* (group, text id) */
    int32_t *aliases;      /* by group: the greatest */
    uint32_t alias_room;
    struct key_map seen; /* labels and places of the batch that were taken */
    struct text_pool texts;
    struct text_carry carry;
    struct arena scratch; /* of one text of labels */
    struct arena printed;
    struct tag_row *rows;
};

static void close_summary(void *resource)
{
    struct tag_summary *summary = resource;
    key_map_close(&summary->groups);
    key_map_close(&summary->values);
    key_map_close(&summary->seen);
    free(summary->aliases);
    free(summary->rows);
    text_carry_close(&summary->carry);
    text_pool_close(&summary->texts);
    arena_close(&summary->scratch);
    arena_close(&summary->printed);
}

struct tag_summary *tag_summary_open(enum tag_kind kind, const struct settings *settings,
                                     const char *source, struct arena *arena)
{
    struct tag_summary *summary = arena_alloc(arena, sizeof *summary);
    summary->kind = kind;
    summary->settings = settings;
    summary->source = source;
    key_map_init(&summary->groups, KEY_WORDS);
    key_map_init(&summary->values, 2);
    key_map_init(&summary->seen, KEY_WORDS + 1);
    text_pool_init(&summary->texts);
    arena_init(&summary->scratch);
    arena_init(&summary->printed);
    arena_on_close(arena, close_summary, summary);
    return summary;
}

static bool is_listed(const struct string_list *list, struct text key)
{
    for (size_t i = 0; i < list->count; i++)
        if (strlen(list->items[i]) == key.length &&
            memcmp(list->items[i], key.bytes, key.length) == 0)
            return true;
    return false;
}

static bool is_enabled(const struct tag_summary *summary, struct text key)
{
    return is_listed(summary->kind == TAG_AWS_TAGS ? &summary->settings->enabled_aws_keys
                                                   : &summary->settings->enabled_ocp_keys,
                     key);
}

static bool is_disabled(const struct tag_summary *summary, struct text key)
{
    return is_listed(summary->kind == TAG_AWS_TAGS ? &summary->settings->disabled_aws_keys
                                                   : &summary->settings->disabled_ocp_keys,
                     key);
}

static uint32_t find_group(struct tag_summary *summary, const uint32_t key[KEY_WORDS],
                           int32_t alias)
{
    bool added;
    uint32_t group = key_map_add(&summary->groups, key, &added);
    if (group >= summary->alias_room) {
        summary->alias_room = summary->groups.capacity;
        summary->aliases =
            memory_grow(summary->aliases, summary->alias_room * sizeof *summary->aliases);
    }
    if (added || alias > summary->aliases[group])
        summary->aliases[group] = alias;
    return group;
}

/* ---- rows of the daily tables ---- */

/* `place` is a group's key without the tag's. */
static void add_labels(struct tag_summary *summary, struct text labels, uint32_t place[KEY_WORDS],
                       int32_t alias)
{
    struct label_list list;
    arena_reset(&summary->scratch);
    label_json_parse(labels, &summary->scratch, &list);
    for (size_t i = 0; i < list.count; i++) {
        struct text key = list.labels[i].key, value = list.labels[i].value;
        if (!is_enabled(summary, key) || is_disabled(summary, key))
            continue;
        place[KEY_KEY] = text_pool_intern(&summary->texts, key.bytes, key.length);
        uint32_t group = find_group(summary, place, alias);
        uint32_t id = text_pool_intern(&summary->texts, value.bytes, value.length);
        key_map_add(&summary->values, (uint32_t[]){group, id}, NULL);
    }
}

/* Most rows of a place carry labels that another one has; they are parsed once. */
static void add_once(struct tag_summary *summary, uint32_t labels, uint32_t place[KEY_WORDS],
                     int32_t alias)
{
    uint32_t key[KEY_WORDS + 1];
    bool added;
    if (labels == TEXT_NULL)
        return;
    place[KEY_KEY] = labels;
    memcpy(key, place, KEY_WORDS * sizeof *place);
    key[KEY_WORDS] = (uint32_t)alias;
    key_map_add(&summary->seen, key, &added);
    if (added)
        add_labels(summary, text_pool_borrow(summary->carry.from, labels), place, alias);
}

static void add_usage(struct tag_summary *summary, const struct usage_row *row)
{
    struct text source = text_pool_borrow(summary->carry.from, row->data_source);
    bool pod = source.length == strlen("Pod") && memcmp(source.bytes, "Pod", 3) == 0;
    if (pod != (summary->kind == TAG_POD_LABELS))
        return;
    uint32_t namespace = text_carry_id(&summary->carry, row->namespace);
    uint32_t place[KEY_WORDS] = {
        [KEY_BILL] = (uint32_t)INTEGER_NULL,
        [KEY_PERIOD] = (uint32_t)row->report_period_id,
        [KEY_NAMESPACE] = namespace == TEXT_NULL ? TEXT_EMPTY : namespace,
        [KEY_NODE] = text_carry_id(&summary->carry, row->node),
    };
    add_once(summary, pod ? row->pod_labels : row->volume_labels, place, INTEGER_NULL);
}

static void add_cost(struct tag_summary *summary, const struct cost_row *row)
{
    uint32_t place[KEY_WORDS] = {
        [KEY_BILL] = (uint32_t)row->cost_entry_bill_id,
        [KEY_PERIOD] = (uint32_t)row->report_period_id,
        [KEY_ACCOUNT] = text_carry_id(&summary->carry, row->usage_account_id),
        [KEY_NAMESPACE] = text_carry_id(&summary->carry, row->namespace),
        [KEY_NODE] = text_carry_id(&summary->carry, row->node),
    };
    add_once(summary, row->tags, place, row->account_alias_id);
}

void tag_summary_add(struct tag_summary *summary, const struct row_batch *batch)
{
    key_map_clear(&summary->seen);
    text_carry_begin(&summary->carry, batch->texts, &summary->texts);
    for (size_t i = 0; i < batch->count; i++) {
        if (summary->kind == TAG_AWS_TAGS)
            add_cost(summary, (const struct cost_row *)batch->rows + i);
        else
            add_usage(summary, (const struct usage_row *)batch->rows + i);
    }
}

/* ---- rows that are stored ---- */

static void add_stored(struct tag_summary *summary, const struct tag_row *row)
{
    struct text_carry *carry = &summary->carry;
    if (is_disabled(summary, text_pool_borrow(carry->from, row->key)))
        return;
    bool of_bill = summary->kind == TAG_AWS_TAGS; /* the other tables lack these columns */
    const uint32_t key[KEY_WORDS] = {
        [KEY_KEY] = text_carry_id(carry, row->key),
        [KEY_BILL] = (uint32_t)(of_bill ? row->cost_entry_bill_id : INTEGER_NULL),
        [KEY_PERIOD] = (uint32_t)row->report_period_id,
        [KEY_ACCOUNT] = of_bill ? text_carry_id(carry, row->usage_account_id) : TEXT_NULL,
        [KEY_NAMESPACE] = text_carry_id(carry, row->namespace),
        [KEY_NODE] = text_carry_id(carry, row->node),
    };
    uint32_t group = find_group(summary, key, of_bill ? row->account_alias_id : INTEGER_NULL);
    struct text values = text_pool_borrow(carry->from, row->values);
    size_t count = 0;
    arena_reset(&summary->scratch);
    const uint32_t *ids =
        values.bytes == NULL ? NULL
                             : text_array_parse(values, &summary->texts, &summary->scratch, &count);
    for (size_t i = 0; i < count; i++)
        key_map_add(&summary->values, (uint32_t[]){group, ids[i]}, NULL);
}

void tag_summary_add_stored(struct tag_summary *summary, const struct row_batch *batch)
{
    text_carry_begin(&summary->carry, batch->texts, &summary->texts);
    for (size_t i = 0; i < batch->count; i++)
        add_stored(summary, (const struct tag_row *)batch->rows + i);
}

/* ---- the result ---- */

static bool is_number(int word)
{
    return word == KEY_BILL || word == KEY_PERIOD;
}

static int compare_rows(const void *left, const void *right, void *context)
{
    const struct tag_summary *summary = context;
    const uint32_t *a = key_map_key(&summary->groups, *(const uint32_t *)left);
    const uint32_t *b = key_map_key(&summary->groups, *(const uint32_t *)right);
    for (int word = 0; word < KEY_WORDS; word++) {
        if (a[word] == b[word])
            continue;
        if (is_number(word))
            return (int32_t)a[word] < (int32_t)b[word] ? -1 : 1;
        return text_compare(text_pool_borrow(&summary->texts, a[word]),
                            text_pool_borrow(&summary->texts, b[word]));
    }
    return 0;
}

/* Table, source and key; a null text has a length of its own. */
static void name_row(const struct tag_summary *summary, const uint32_t *key,
                     unsigned char uuid[UUID_SIZE])
{
    const char *table = tables[summary->kind].name;
    struct sha1 hash;
    uuid_v5_init(&hash, uuid_namespace);
    sha1_update(&hash, table, strlen(table) + 1);
    sha1_update(&hash, summary->source, strlen(summary->source) + 1);
    for (int word = 0; word < KEY_WORDS; word++) {
        if (is_number(word)) {
            sha1_update(&hash, &key[word], sizeof key[word]);
            continue;
        }
        struct text text = text_pool_borrow(&summary->texts, key[word]);
        uint32_t length = key[word] == TEXT_NULL ? UINT32_MAX : text.length;
        sha1_update(&hash, &length, sizeof length);
        sha1_update(&hash, text.bytes == NULL ? "" : text.bytes, text.length);
    }
    uuid_v5_finish(&hash, uuid);
}

static void make_row(struct tag_summary *summary, uint32_t group, uint32_t *values, size_t count,
                     struct tag_row *row)
{
    const uint32_t *key = key_map_key(&summary->groups, group);
    struct text list = text_array_print(values, count, &summary->texts, &summary->printed);
    *row = (struct tag_row){
        .key = key[KEY_KEY],
        .values = text_pool_intern(&summary->texts, list.bytes, list.length),
        .cost_entry_bill_id = (int32_t)key[KEY_BILL],
        .report_period_id = (int32_t)key[KEY_PERIOD],
        .usage_account_id = key[KEY_ACCOUNT],
        .account_alias_id = summary->aliases[group],
        .namespace = key[KEY_NAMESPACE],
        .node = key[KEY_NODE],
    };
    name_row(summary, key, row->uuid);
}

struct row_batch tag_summary_rows(struct tag_summary *summary)
{
    uint32_t groups = summary->groups.count, count = summary->values.count;
    uint32_t *starts = memory_grow(NULL, (groups + 2) * sizeof *starts);
    uint32_t *ids = memory_grow(NULL, (count + 1) * sizeof *ids);
    uint32_t *order = memory_grow(NULL, (groups + 1) * sizeof *order);
    memset(starts, 0, (groups + 2) * sizeof *starts);
    for (uint32_t i = 0; i < count; i++)
        starts[key_map_key(&summary->values, i)[0] + 2]++;
    for (uint32_t i = 2; i < groups + 2; i++)
        starts[i] += starts[i - 1];
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t *value = key_map_key(&summary->values, i);
        ids[starts[value[0] + 1]++] = value[1];
    }
    for (uint32_t i = 0; i < groups; i++)
        order[i] = i;
    qsort_r(order, groups, sizeof *order, compare_rows, summary);
    summary->rows = memory_grow(summary->rows, (groups + 1) * sizeof *summary->rows);
    for (uint32_t i = 0; i < groups; i++)
        make_row(summary, order[i], ids + starts[order[i]], starts[order[i] + 1] - starts[order[i]],
                 &summary->rows[i]);
    free(starts);
    free(ids);
    free(order);
    return (struct row_batch){&tables[summary->kind], summary->rows, groups, &summary->texts};
}
