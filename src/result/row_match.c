#include "result/row_match.h"

#include "base/arena.h"
#include "base/key_map.h"
#include "base/measure.h"
#include "result/row_cell.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t NO_ROW = UINT32_MAX;

/* The rows of one side on their way to partners. */
struct side {
    const struct row_batch *batch;
    uint32_t *next;  /* chain of the rows of one key */
    uint32_t *first; /* by key */
    bool *settled;   /* has a partner, or is known to have none */
    double *weight;  /* sum of the magnitudes of all numbers, to find equal rows quickly */
    uint32_t *group; /* rows of the key at hand that are not settled */
    size_t group_count;
};

struct matching {
    struct row_match *match;
    const struct compare_profile *profile;
    struct row_tolerance tolerance;
    struct side a, b;
    struct key_map keys;
};

/* How a step looks at the key. */
struct relaxation {
    uint64_t aside;     /* key columns that are put aside */
    uint64_t follows;   /* value columns that follow them and need not agree either */
    bool null_is_empty; /* null and '' are one */
    bool lone_pairs;    /* one row left on either side is a pair whatever its values */
};

void row_match_init(struct row_match *match)
{
    *match = (struct row_match){0};
}

void row_match_close(struct row_match *match)
{
    free(match->pairs);
}

static void add_pair(struct row_match *match, struct row_pair pair)
{
    if (match->count == match->capacity) {
        match->capacity = match->capacity ? match->capacity * 2 : 256;
        match->pairs = memory_grow(match->pairs, match->capacity * sizeof *match->pairs);
    }
    match->pairs[match->count++] = pair;
}

/* ---- cells ---- */

static bool numbers_agree(double a, double b, double relative, double allowance)
{
    if (measure_is_null(a) || measure_is_null(b))
        return measure_is_null(a) && measure_is_null(b);
    double difference = fabs(a - b);
    return difference <= allowance || difference <= relative * fmax(fabs(a), fabs(b));
}

bool row_match_cell(const struct compare_profile *profile, struct row_tolerance tolerance,
                    size_t column_at, const unsigned char *a, const unsigned char *b)
{
    const struct column *column = &profile->table->columns[column_at];
    if (column->kind == COLUMN_NUMERIC)
        return numbers_agree(row_cell_number(column, a), row_cell_number(column, b),
                             tolerance.relative, profile->allowance[column_at]);
    return row_cell_integer(column, a) == row_cell_integer(column, b);
}

static uint64_t differing(const struct matching *matching, uint64_t columns, uint32_t a, uint32_t b)
{
    const unsigned char *row_a = row_match_row(matching->a.batch, a);
    const unsigned char *row_b = row_match_row(matching->b.batch, b);
    uint64_t differs = 0;
    for (uint64_t left = columns; left; left &= left - 1) {
        size_t column = (size_t)__builtin_ctzll(left);
        if (!row_match_cell(matching->profile, matching->tolerance, column, row_a, row_b))
            differs |= (uint64_t)1 << column;
    }
    return differs;
}

static uint64_t numeric_columns(const struct compare_profile *profile)
{
    uint64_t set = 0;
    for (uint64_t left = profile->values; left; left &= left - 1) {
        int column = __builtin_ctzll(left);
        if (profile->table->columns[column].kind == COLUMN_NUMERIC)
            set |= (uint64_t)1 << column;
    }
    return set;
}

static double row_weight(const struct compare_profile *profile, uint64_t numbers,
                         const unsigned char *row)
{
    double weight = 0;
    for (uint64_t left = numbers; left; left &= left - 1) {
        double number = row_cell_number(&profile->table->columns[__builtin_ctzll(left)], row);
        if (!measure_is_null(number))
            weight += fabs(number);
    }
    return weight;
}

/* ---- settling rows ---- */

static void settle(struct matching *matching, uint32_t a, uint32_t b)
{
    uint64_t columns = matching->profile->keys | matching->profile->values;
    struct row_pair pair = {a, b, differing(matching, columns, a, b), LONE_UNKNOWN};
    matching->a.settled[a] = matching->b.settled[b] = true;
    if (pair.differs == 0)
        matching->match->equal++;
    else
        add_pair(matching->match, pair);
}

