#include "result/compare_tally.h"

#include "base/arena.h"
#include "base/calendar.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_FINDINGS = 2000, /* causes with different details */
    MOST_FACTORS = 65536,
    MOST_NAMESPACES = 200000,
    SHOWN_NAMESPACES = 50,
    SHOWN_FINDINGS = 100,
};

void compare_tally_init(struct compare_tally *tally, const struct compare_profile *profile)
{
    *tally = (struct compare_tally){.profile = profile};
    text_pool_init(&tally->texts);
    key_map_init(&tally->days, 1);
    key_map_init(&tally->namespaces, 1);
    key_map_init(&tally->finding_keys, 3);
    key_map_init(&tally->factors, 3);
}

void compare_tally_close(struct compare_tally *tally)
{
    for (uint32_t i = 0; i < tally->finding_keys.count; i++)
        for (int j = 0; j < tally->findings[i].example_count; j++)
            json_decref(tally->findings[i].examples[j]);
    for (size_t i = 0; i < tally->largest_count; i++)
        json_decref(tally->largest[i].example);
    free(tally->findings);
    free(tally->factor_rows);
    free(tally->day_places);
    free(tally->namespace_places);
    key_map_close(&tally->days);
    key_map_close(&tally->namespaces);
    key_map_close(&tally->finding_keys);
    key_map_close(&tally->factors);
    text_pool_close(&tally->texts);
}

/* Room for the item of an index that a key map just gave; a new item is zeroed. */
static void *item(void **items, uint32_t *room, uint32_t index, bool added, size_t size)
{
    if (index >= *room) {
        *room = *room ? *room * 2 : 64;
        *items = memory_grow(*items, *room * size);
    }
    void *found = (char *)*items + index * size;
    if (added)
        memset(found, 0, size);
    return found;
}

static struct compare_place *day_place(struct compare_tally *tally, int32_t day)
{
    bool added;
    uint32_t key = (uint32_t)day, index = key_map_add(&tally->days, &key, &added);
    return item((void **)&tally->day_places, &tally->day_room, index, added,
                sizeof(struct compare_place));
}

static struct compare_place *namespace_place(struct compare_tally *tally, struct text namespace)
{
    static const char others[] = "(further namespaces)";
    bool added;
    uint32_t key = tally->namespaces.count < MOST_NAMESPACES
                       ? text_pool_intern(&tally->texts, namespace.bytes, namespace.length)
                       : text_pool_find(&tally->texts, namespace.bytes, namespace.length);
    if (key == UINT32_MAX)
        key = text_pool_intern_string(&tally->texts, others);
    uint32_t index = key_map_add(&tally->namespaces, &key, &added);
    return item((void **)&tally->namespace_places, &tally->namespace_room, index, added,
                sizeof(struct compare_place));
}

void compare_tally_row(struct compare_tally *tally, int side, int32_t day, struct text namespace,
                       double amount)
{
    struct compare_place *place = day_place(tally, day);
    place->rows[side]++;
    place->total[side] += amount;
    place = namespace_place(tally, namespace);
    place->rows[side]++;
    place->total[side] += amount;
}

void compare_tally_place(struct compare_tally *tally, int32_t day, struct text namespace)
{
    day_place(tally, day)->differences++;
    namespace_place(tally, namespace)->differences++;
}

void compare_tally_equal(struct compare_tally *tally, int64_t rows)
{
    tally->equal += rows;
}

void compare_tally_difference(struct compare_tally *tally, bool in_a, bool in_b)
{
    tally->different += in_a && in_b;
    tally->only_a += in_a && !in_b;
    tally->only_b += in_b && !in_a;
}

void compare_tally_column(struct compare_tally *tally, size_t column)
{
    tally->column_rows[column]++;
}

/* The factor to six digits, as two words. */
static void factor_key(size_t column, double factor, uint32_t key[3])
{
    int exponent;
    double mantissa = frexp(factor, &exponent);
    key[0] = (uint32_t)column;
    key[1] = (uint32_t)exponent;
    key[2] = (uint32_t)(int32_t)round(mantissa * 1e6);
}

void compare_tally_factor(struct compare_tally *tally, size_t column, double factor)
{
    uint32_t key[3];
    if (!isfinite(factor) || tally->factors.count >= MOST_FACTORS)
        return;
    factor_key(column, factor, key);
    bool added;
    uint32_t index = key_map_add(&tally->factors, key, &added);
    int64_t *rows =
        item((void **)&tally->factor_rows, &tally->factor_room, index, added, sizeof(int64_t));
    ++*rows;
}

