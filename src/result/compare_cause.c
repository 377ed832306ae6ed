#include "result/compare_cause.h"

#include "base/measure.h"
#include "result/row_cell.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const struct compare_cause_info compare_causes[COMPARE_CAUSE_COUNT] = {
#define COMPARE_CAUSE(ID, name, meaning) {name, meaning},
#include "result/compare_cause.def"
#undef COMPARE_CAUSE
};

/* Factors that have a name. Days in a month also stand for a month against a day. */
static const struct {
    double factor;
    const char *name;
} factors[] = {
    {3600, "seconds against hours"},
    {86400, "seconds against days"},
    {60, "minutes against hours"},
    {24, "days against hours"},
    {1073741824.0, "bytes against GiB"},
    {1073741824.0 / 1e9, "GB (10^9) against GiB (2^30)"},
    {1048576.0, "MiB against TiB, or bytes against MiB"},
    {1024, "one binary prefix"},
    {1000, "one decimal prefix"},
    {1e9, "bytes against GB"},
    {100, "cents, or a percentage"},
    {2, "counted twice"},
    {3, "counted three times"},
    {4, "counted four times"},
    {28, "days of a month"},
    {29, "days of a month"},
    {30, "days of a month"},
    {31, "days of a month"},
    {30.0 / 31, "a 30-day month against a 31-day one"},
    {672, "hours of a month"},
    {696, "hours of a month"},
    {720, "hours of a month"},
    {730, "hours of a month"},
    {744, "hours of a month"},
};

static bool is_factor(double factor, double wanted)
{
    return fabs(factor - wanted) <= wanted * 1e-6;
}

double compare_factor(double a, double b)
{
    return a == 0 ? NAN : b / a;
}

const char *compare_factor_name(double factor)
{
    for (size_t i = 0; i < sizeof factors / sizeof factors[0]; i++)
        if (is_factor(factor, factors[i].factor) || is_factor(1 / factor, factors[i].factor))
            return factors[i].name;
    return NULL;
}

/* True when `rounded` has at most nine decimals and `exact` lies within half of the last one. */
static bool is_rounded(double rounded, double exact)
{
    enum { MOST_DECIMALS = 9 };
    double unit = 1;
    for (int decimals = 0; decimals <= MOST_DECIMALS; decimals++, unit *= 10) {
        if (fabs(round(rounded * unit) / unit - rounded) > fabs(rounded) * 1e-13)
            continue;
        /* zero and whole numbers round nearly anything: they need a small difference too */
        bool small = fabs(rounded - exact) <= 0.01 * fabs(exact) || decimals >= 4;
        return small && fabs(rounded - exact) <= 0.5000001 / unit;
    }
    return false;
}

static enum compare_cause cause_of_number(const char *name, double a, double b,
                                          char detail[COMPARE_DETAIL_SIZE])
{
    snprintf(detail, COMPARE_DETAIL_SIZE, "%s", name);
    if (measure_is_null(a) || measure_is_null(b)) {
        double other = measure_is_null(a) ? b : a;
        snprintf(detail, COMPARE_DETAIL_SIZE, "%s: null against %s", name,
                 other == 0 ? "0" : "a number");
        return COMPARE_NULL_VALUE;
    }
    if (a == -b)
        return COMPARE_SIGN;
    const char *known = compare_factor_name(compare_factor(a, b));
    if (known) {
        double factor = compare_factor(a, b);
        snprintf(detail, COMPARE_DETAIL_SIZE, "%s: B is A %s %.10g (%s)", name,
                 factor >= 1 ? "×" : "/", factor >= 1 ? factor : 1 / factor, known);
        return COMPARE_SCALED;
    }
    if (is_rounded(a, b) || is_rounded(b, a) || fabs(a - b) <= 1e-6 * fmax(fabs(a), fabs(b)))
        return COMPARE_ROUNDED;
    return COMPARE_NUMBER_DIFFERS;
}

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static enum compare_cause cause_of_text(const struct column *column, uint32_t a, uint32_t b)
{
    static const char *const nodes[] = {"node", "resource_id"};
    static const char *const clusters[] = {"cluster_id", "source_uuid"};
    static const char *const volumes[] = {"persistentvolumeclaim", "persistentvolume",
                                          "storageclass"};
    if (a + b == TEXT_NULL + TEXT_EMPTY && (a == TEXT_NULL || b == TEXT_NULL))
        return COMPARE_NULL_EMPTY;
    if (column->kind == COLUMN_JSON)
        return COMPARE_LABELS;
    if (strcmp(column->name, "namespace") == 0)
        return COMPARE_NAMESPACE_DIFFERS;
    if (is_one_of(column->name, nodes, sizeof nodes / sizeof *nodes))
        return COMPARE_NODE_DIFFERS;
    if (is_one_of(column->name, clusters, sizeof clusters / sizeof *clusters))
        return COMPARE_CLUSTER_DIFFERS;
    if (is_one_of(column->name, volumes, sizeof volumes / sizeof *volumes))
        return COMPARE_VOLUME_DIFFERS;
    if (a == TEXT_NULL || b == TEXT_NULL)
        return COMPARE_NULL_VALUE;
    return COMPARE_TEXT_DIFFERS;
}

enum compare_cause compare_cause_of_column(const struct compare_profile *profile, size_t at,
                                           const unsigned char *a, const unsigned char *b,
                                           char detail[COMPARE_DETAIL_SIZE])
{
    const struct column *column = &profile->table->columns[at];
    snprintf(detail, COMPARE_DETAIL_SIZE, "%s", column->name);
    if (column->kind == COLUMN_NUMERIC)
        return cause_of_number(column->name, row_cell_number(column, a), row_cell_number(column, b),
                               detail);
    if (column->kind == COLUMN_DAY)
        return COMPARE_DAY_SHIFTED;
    if (column->kind == COLUMN_INTEGER) {
        bool null = row_cell_integer(column, a) == INTEGER_NULL ||
                    row_cell_integer(column, b) == INTEGER_NULL;
        return null ? COMPARE_NULL_VALUE : COMPARE_TEXT_DIFFERS;
    }
    return cause_of_text(column, row_cell_id(column, a), row_cell_id(column, b));
}

size_t compare_telling_column(const struct compare_profile *profile, uint64_t differs)
{
    const struct table *table = profile->table;
    uint64_t keys = differs & profile->keys, amounts = differs & profile->amounts, numbers = 0;
    for (uint64_t left = differs; left; left &= left - 1)
        if (table->columns[__builtin_ctzll(left)].kind == COLUMN_NUMERIC)
            numbers |= left & -left;
    return (size_t)__builtin_ctzll(keys ? keys : amounts ? amounts : numbers ? numbers : differs);
}