static void settle_lone(struct matching *matching, bool of_a, uint32_t row, enum lone_row lone)
{
    struct side *side = of_a ? &matching->a : &matching->b;
    side->settled[row] = true;
    add_pair(matching->match, (struct row_pair){of_a ? (int64_t)row : ROW_MATCH_NONE,
                                                of_a ? ROW_MATCH_NONE : (int64_t)row, 0, lone});
}

static int by_weight(const void *left, const void *right, void *weights)
{
    double a = ((const double *)weights)[*(const uint32_t *)left];
    double b = ((const double *)weights)[*(const uint32_t *)right];
    return (a > b) - (a < b);
}

static void gather(struct side *side, uint32_t first)
{
    side->group_count = 0;
    for (uint32_t row = first; row != NO_ROW; row = side->next[row])
        if (!side->settled[row])
            side->group[side->group_count++] = row;
    if (side->group_count > 1)
        qsort_r(side->group, side->group_count, sizeof *side->group, by_weight, side->weight);
}

static void drop_settled(struct side *side)
{
    size_t kept = 0;
    for (size_t i = 0; i < side->group_count; i++)
        if (!side->settled[side->group[i]])
            side->group[kept++] = side->group[i];
    side->group_count = kept;
}

/* Pairs rows of the group whose values all agree. Both groups are in order of weight, so only
 * rows of about the same weight are looked at. */
static void pair_equals(struct matching *matching, uint64_t values)
{
    struct side *a = &matching->a, *b = &matching->b;
    double relative = matching->tolerance.relative;
    size_t low = 0;
    for (size_t i = 0; i < a->group_count; i++) {
        double weight = a->weight[a->group[i]];
        double slack = weight * relative * 2 + 1e-6;
        while (low < b->group_count && b->weight[b->group[low]] < weight - slack)
            low++;
        for (size_t j = low; j < b->group_count && b->weight[b->group[j]] <= weight + slack; j++)
            if (!b->settled[b->group[j]] &&
                !differing(matching, values, a->group[i], b->group[j])) {
                settle(matching, a->group[i], b->group[j]);
                break;
            }
    }
    drop_settled(a);
    drop_settled(b);
}

/* ---- what is left of a full key ---- */

static bool sums_agree(const struct matching *matching, uint64_t numbers)
{
    for (uint64_t left = numbers; left; left &= left - 1) {
        size_t column = (size_t)__builtin_ctzll(left);
        double sums[2] = {0, 0};
        const struct side *sides[2] = {&matching->a, &matching->b};
        for (int s = 0; s < 2; s++)
            for (size_t i = 0; i < sides[s]->group_count; i++) {
                double number = row_cell_number(&matching->profile->table->columns[column],
                                                row_match_row(sides[s]->batch, sides[s]->group[i]));
                sums[s] += measure_is_null(number) ? 0 : number;
            }
        double count = (double)(matching->a.group_count + matching->b.group_count);
        if (!numbers_agree(sums[0], sums[1], matching->tolerance.relative,
                           matching->profile->allowance[column] * count))
            return false;
    }
    return true;
}

static uint64_t summed_columns(const struct compare_profile *profile, uint64_t numbers)
{
    return profile->amounts ? profile->amounts : numbers;
}

/* One row here and several there that add up to it. */
static bool settle_split(struct matching *matching, uint64_t numbers)
{
    struct side *a = &matching->a, *b = &matching->b;
    if (a->group_count == 0 || b->group_count == 0 || a->group_count == b->group_count ||
        (a->group_count > 1 && b->group_count > 1) ||
        !sums_agree(matching, summed_columns(matching->profile, numbers)))
        return false;
    for (size_t i = 0; i < a->group_count; i++)
        settle_lone(matching, true, a->group[i], LONE_SPLIT);
    for (size_t i = 0; i < b->group_count; i++)
        settle_lone(matching, false, b->group[i], LONE_SPLIT);
    return true;
}

/* True when another row of the same key and side has the same values. */
static bool is_duplicate(const struct matching *matching, const struct side *side, uint32_t first,
                         uint32_t row)
{
    for (uint32_t other = first; other != NO_ROW; other = side->next[other]) {
        if (other == row || fabs(side->weight[other] - side->weight[row]) >
                                side->weight[row] * matching->tolerance.relative * 2 + 1e-6)
            continue;
        bool same = true;
        for (uint64_t left = matching->profile->values; same && left; left &= left - 1)
            same = row_match_cell(matching->profile, matching->tolerance,
                                  (size_t)__builtin_ctzll(left), row_match_row(side->batch, row),
                                  row_match_row(side->batch, other));
        if (same)
            return true;
    }
    return false;
}

