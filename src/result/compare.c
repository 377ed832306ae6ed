#include "result/compare.h"

#include "base/arena.h"
#include "base/calendar.h"
#include "base/key_map.h"
#include "base/measure.h"
#include "result/compare_cause.h"
#include "result/compare_tally.h"
#include "result/result_reader.h"
#include "result/row_cell.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Which days, clusters, kinds and namespaces have rows on a side of the window. */
struct presence {
    struct key_map map; /* level, day, and the level's texts */
    bool *on_side[2];
    uint32_t capacity;
};

enum level { LEVEL_DAY, LEVEL_CLUSTER, LEVEL_KIND, LEVEL_NAMESPACE, LEVEL_COUNT };

struct compare {
    const struct compare_profile *profile;
    struct row_tolerance tolerance;
    struct row_match match;
    struct compare_tally tally;
    struct presence presence;
    size_t day_at, source_at, cluster_at, kind_at, namespace_at; /* SIZE_MAX: no such column */
};

static size_t compared_column(const struct compare_profile *profile, const char *name)
{
    size_t column = result_column(profile->table, name);
    return column != SIZE_MAX && (profile->keys | profile->values) >> column & 1 ? column
                                                                                 : SIZE_MAX;
}

struct compare *compare_open(const struct compare_profile *profile, struct row_tolerance tolerance)
{
    struct compare *compare = memory_grow(NULL, sizeof *compare);
    *compare = (struct compare){.profile = profile, .tolerance = tolerance};
    row_match_init(&compare->match);
    compare_tally_init(&compare->tally, profile);
    key_map_init(&compare->presence.map, 2 + LEVEL_COUNT);
    compare->day_at = result_column(profile->table, "usage_start");
    compare->source_at = compared_column(profile, "source_uuid");
    compare->cluster_at = compared_column(profile, "cluster_id");
    compare->kind_at = compared_column(profile, "data_source");
    compare->namespace_at = compared_column(profile, "namespace");
    return compare;
}

void compare_close(struct compare *compare)
{
    row_match_close(&compare->match);
    compare_tally_close(&compare->tally);
    key_map_close(&compare->presence.map);
    free(compare->presence.on_side[0]);
    free(compare->presence.on_side[1]);
    free(compare);
}

/* ---- who is there ---- */

static uint32_t text_at(const struct compare *compare, size_t column, const unsigned char *row)
{
    return column == SIZE_MAX ? TEXT_NULL
                              : row_cell_id(&compare->profile->table->columns[column], row);
}

static int32_t day_of(const struct compare *compare, const unsigned char *row)
{
    return row_cell_integer(&compare->profile->table->columns[compare->day_at], row);
}

static void presence_key(const struct compare *compare, const unsigned char *row, enum level level,
                         uint32_t key[2 + LEVEL_COUNT])
{
    uint32_t source = text_at(compare, compare->source_at, row);
    uint32_t cluster = text_at(compare, compare->cluster_at, row);
    key[0] = level;
    key[1] = (uint32_t)day_of(compare, row);
    key[2] = level >= LEVEL_CLUSTER ? source : 0;
    key[3] = level >= LEVEL_CLUSTER ? cluster : 0;
    key[4] = level == LEVEL_KIND ? text_at(compare, compare->kind_at, row) : 0;
    key[5] = level == LEVEL_NAMESPACE ? text_at(compare, compare->namespace_at, row) : 0;
}

static void note_presence(struct compare *compare, const struct row_batch *batch, int side)
{
    struct presence *presence = &compare->presence;
    for (size_t i = 0; i < batch->count; i++)
        for (int level = LEVEL_DAY; level < LEVEL_COUNT; level++) {
            uint32_t key[2 + LEVEL_COUNT];
            presence_key(compare, row_match_row(batch, (int64_t)i), (enum level)level, key);
            bool added;
            uint32_t index = key_map_add(&presence->map, key, &added);
            if (index >= presence->capacity) {
                presence->capacity = presence->capacity ? presence->capacity * 2 : 1024;
                for (int s = 0; s < 2; s++)
                    presence->on_side[s] =
                        memory_grow(presence->on_side[s], presence->capacity * sizeof(bool));
            }
            if (added)
                presence->on_side[0][index] = presence->on_side[1][index] = false;
            presence->on_side[side][index] = true;
        }
}

static bool is_present(const struct compare *compare, const unsigned char *row, enum level level,
                       int side)
{
    uint32_t key[2 + LEVEL_COUNT];
    presence_key(compare, row, level, key);
    uint32_t index = key_map_find(&compare->presence.map, key);
    return index != UINT32_MAX && compare->presence.on_side[side][index];
}

/* ---- one difference ---- */

