/* The cube as JSON. Dimensions are numbers into lists of names; of every kind of series the
 * largest are kept and the others summed up under "(other)", so that a page stays small. */
#include "result/cube.h"

#include "base/arena.h"
#include "base/calendar.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Numbers a page has room for, over all days. */
enum {
    COST_NUMBERS = 48000,
    USAGE_NUMBERS = 44000,
    NODE_NUMBERS = 10000,
    TAG_NUMBERS = 16000,
    CAPACITY_NUMBERS = 6000,
    LEAST_SERIES = 40,
};

static const char other[] = "(other)";

/* Names in the order of their first use. */
struct name_list {
    const struct text_pool *names;
    struct key_map ids; /* text id, or UINT32_MAX for "(other)" */
    json_t *list;
};

static void name_list_init(struct name_list *list, const struct cube *cube)
{
    list->names = &cube->names;
    key_map_init(&list->ids, 1);
    list->list = json_array();
}

static json_t *name_json(const struct text_pool *names, uint32_t id)
{
    struct text text =
        id == UINT32_MAX ? (struct text){other, sizeof other - 1} : text_pool_borrow(names, id);
    json_t *json = text.bytes ? json_stringn(text.bytes, text.length) : json_null();
    return json ? json : json_string("(not UTF-8)");
}

static json_t *name_number(struct name_list *list, uint32_t id)
{
    bool added;
    uint32_t number = key_map_add(&list->ids, &id, &added);
    if (added)
        json_array_append_new(list->list, name_json(list->names, id));
    return json_integer(number);
}

/* Ends the list; gives its names. */
static json_t *name_list_end(struct name_list *list)
{
    key_map_close(&list->ids);
    return list->list;
}

static json_t *number_json(double number, double unit)
{
    double rounded = round(number * unit) / unit;
    if (rounded == trunc(rounded) && fabs(rounded) < 1e15)
        return json_integer((json_int_t)rounded);
    return json_real(rounded);
}

/* ---- series ---- */

struct ordered {
    uint32_t index;
    double total;
};

static int by_total(const void *left, const void *right)
{
    const struct ordered *a = left, *b = right;
    if (a->total != b->total)
        return a->total < b->total ? 1 : -1;
    return (a->index > b->index) - (a->index < b->index);
}

/* The keys by the magnitude of their numbers. */
static struct ordered *order_series(const struct cube_series *series)
{
    struct ordered *order = memory_grow(NULL, (series->keys.count + 1) * sizeof *order);
    for (uint32_t i = 0; i < series->keys.count; i++) {
        const double *values = cube_series_values(series, i);
        order[i] = (struct ordered){i, 0};
        for (uint32_t j = 0; j < series->width * series->days; j++)
            order[i].total += fabs(values[j]);
    }
    qsort(order, series->keys.count, sizeof *order, by_total);
    return order;
}

static uint32_t room_for(const struct cube_series *series, uint32_t numbers)
{
    uint32_t count = numbers / (series->width * series->days);
    return count > LEAST_SERIES ? count : LEAST_SERIES;
}

/* Adds a series to those that did not fit, under the first words of its key. */
static void fold(struct cube_series *folded, const struct cube_series *series, uint32_t index,
                 uint32_t kept_words)
{
    uint32_t key[4];
    const uint32_t *from = key_map_key(&series->keys, index);
    for (uint32_t i = 0; i < series->keys.words; i++)
        key[i] = i < kept_words ? from[i] : UINT32_MAX;
    bool added;
    uint32_t at = key_map_add(&folded->keys, key, &added);
    size_t size = (size_t)series->width * series->days;
    if (at >= folded->room) {
        folded->room = folded->room ? folded->room * 2 : 16;
        folded->values = memory_grow(folded->values, folded->room * size * sizeof(double));
    }
    double *to = folded->values + at * size;
    const double *values = cube_series_values(series, index);
    for (size_t i = 0; i < size; i++)
        to[i] = (added ? 0 : to[i]) + values[i];
}

static json_t *one_series(const struct cube_series *series, uint32_t index,
                          struct name_list *const *lists, double unit)
{
    const uint32_t *key = key_map_key(&series->keys, index);
    const double *values = cube_series_values(series, index);
    json_t *array = json_array();
    for (uint32_t i = 0; i < series->keys.words; i++)
        json_array_append_new(array, name_number(lists[i], key[i]));
    for (uint32_t which = 0; which < series->width; which++) {
        json_t *days = json_array();
        uint32_t last = series->days;
        while (last > 0 && values[which * series->days + last - 1] == 0)
            last--; /* zeros at the end go without saying */
        for (uint32_t day = 0; day < last; day++)
            json_array_append_new(days, number_json(values[which * series->days + day], unit));
        json_array_append_new(array, days);
    }
    return array;
}

