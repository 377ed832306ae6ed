#include "result/compare_profile.h"

#include "base/arena.h"
#include "result/result.h"
#include "result/result_reader.h"

#include <math.h>
#include <string.h>

/* Texts that describe a row but do not identify it. In the cost table pod_labels repeats tags. */
static const char *const described_by[] = {
    "usage_end",    "cluster_alias", "all_labels", "infrastructure_usage_cost",
    "raw_currency", "resource_ids",
};

/* What makes a difference large, most telling first; the first one there is summed up. */
static const char *const amounts[] = {
    "calculated_amortized_cost",
    "unblended_cost",
    "blended_cost",
    "savingsplan_effective_cost",
    "pod_effective_usage_cpu_core_hours",
    "pod_usage_cpu_core_hours",
    "pod_request_cpu_core_hours",
    "pod_effective_usage_memory_gigabyte_hours",
    "pod_usage_memory_gigabyte_hours",
    "pod_request_memory_gigabyte_hours",
    "persistentvolumeclaim_capacity_gigabyte_months",
    "persistentvolumeclaim_usage_gigabyte_months",
    "volume_request_storage_gigabyte_months",
    "infrastructure_raw_cost",
};

uint64_t compare_columns(const struct table *table, const char *const *names, size_t count)
{
    uint64_t set = 0;
    for (size_t i = 0; i < count; i++) {
        size_t column = result_column(table, names[i]);
        if (column != SIZE_MAX)
            set |= (uint64_t)1 << column;
    }
    return set;
}

static bool identifies(const struct table *table, const struct column *column)
{
    for (size_t i = 0; i < sizeof described_by / sizeof described_by[0]; i++)
        if (strcmp(column->name, described_by[i]) == 0)
            return false;
    /* a table of bill lines carries its labels twice */
    if (strcmp(column->name, "pod_labels") == 0 && result_column(table, "tags") != SIZE_MAX)
        return false;
    return column->kind != COLUMN_NUMERIC && column->kind != COLUMN_INTEGER;
}

static const char *unit_of(const char *name)
{
    return strstr(name, "core_hours")       ? "core-hours"
           : strstr(name, "gigabyte_hours") ? "GiB-hours"
           : strstr(name, "gigabyte")       ? "GiB-months"
                                            : "";
}

static void choose_amounts(struct compare_profile *profile)
{
    profile->total = SIZE_MAX;
    for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++) {
        size_t column = result_column(profile->table, amounts[i]);
        if (column == SIZE_MAX || !(profile->values >> column & 1))
            continue;
        profile->amounts |= (uint64_t)1 << column;
        if (profile->total == SIZE_MAX) {
            profile->total = column;
            profile->unit = unit_of(amounts[i]);
        }
    }
}

void compare_profile_build(const struct table *table, const struct result_table *a,
                           const struct result_table *b, struct arena *arena,
                           struct compare_profile *profile, uint64_t *only_a, uint64_t *only_b)
{
    /* half a unit of the last digit a side stores; two sides that round may round apart */
    double halves = a->stores_decimals && b->stores_decimals ? 1.0 : 0.5;
    *profile = (struct compare_profile){.table = table, .unit = ""};
    profile->allowance = arena_alloc_array(arena, table->column_count, sizeof(double));
    *only_a = *only_b = 0;
    for (size_t i = 0; i < table->column_count && i < COMPARE_MOST_COLUMNS; i++) {
        const struct column *column = &table->columns[i];
        uint64_t bit = (uint64_t)1 << i;
        if (column->kind == COLUMN_NUMERIC)
            profile->allowance[i] = halves * 1.000001 * pow(10.0, -column->scale);
        if (a->columns[i] && !b->columns[i])
            *only_a |= bit;
        if (b->columns[i] && !a->columns[i])
            *only_b |= bit;
        if (!a->columns[i] || !b->columns[i])
            continue;
        if (identifies(table, column))
            profile->keys |= bit;
        else
            profile->values |= bit;
    }
    choose_amounts(profile);
}