/* The greatest difference over the amounts, and the amount it is of. */
static double amount_of(const struct compare *compare, const unsigned char *a,
                        const unsigned char *b, size_t *column)
{
    double greatest = 0;
    *column = compare->profile->total;
    for (uint64_t left = compare->profile->amounts; left; left &= left - 1) {
        size_t at = (size_t)__builtin_ctzll(left);
        const struct column *amount = &compare->profile->table->columns[at];
        double value_a = a ? row_cell_number(amount, a) : 0;
        double value_b = b ? row_cell_number(amount, b) : 0;
        double difference =
            (measure_is_null(value_b) ? 0 : value_b) - (measure_is_null(value_a) ? 0 : value_a);
        if (fabs(difference) > fabs(greatest)) {
            greatest = difference;
            *column = at;
        }
    }
    return greatest;
}

static json_t *text_json(const struct text_pool *texts, uint32_t id)
{
    struct text text = text_pool_borrow(texts, id);
    json_t *json = text.bytes ? json_stringn(text.bytes, text.length) : json_null();
    return json ? json : json_string("(not UTF-8)");
}

static json_t *cell_json(const struct column *column, const unsigned char *row,
                         const struct text_pool *texts)
{
    char day[CALENDAR_TEXT_SIZE];
    switch (column->kind) {
    case COLUMN_NUMERIC: {
        double number = row_cell_number(column, row);
        return isfinite(number) ? json_real(number) : json_null();
    }
    case COLUMN_INTEGER: {
        int32_t number = row_cell_integer(column, row);
        return number == INTEGER_NULL ? json_null() : json_integer(number);
    }
    case COLUMN_DAY:
        return json_string(calendar_format(row_cell_integer(column, row), day));
    default:
        return text_json(texts, row_cell_id(column, row));
    }
}

static json_t *columns_json(const struct compare *compare, uint64_t columns,
                            const unsigned char *row, const struct text_pool *texts)
{
    json_t *object = json_object();
    for (uint64_t left = columns; left; left &= left - 1) {
        const struct column *column = &compare->profile->table->columns[__builtin_ctzll(left)];
        json_object_set_new(object, column->name, cell_json(column, row, texts));
    }
    return object;
}

/* Key without nulls, and of both sides the columns that differ (of a lone row: its amounts). */
static json_t *example_json(const struct compare *compare, const struct row_pair *pair,
                            const unsigned char *a, const unsigned char *b,
                            const struct text_pool *texts, double amount, size_t amount_column)
{
    const struct table *table = compare->profile->table;
    json_t *example = json_object();
    json_object_set_new(example, "amount", json_real(amount));
    if (amount_column != SIZE_MAX)
        json_object_set_new(example, "column", json_string(table->columns[amount_column].name));
    uint64_t keys = compare->profile->keys & ~pair->differs;
    json_t *key = columns_json(compare, keys, a ? a : b, texts), *value;
    const char *name;
    void *next;
    json_object_foreach_safe(key, next, name, value) if (json_is_null(value))
        json_object_del(key, name);
    json_object_set_new(example, "key", key);
    uint64_t shown = pair->differs ? pair->differs : compare->profile->amounts;
    json_object_set_new(example, "a", a ? columns_json(compare, shown, a, texts) : json_null());
    json_object_set_new(example, "b", b ? columns_json(compare, shown, b, texts) : json_null());
    return example;
}

static const char *side_name(const struct row_pair *pair)
{
    return pair->a == ROW_MATCH_NONE ? "only in B" : "only in A";
}

static void detail_text(char detail[COMPARE_DETAIL_SIZE], const struct text_pool *texts,
                        uint32_t id, const char *side)
{
    struct text text = text_pool_borrow(texts, id);
    snprintf(detail, COMPARE_DETAIL_SIZE, "%.*s, %s", text.bytes ? (int)text.length : 4,
             text.bytes ? text.bytes : "null", side);
}