struct compare_finding *compare_tally_cause(struct compare_tally *tally, enum compare_cause cause,
                                            size_t column, const char *detail, double amount)
{
    const char *kept = tally->finding_keys.count < MOST_FINDINGS ? detail : "(further)";
    uint32_t key[3] = {cause, text_pool_intern_string(&tally->texts, kept), (uint32_t)column};
    bool added;
    uint32_t index = key_map_add(&tally->finding_keys, key, &added);
    struct compare_finding *finding =
        item((void **)&tally->findings, &tally->finding_room, index, added, sizeof *finding);
    finding->cause = cause;
    finding->detail = key[1];
    finding->column = column;
    finding->rows++;
    finding->amount += fabs(amount);
    return finding;
}

/* ---- the largest ---- */

bool compare_tally_is_large(const struct compare_tally *tally, double amount)
{
    return fabs(amount) > 0 &&
           (tally->largest_count < COMPARE_LARGEST ||
            fabs(amount) > fabs(tally->largest[tally->largest_count - 1].amount));
}

void compare_tally_largest(struct compare_tally *tally, double amount, json_t *example)
{
    if (tally->largest_count == COMPARE_LARGEST)
        json_decref(tally->largest[--tally->largest_count].example);
    size_t at = tally->largest_count++;
    for (; at > 0 && fabs(tally->largest[at - 1].amount) < fabs(amount); at--)
        tally->largest[at] = tally->largest[at - 1];
    tally->largest[at] = (struct compare_large){amount, example};
}

int64_t compare_tally_differences(const struct compare_tally *tally)
{
    return tally->different + tally->only_a + tally->only_b;
}

/* ---- the document ---- */

/* Without the noise that adding doubles leaves in the last digits. */
static json_t *total_json(double total)
{
    return json_real(round(total * 1e9) / 1e9);
}

static json_t *place_json(const char *kind, json_t *name, const struct compare_place *place)
{
    json_t *object = json_object();
    json_object_set_new(object, kind, name);
    json_object_set_new(object, "rows_a", json_integer(place->rows[0]));
    json_object_set_new(object, "rows_b", json_integer(place->rows[1]));
    json_object_set_new(object, "total_a", total_json(place->total[0]));
    json_object_set_new(object, "total_b", total_json(place->total[1]));
    json_object_set_new(object, "differences", json_integer(place->differences));
    return object;
}

static int by_day(const void *left, const void *right, void *days)
{
    const struct key_map *map = days;
    int32_t a = (int32_t)*key_map_key(map, *(const uint32_t *)left);
    int32_t b = (int32_t)*key_map_key(map, *(const uint32_t *)right);
    return (a > b) - (a < b);
}

static uint32_t *numbers_to(uint32_t count)
{
    uint32_t *numbers = memory_grow(NULL, (count + 1) * sizeof *numbers);
    for (uint32_t i = 0; i < count; i++)
        numbers[i] = i;
    return numbers;
}

static json_t *days_json(struct compare_tally *tally)
{
    json_t *array = json_array();
    uint32_t *order = numbers_to(tally->days.count);
    qsort_r(order, tally->days.count, sizeof *order, by_day, &tally->days);
    for (uint32_t i = 0; i < tally->days.count; i++) {
        char day[CALENDAR_TEXT_SIZE];
        calendar_format((int32_t)*key_map_key(&tally->days, order[i]), day);
        json_array_append_new(array,
                              place_json("day", json_string(day), &tally->day_places[order[i]]));
    }
    free(order);
    return array;
}

/* Those with the greatest difference of totals first, then those with most differences. */
static int by_difference(const void *left, const void *right, void *places)
{
    const struct compare_place *all = places;
    const struct compare_place *a = &all[*(const uint32_t *)left];
    const struct compare_place *b = &all[*(const uint32_t *)right];
    double gap_a = fabs(a->total[1] - a->total[0]), gap_b = fabs(b->total[1] - b->total[0]);
    if (a->differences == 0 || b->differences == 0)
        gap_a = gap_b = 0;
    if (gap_a != gap_b)
        return gap_a < gap_b ? 1 : -1;
    if (a->differences != b->differences)
        return a->differences < b->differences ? 1 : -1;
    double size_a = fabs(a->total[0]), size_b = fabs(b->total[0]);
    return (size_a < size_b) - (size_a > size_b);
}

static json_t *text_json(const struct compare_tally *tally, uint32_t id)
{
    struct text text = text_pool_borrow(&tally->texts, id);
    json_t *json = text.bytes ? json_stringn(text.bytes, text.length) : json_null();
    return json ? json : json_string("(not UTF-8)");
}

static json_t *namespaces_json(struct compare_tally *tally)
{
    json_t *array = json_array();
    uint32_t *order = numbers_to(tally->namespaces.count);
    qsort_r(order, tally->namespaces.count, sizeof *order, by_difference, tally->namespace_places);
    for (uint32_t i = 0; i < tally->namespaces.count && i < SHOWN_NAMESPACES; i++)
        json_array_append_new(
            array,
            place_json("namespace", text_json(tally, *key_map_key(&tally->namespaces, order[i])),
                       &tally->namespace_places[order[i]]));
    free(order);
    return array;
}