static void settle_duplicates(struct matching *matching, bool of_a, uint32_t first)
{
    struct side *side = of_a ? &matching->a : &matching->b;
    size_t other = of_a ? matching->b.group_count : matching->a.group_count;
    size_t surplus = side->group_count > other ? side->group_count - other : 0;
    for (size_t i = 0; i < side->group_count && surplus > 0; i++)
        if (is_duplicate(matching, side, first, side->group[i])) {
            settle_lone(matching, of_a, side->group[i], LONE_DUPLICATE);
            surplus--;
        }
    drop_settled(side);
}

/* Pairs what is left with the nearest by weight. */
static void pair_nearest(struct matching *matching)
{
    struct side *a = &matching->a, *b = &matching->b;
    while (a->group_count > 0 && b->group_count > 0) {
        uint32_t row = a->group[a->group_count - 1], nearest = b->group[0];
        for (size_t i = 1; i < b->group_count; i++)
            if (fabs(b->weight[b->group[i]] - a->weight[row]) <
                fabs(b->weight[nearest] - a->weight[row]))
                nearest = b->group[i];
        settle(matching, row, nearest);
        drop_settled(a);
        drop_settled(b);
    }
}

/* ---- steps ---- */

static uint32_t key_word(const struct column *column, const unsigned char *row,
                         const struct relaxation *relaxation)
{
    uint32_t word = (uint32_t)row_cell_integer(column, row);
    if (relaxation->null_is_empty && row_cell_is_text(column) && word == TEXT_EMPTY)
        return TEXT_NULL;
    return word;
}

static void chain(struct matching *matching, struct side *side, uint64_t keys,
                  const struct relaxation *relaxation)
{
    for (size_t row = side->batch->count; row-- > 0;) {
        uint32_t key[COMPARE_MOST_COLUMNS];
        uint32_t words = 0;
        if (side->settled[row])
            continue;
        for (uint64_t left = keys; left; left &= left - 1)
            key[words++] = key_word(&matching->profile->table->columns[__builtin_ctzll(left)],
                                    row_match_row(side->batch, (int64_t)row), relaxation);
        bool added;
        uint32_t index = key_map_add(&matching->keys, key, &added);
        if (added)
            matching->a.first[index] = matching->b.first[index] = NO_ROW;
        side->next[row] = side->first[index];
        side->first[index] = (uint32_t)row;
    }
}

/* Groups the rows that are not settled by the key less what is put aside. False: no key is left,
 * or nothing is. */
static bool group_rows(struct matching *matching, const struct relaxation *relaxation)
{
    uint64_t keys = matching->profile->keys & ~relaxation->aside;
    if (keys == 0)
        return false;
    key_map_close(&matching->keys);
    key_map_init(&matching->keys, (uint32_t)__builtin_popcountll(keys));
    chain(matching, &matching->a, keys, relaxation);
    chain(matching, &matching->b, keys, relaxation);
    return true;
}

static void match_full_keys(struct matching *matching)
{
    static const struct relaxation none = {0};
    uint64_t numbers = numeric_columns(matching->profile);
    if (!group_rows(matching, &none))
        return;
    for (uint32_t key = 0; key < matching->keys.count; key++) {
        uint32_t first_a = matching->a.first[key], first_b = matching->b.first[key];
        gather(&matching->a, first_a);
        gather(&matching->b, first_b);
        if (matching->a.group_count > 0 && matching->b.group_count > 0) {
            if (settle_split(matching, numbers))
                continue;
            pair_equals(matching, matching->profile->values);
            settle_duplicates(matching, true, first_a);
            settle_duplicates(matching, false, first_b);
            pair_nearest(matching);
        }
    }
}

static bool says_something(const struct side *side, uint32_t row)
{
    return side->weight[row] > 0;
}

static void match_relaxed(struct matching *matching, const struct relaxation *relaxation)
{
    if (!group_rows(matching, relaxation))
        return;
    for (uint32_t key = 0; key < matching->keys.count; key++) {
        struct side *a = &matching->a, *b = &matching->b;
        gather(a, a->first[key]);
        gather(b, b->first[key]);
        if (a->group_count == 0 || b->group_count == 0)
            continue;
        if (relaxation->lone_pairs || says_something(a, a->group[a->group_count - 1]))
            pair_equals(matching, matching->profile->values & ~relaxation->follows);
        if (relaxation->lone_pairs && a->group_count == 1 && b->group_count == 1)
            settle(matching, a->group[0], b->group[0]);
    }
}