static enum compare_cause lone_cause(const struct compare *compare, const struct row_pair *pair,
                                     const unsigned char *row, const struct text_pool *texts,
                                     char detail[COMPARE_DETAIL_SIZE])
{
    int other = pair->a == ROW_MATCH_NONE ? 0 : 1;
    const char *side = side_name(pair);
    char day[CALENDAR_TEXT_SIZE];
    snprintf(detail, COMPARE_DETAIL_SIZE, "%s", side);
    if (pair->lone == LONE_DUPLICATE)
        return COMPARE_DUPLICATED;
    if (pair->lone == LONE_SPLIT) {
        snprintf(detail, COMPARE_DETAIL_SIZE, "%s", "the sums agree");
        return COMPARE_SPLIT;
    }
    if (!is_present(compare, row, LEVEL_DAY, other)) {
        snprintf(detail, COMPARE_DETAIL_SIZE, "%s, %s", calendar_format(day_of(compare, row), day),
                 side);
        return COMPARE_DAYS_MISSING;
    }
    if (!is_present(compare, row, LEVEL_CLUSTER, other)) {
        uint32_t cluster = text_at(compare, compare->cluster_at, row);
        detail_text(detail, texts,
                    cluster != TEXT_NULL ? cluster : text_at(compare, compare->source_at, row),
                    side);
        return COMPARE_CLUSTER_MISSING;
    }
    if (compare->kind_at != SIZE_MAX && !is_present(compare, row, LEVEL_KIND, other)) {
        detail_text(detail, texts, text_at(compare, compare->kind_at, row), side);
        return COMPARE_KIND_MISSING;
    }
    if (compare->namespace_at != SIZE_MAX && !is_present(compare, row, LEVEL_NAMESPACE, other)) {
        detail_text(detail, texts, text_at(compare, compare->namespace_at, row), side);
        return COMPARE_NAMESPACE_MISSING;
    }
    return COMPARE_ROW_MISSING;
}

static void note_factors(struct compare *compare, const struct row_pair *pair,
                         const unsigned char *a, const unsigned char *b)
{
    for (uint64_t left = pair->differs; left; left &= left - 1) {
        size_t at = (size_t)__builtin_ctzll(left);
        const struct column *column = &compare->profile->table->columns[at];
        compare_tally_column(&compare->tally, at);
        if (column->kind == COLUMN_NUMERIC)
            compare_tally_factor(
                &compare->tally, at,
                compare_factor(row_cell_number(column, a), row_cell_number(column, b)));
    }
}

static void add_difference(struct compare *compare, const struct row_pair *pair,
                           const struct row_batch *batch_a, const struct row_batch *batch_b)
{
    const unsigned char *a = pair->a == ROW_MATCH_NONE ? NULL : row_match_row(batch_a, pair->a);
    const unsigned char *b = pair->b == ROW_MATCH_NONE ? NULL : row_match_row(batch_b, pair->b);
    const unsigned char *row = a ? a : b;
    const struct text_pool *texts = a ? batch_a->texts : batch_b->texts;
    char detail[COMPARE_DETAIL_SIZE];
    enum compare_cause cause;
    size_t amount_column, telling = SIZE_MAX;
    double amount = amount_of(compare, a, b, &amount_column);
    if (a && b) {
        note_factors(compare, pair, a, b);
        telling = compare_telling_column(compare->profile, pair->differs);
        cause = compare_cause_of_column(compare->profile, telling, a, b, detail);
    } else {
        cause = lone_cause(compare, pair, row, texts, detail);
    }
    compare_tally_difference(&compare->tally, a != NULL, b != NULL);
    compare_tally_place(&compare->tally, day_of(compare, row),
                        text_pool_borrow(texts, text_at(compare, compare->namespace_at, row)));
    struct compare_finding *finding =
        compare_tally_cause(&compare->tally, cause, telling, detail, amount);
    bool largest = compare_tally_is_large(&compare->tally, amount);
    if (!largest && finding->example_count == COMPARE_EXAMPLES)
        return;
    json_t *example = example_json(compare, pair, a, b, texts, amount, amount_column);
    if (finding->example_count < COMPARE_EXAMPLES)
        finding->examples[finding->example_count++] = json_incref(example);
    if (largest)
        compare_tally_largest(&compare->tally, amount, json_incref(example));
    json_decref(example);
}

/* ---- windows ---- */

static void add_totals(struct compare *compare, const struct row_batch *batch, int side)
{
    size_t total = compare->profile->total;
    for (size_t i = 0; i < batch->count; i++) {
        const unsigned char *row = row_match_row(batch, (int64_t)i);
        double amount =
            total == SIZE_MAX ? 0 : row_cell_number(&compare->profile->table->columns[total], row);
        compare_tally_row(
            &compare->tally, side, day_of(compare, row),
            text_pool_borrow(batch->texts, text_at(compare, compare->namespace_at, row)),
            measure_is_null(amount) ? 0 : amount);
    }
}

void compare_add(struct compare *compare, const struct row_batch *a, const struct row_batch *b)
{
    key_map_clear(&compare->presence.map);
    note_presence(compare, a, 0);
    note_presence(compare, b, 1);
    add_totals(compare, a, 0);
    add_totals(compare, b, 1);
    row_match_build(&compare->match, compare->profile, compare->tolerance, a, b);
    compare_tally_equal(&compare->tally, compare->match.equal);
    for (size_t i = 0; i < compare->match.count; i++)
        add_difference(compare, &compare->match.pairs[i], a, b);
}

int64_t compare_differences(const struct compare *compare)
{
    return compare_tally_differences(&compare->tally);
}

json_t *compare_document(struct compare *compare)
{
    return compare_tally_document(&compare->tally);
}
