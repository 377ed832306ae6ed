#include "attribute/reconciliation.h"

#include "base/arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    enum reconciliation_kind kind;
    const char *meaning;
} entries[RECONCILE_ENTRIES] = {
#define RECONCILIATION_ENTRY(name, kind, meaning) {#name, RECONCILIATION_##kind, meaning},
#include "attribute/reconciliation.def"
#undef RECONCILIATION_ENTRY
};

static const char *const column_names[COST_COLUMNS] = {
    "unblended_cost", "blended_cost", "savingsplan_effective_cost", "calculated_amortized_cost"};

void reconciliation_init(struct reconciliation *sums)
{
    *sums = (struct reconciliation){0};
    text_pool_init(&sums->texts);
    key_map_init(&sums->currencies, 1);
    key_map_init(&sums->namespaces, 3);
}

void reconciliation_close(struct reconciliation *sums)
{
    text_pool_close(&sums->texts);
    key_map_close(&sums->currencies);
    key_map_close(&sums->namespaces);
    free(sums->by_currency);
    free(sums->by_namespace);
}

/* Sets `count` sums in a row to "nothing seen". */
static void clear_sums(struct exact_sum *sums, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sums[i] = EXACT_SUM_NULL;
}

static void merge_sums(struct exact_sum *sums, const struct exact_sum *other, size_t count)
{
    for (size_t i = 0; i < count; i++)
        exact_sum_merge(&sums[i], other[i]);
}

struct currency_sums *reconciliation_currency(struct reconciliation *sums, struct text currency)
{
    bool added;
    uint32_t key = text_pool_intern(&sums->texts, currency.bytes, currency.length);
    uint32_t index = key_map_add(&sums->currencies, &key, &added);
    if (added) {
        if (index == sums->currency_capacity) {
            sums->currency_capacity = sums->currency_capacity * 2 + 4;
            sums->by_currency =
                memory_grow(sums->by_currency, sums->currency_capacity * sizeof *sums->by_currency);
        }
        clear_sums(sums->by_currency[index].amounts[0], RECONCILE_ENTRIES * COST_COLUMNS);
        clear_sums(sums->by_currency[index].gross, COST_COLUMNS);
    }
    return &sums->by_currency[index];
}

struct namespace_sums *reconciliation_namespace(struct reconciliation *sums, struct text currency,
                                                struct text cluster_id, struct text namespace_name)
{
    struct text texts[3] = {currency, cluster_id, namespace_name};
    uint32_t key[3];
    for (int i = 0; i < 3; i++)
        key[i] = text_pool_intern(&sums->texts, texts[i].bytes, texts[i].length);
    bool added;
    uint32_t index = key_map_add(&sums->namespaces, key, &added);
    if (added) {
        if (index == sums->namespace_capacity) {
            sums->namespace_capacity = sums->namespace_capacity * 2 + 64;
            sums->by_namespace = memory_grow(sums->by_namespace,
                                             sums->namespace_capacity * sizeof *sums->by_namespace);
        }
        clear_sums(sums->by_namespace[index].amounts, COST_COLUMNS);
    }
    return &sums->by_namespace[index];
}

void reconciliation_merge(struct reconciliation *sums, const struct reconciliation *other)
{
    const struct text *texts = other->texts.texts;
    for (uint32_t i = 0; i < other->currencies.count; i++) {
        struct currency_sums *to =
            reconciliation_currency(sums, texts[*key_map_key(&other->currencies, i)]);
        const struct currency_sums *from = &other->by_currency[i];
        merge_sums(to->amounts[0], from->amounts[0], RECONCILE_ENTRIES * COST_COLUMNS);
        merge_sums(to->gross, from->gross, COST_COLUMNS);
    }
    for (uint32_t i = 0; i < other->namespaces.count; i++) {
        const uint32_t *key = key_map_key(&other->namespaces, i);
        struct namespace_sums *to =
            reconciliation_namespace(sums, texts[key[0]], texts[key[1]], texts[key[2]]);
        merge_sums(to->amounts, other->by_namespace[i].amounts, COST_COLUMNS);
    }
}

/* ---- reading ---- */

static double amount_of(struct exact_sum sum)
{
    return measure_coalesce(exact_sum_value(sum, EXACT_SUM_FINE), 0);
}