static json_t *columns_json(const struct compare_tally *tally)
{
    json_t *array = json_array();
    for (size_t i = 0; i < tally->profile->table->column_count && i < COMPARE_MOST_COLUMNS; i++) {
        if (tally->column_rows[i] == 0)
            continue;
        json_t *column = json_object();
        json_object_set_new(column, "column", json_string(tally->profile->table->columns[i].name));
        json_object_set_new(column, "rows", json_integer(tally->column_rows[i]));
        json_array_append_new(array, column);
    }
    return array;
}

/* A column most of whose differences have one factor is scaled, whatever the factor: its finding
 * "the values differ" says so. */
static const char *common_factor(const struct compare_tally *tally,
                                 const struct compare_finding *finding, char *buffer, size_t size)
{
    for (uint32_t i = 0; i < tally->factors.count; i++) {
        const uint32_t *key = key_map_key(&tally->factors, i);
        if (key[0] != (uint32_t)finding->column || tally->factor_rows[i] < 3 ||
            tally->factor_rows[i] * 2 < tally->column_rows[finding->column])
            continue;
        double factor = ldexp((int32_t)key[2] / 1e6, (int)(int32_t)key[1]);
        snprintf(buffer, size, "%s: B is A × %.6g in %lld rows",
                 tally->profile->table->columns[finding->column].name, factor,
                 (long long)tally->factor_rows[i]);
        return buffer;
    }
    return NULL;
}

static json_t *finding_json(const struct compare_tally *tally,
                            const struct compare_finding *finding)
{
    char buffer[COMPARE_DETAIL_SIZE];
    enum compare_cause cause = finding->cause;
    const char *factor = cause == COMPARE_NUMBER_DIFFERS && finding->column != SIZE_MAX
                             ? common_factor(tally, finding, buffer, sizeof buffer)
                             : NULL;
    if (factor)
        cause = COMPARE_SCALED;
    json_t *object = json_object(), *examples = json_array();
    json_object_set_new(object, "cause", json_string(compare_causes[cause].name));
    json_object_set_new(object, "meaning", json_string(compare_causes[cause].meaning));
    json_object_set_new(object, "detail",
                        factor ? json_string(factor) : text_json(tally, finding->detail));
    json_object_set_new(object, "rows", json_integer(finding->rows));
    json_object_set_new(object, "amount", total_json(finding->amount));
    for (int i = 0; i < finding->example_count; i++)
        json_array_append(examples, finding->examples[i]);
    json_object_set_new(object, "examples", examples);
    return object;
}

static int by_amount(const void *left, const void *right, void *findings)
{
    const struct compare_finding *all = findings;
    const struct compare_finding *a = &all[*(const uint32_t *)left];
    const struct compare_finding *b = &all[*(const uint32_t *)right];
    if (a->amount != b->amount)
        return a->amount < b->amount ? 1 : -1;
    if (a->rows != b->rows)
        return a->rows < b->rows ? 1 : -1;
    return (a->cause > b->cause) - (a->cause < b->cause);
}

static json_t *causes_json(struct compare_tally *tally)
{
    json_t *array = json_array();
    uint32_t *order = numbers_to(tally->finding_keys.count);
    qsort_r(order, tally->finding_keys.count, sizeof *order, by_amount, tally->findings);
    for (uint32_t i = 0; i < tally->finding_keys.count && i < SHOWN_FINDINGS; i++)
        json_array_append_new(array, finding_json(tally, &tally->findings[order[i]]));
    free(order);
    return array;
}

json_t *compare_tally_document(struct compare_tally *tally)
{
    const struct compare_profile *profile = tally->profile;
    json_t *document = json_object(), *rows = json_object(), *largest = json_array();
    int64_t paired = tally->equal + tally->different;
    json_object_set_new(document, "table", json_string(profile->table->name));
    if (profile->total != SIZE_MAX)
        json_object_set_new(document, "total_column",
                            json_string(profile->table->columns[profile->total].name));
    json_object_set_new(document, "unit", json_string(profile->unit));
    json_object_set_new(rows, "a", json_integer(paired + tally->only_a));
    json_object_set_new(rows, "b", json_integer(paired + tally->only_b));
    json_object_set_new(rows, "equal", json_integer(tally->equal));
    json_object_set_new(rows, "different", json_integer(tally->different));
    json_object_set_new(rows, "only_a", json_integer(tally->only_a));
    json_object_set_new(rows, "only_b", json_integer(tally->only_b));
    json_object_set_new(document, "rows", rows);
    json_object_set_new(document, "columns", columns_json(tally));
    json_object_set_new(document, "days", days_json(tally));
    json_object_set_new(document, "namespaces", namespaces_json(tally));
    for (size_t i = 0; i < tally->largest_count; i++)
        json_array_append(largest, tally->largest[i].example);
    json_object_set_new(document, "largest", largest);
    json_object_set_new(document, "causes", causes_json(tally));
    return document;
}