static void match_relaxed_keys(struct matching *matching)
{
    static const char *const labels[] = {"pod_labels", "volume_labels", "tags",
                                         "aws_cost_category"};
    static const char *const nodes[] = {"node", "resource_id"};
    static const char *const volumes[] = {"persistentvolumeclaim", "persistentvolume",
                                          "storageclass"};
    static const char *const bill[] = {
        "product_code", "product_family", "instance_type",           "usage_account_id", "region",
        "unit",         "currency_code",  "data_transfer_direction", "availability_zone"};
    static const char *const clusters[] = {"cluster_id", "source_uuid"};
    static const char *const namespaces[] = {"namespace"};
    static const char *const days[] = {"usage_start"};
    static const char *const after_labels[] = {"all_labels", "pod_labels"};
    static const char *const after_clusters[] = {"cluster_alias", "report_period_id"};
    static const char *const after_namespaces[] = {"cost_category_id"};
    static const char *const after_days[] = {"usage_end"};
#define COLUMNS(names) \
    compare_columns(matching->profile->table, names, sizeof names / sizeof *names)
    const struct relaxation relaxations[] = {
        {.null_is_empty = true, .lone_pairs = true},
        {.aside = COLUMNS(labels), .follows = COLUMNS(after_labels), .lone_pairs = true},
        {.aside = COLUMNS(nodes), .null_is_empty = true},
        {.aside = COLUMNS(volumes), .null_is_empty = true},
        {.aside = COLUMNS(bill), .null_is_empty = true},
        {.aside = COLUMNS(clusters), .follows = COLUMNS(after_clusters)},
        {.aside = COLUMNS(namespaces), .follows = COLUMNS(after_namespaces)},
        {.aside = COLUMNS(days), .follows = COLUMNS(after_days)},
    };
#undef COLUMNS
    for (size_t i = 0; i < sizeof relaxations / sizeof relaxations[0]; i++)
        if (relaxations[i].null_is_empty || relaxations[i].aside & matching->profile->keys)
            match_relaxed(matching, &relaxations[i]);
}

/* ---- from start to end ---- */

static void side_init(struct side *side, const struct row_batch *batch, size_t keys,
                      const struct compare_profile *profile)
{
    uint64_t numbers = numeric_columns(profile);
    size_t rows = batch->count + 1;
    side->batch = batch;
    side->next = memory_grow(NULL, rows * sizeof *side->next);
    side->group = memory_grow(NULL, rows * sizeof *side->group);
    side->weight = memory_grow(NULL, rows * sizeof *side->weight);
    side->settled = memory_grow(NULL, rows * sizeof *side->settled);
    side->first = memory_grow(NULL, (keys + 1) * sizeof *side->first);
    memset(side->settled, 0, rows * sizeof *side->settled);
    for (size_t row = 0; row < batch->count; row++)
        side->weight[row] = row_weight(profile, numbers, row_match_row(batch, (int64_t)row));
}

static void side_close(struct side *side)
{
    free(side->next);
    free(side->group);
    free(side->weight);
    free(side->settled);
    free(side->first);
}

static void settle_rest(struct matching *matching)
{
    for (uint32_t row = 0; row < matching->a.batch->count; row++)
        if (!matching->a.settled[row])
            settle_lone(matching, true, row, LONE_UNKNOWN);
    for (uint32_t row = 0; row < matching->b.batch->count; row++)
        if (!matching->b.settled[row])
            settle_lone(matching, false, row, LONE_UNKNOWN);
}

void row_match_build(struct row_match *match, const struct compare_profile *profile,
                     struct row_tolerance tolerance, const struct row_batch *a,
                     const struct row_batch *b)
{
    struct matching matching = {.match = match, .profile = profile, .tolerance = tolerance};
    match->count = 0;
    match->equal = 0;
    side_init(&matching.a, a, a->count + b->count, profile);
    side_init(&matching.b, b, a->count + b->count, profile);
    key_map_init(&matching.keys, 1);
    match_full_keys(&matching);
    match_relaxed_keys(&matching);
    settle_rest(&matching);
    key_map_close(&matching.keys);
    side_close(&matching.a);
    side_close(&matching.b);
}