/* The largest series that fit into `numbers`; the others under the first `kept_words` of their
 * keys. `lists` names the words. */
static json_t *series_json(const struct cube_series *series, struct name_list *const *lists,
                           uint32_t numbers, uint32_t kept_words, double unit)
{
    json_t *array = json_array();
    struct ordered *order = order_series(series);
    uint32_t room = room_for(series, numbers);
    struct cube_series folded = {.width = series->width, .days = series->days};
    key_map_init(&folded.keys, series->keys.words);
    for (uint32_t i = 0; i < series->keys.count; i++)
        if (i < room)
            json_array_append_new(array, one_series(series, order[i].index, lists, unit));
        else
            fold(&folded, series, order[i].index, kept_words);
    for (uint32_t i = 0; i < folded.keys.count; i++)
        json_array_append_new(array, one_series(&folded, i, lists, unit));
    key_map_close(&folded.keys);
    free(folded.values);
    free(order);
    return array;
}

/* ---- the document ---- */

static json_t *aliases_json(const struct cube *cube)
{
    json_t *aliases = json_object();
    for (uint32_t i = 0; i < cube->cluster_alias.count; i++) {
        const uint32_t *key = key_map_key(&cube->cluster_alias, i);
        struct text cluster = text_pool_borrow(&cube->names, key[0]);
        if (cluster.bytes && text_pool_borrow(&cube->names, key[1]).bytes)
            json_object_setn_new(aliases, cluster.bytes, cluster.length,
                                 name_json(&cube->names, key[1]));
    }
    return aliases;
}

static void set_names(json_t *document, const char *key, struct name_list *list)
{
    json_object_set_new(document, key, name_list_end(list));
}

json_t *cube_document(const struct cube *cube)
{
    static const double money_unit = 1e4, usage_unit = 1e3;
    char day[CALENDAR_TEXT_SIZE];
    struct name_list currencies, clusters, namespaces, products, nodes, keys, values;
    struct name_list *all[] = {&currencies, &clusters, &namespaces, &products,
                               &nodes,      &keys,     &values};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        name_list_init(all[i], cube);
    struct name_list *const cost[] = {&currencies, &clusters, &namespaces, &products};
    struct name_list *const node[] = {&currencies, &clusters, &nodes};
    struct name_list *const tag[] = {&currencies, &clusters, &keys, &values};
    struct name_list *const usage[] = {&clusters, &namespaces};
    struct name_list *const capacity[] = {&clusters, &nodes};
    double unit = cube->has_money ? money_unit : usage_unit;

    json_t *document = json_object();
    json_object_set_new(document, "location", json_string(cube->location));
    json_object_set_new(document, "first", json_string(calendar_format(cube->days.first, day)));
    json_object_set_new(document, "day_count", json_integer(cube->day_count));
    json_object_set_new(document, "has_money", json_boolean(cube->has_money));
    json_object_set_new(document, "has_usage", json_boolean(cube->has_usage));
    json_object_set_new(document, "cost_rows", json_integer(cube->cost_rows));
    json_object_set_new(document, "usage_rows", json_integer(cube->usage_rows));
    json_object_set_new(document, "cost", series_json(&cube->cost, cost, COST_NUMBERS, 2, unit));
    json_object_set_new(document, "node", series_json(&cube->node, node, NODE_NUMBERS, 2, unit));
    json_object_set_new(document, "tag", series_json(&cube->tag, tag, TAG_NUMBERS, 3, unit));
    json_object_set_new(document, "usage",
                        series_json(&cube->usage, usage, USAGE_NUMBERS, 1, usage_unit));
    json_object_set_new(document, "capacity",
                        series_json(&cube->capacity, capacity, CAPACITY_NUMBERS, 1, usage_unit));
    json_object_set_new(document, "aliases", aliases_json(cube));
    set_names(document, "currencies", &currencies);
    set_names(document, "clusters", &clusters);
    set_names(document, "namespaces", &namespaces);
    set_names(document, "products", &products);
    set_names(document, "nodes", &nodes);
    set_names(document, "tag_keys", &keys);
    set_names(document, "tag_values", &values);
    return document;
}