struct text reconciliation_currency_name(const struct reconciliation *sums, uint32_t currency)
{
    return sums->texts.texts[*key_map_key(&sums->currencies, currency)];
}

void reconciliation_order(const struct reconciliation *sums, uint32_t *order)
{
    for (uint32_t i = 0; i < sums->currencies.count; i++) {
        struct text name = reconciliation_currency_name(sums, i);
        uint32_t at = i;
        for (; at > 0; at--) {
            if (text_compare(reconciliation_currency_name(sums, order[at - 1]), name) < 0)
                break;
            order[at] = order[at - 1];
        }
        order[at] = i;
    }
}

double reconciliation_amount(const struct reconciliation *sums, uint32_t currency,
                             enum reconciliation_entry entry, enum cost_column column)
{
    return amount_of(sums->by_currency[currency].amounts[entry][column]);
}

double reconciliation_difference(const struct reconciliation *sums, uint32_t currency,
                                 enum cost_column column)
{
    struct exact_sum difference = EXACT_SUM_NULL;
    for (int entry = 0; entry < RECONCILE_ENTRIES; entry++) {
        exact_int units = exact_sum_units(sums->by_currency[currency].amounts[entry][column]);
        bool adds = entries[entry].kind == RECONCILIATION_TOTAL ||
                    entries[entry].kind == RECONCILIATION_EXCESS;
        if (units == EXACT_INT_MIN)
            continue;
        if (units != EXACT_INT_MAX && !adds)
            units = -units;
        exact_sum_add_units(&difference, units);
    }
    return amount_of(difference);
}

bool reconciliation_closes(const struct reconciliation *sums)
{
    for (uint32_t i = 0; i < sums->currencies.count; i++) {
        for (enum cost_column column = 0; column < COST_COLUMNS; column++) {
            double gross = amount_of(sums->by_currency[i].gross[column]);
            double difference = reconciliation_difference(sums, i, column);
            if (!isfinite(gross) || fabs(difference) > RECONCILIATION_TOLERANCE * gross)
                return false;
        }
    }
    return true;
}

static int compare_money(const void *left, const void *right)
{
    const struct money_line *a = left, *b = right;
    if (a->amount != b->amount)
        return a->amount > b->amount ? -1 : 1;
    return text_compare(a->name, b->name);
}

/* Sums by one word of the key of the namespaces. */
static size_t sum_by(const struct reconciliation *sums, uint32_t currency, enum cost_column column,
                     int word, struct money_line *lines)
{
    struct key_map names;
    key_map_init(&names, 1);
    struct exact_sum *amounts =
        memory_grow(NULL, ((size_t)sums->namespaces.count + 1) * sizeof *amounts);
    uint32_t wanted = *key_map_key(&sums->currencies, currency);
    for (uint32_t i = 0; i < sums->namespaces.count; i++) {
        const uint32_t *key = key_map_key(&sums->namespaces, i);
        if (key[0] != wanted)
            continue;
        bool added;
        uint32_t at = key_map_add(&names, &key[word], &added);
        if (added)
            amounts[at] = EXACT_SUM_NULL;
        exact_sum_merge(&amounts[at], sums->by_namespace[i].amounts[column]);
    }
    size_t count = names.count;
    for (uint32_t i = 0; i < names.count; i++)
        lines[i] =
            (struct money_line){sums->texts.texts[*key_map_key(&names, i)], amount_of(amounts[i])};
    qsort(lines, count, sizeof *lines, compare_money);
    free(amounts);
    key_map_close(&names);
    return count;
}

size_t reconciliation_by_namespace(const struct reconciliation *sums, uint32_t currency,
                                   enum cost_column column, struct money_line *lines)
{
    return sum_by(sums, currency, column, 2, lines);
}

size_t reconciliation_by_cluster(const struct reconciliation *sums, uint32_t currency,
                                 enum cost_column column, struct money_line *lines)
{
    return sum_by(sums, currency, column, 1, lines);
}

const char *reconciliation_entry_name(enum reconciliation_entry entry)
{
    return entries[entry].name;
}

const char *reconciliation_entry_meaning(enum reconciliation_entry entry)
{
    return entries[entry].meaning;
}

enum reconciliation_kind reconciliation_entry_kind(enum reconciliation_entry entry)
{
    return entries[entry].kind;
}

const char *cost_column_name(enum cost_column column)
{
    return column_names[column];
}
