#include "result/cube.h"

#include "aggregate/usage_row.h"
#include "attribute/cost_row.h"
#include "base/arena.h"
#include "base/label_json.h"
#include "base/measure.h"
#include "result/result_reader.h"

#include <stdlib.h>
#include <string.h>

/* Texts of the rows are forgotten beyond TEXT_BYTES; names are kept in the cube. Values of tags may
 * be as many as pods: beyond MOST_TAGS further ones are one, "(other)". */
enum { TEXT_BYTES = 16 << 20, MOST_TAGS = 20000 };

static const char other[] = "(other)";

/* ---- series ---- */

static void series_init(struct cube_series *series, uint32_t words, uint32_t width, uint32_t days)
{
    *series = (struct cube_series){.width = width, .days = days};
    key_map_init(&series->keys, words);
}

static void series_close(struct cube_series *series)
{
    key_map_close(&series->keys);
    free(series->values);
}

/* The numbers of a key, zeros when it is new. */
static double *series_at(struct cube_series *series, const uint32_t *key)
{
    bool added;
    uint32_t index = key_map_add(&series->keys, key, &added);
    size_t size = (size_t)series->width * series->days;
    if (index >= series->room) {
        series->room = series->room ? series->room * 2 : 64;
        series->values = memory_grow(series->values, series->room * size * sizeof(double));
    }
    double *values = series->values + index * size;
    if (added)
        memset(values, 0, size * sizeof(double));
    return values;
}

double cube_series_total(const struct cube_series *series, uint32_t index, uint32_t which)
{
    const double *values = cube_series_values(series, index) + (size_t)which * series->days;
    double total = 0;
    for (uint32_t day = 0; day < series->days; day++)
        total += values[day];
    return total;
}

/* ---- names ---- */

/* Text ids of a scan, as names of the cube. */
struct reading {
    struct cube *cube;
    struct text_pool texts;
    uint32_t *name_of; /* by text id: name, or 0: not looked up yet */
    uint32_t name_room;
    struct arena arena; /* of tags being parsed */
};

static void reading_init(struct reading *reading, struct cube *cube)
{
    *reading = (struct reading){.cube = cube};
    text_pool_init(&reading->texts);
    arena_init(&reading->arena);
}

static void reading_close(struct reading *reading)
{
    text_pool_close(&reading->texts);
    free(reading->name_of);
    arena_close(&reading->arena);
}

static void reading_forget(struct reading *reading, struct result *result)
{
    result_forget_texts(result);
    if (reading->name_room > 0)
        memset(reading->name_of, 0, reading->name_room * sizeof *reading->name_of);
}

static uint32_t name(struct reading *reading, uint32_t id)
{
    if (id == TEXT_NULL)
        return TEXT_NULL;
    if (id >= reading->name_room) {
        uint32_t room = reading->texts.capacity > id ? reading->texts.capacity : id + 1;
        reading->name_of = memory_grow(reading->name_of, room * sizeof *reading->name_of);
        memset(reading->name_of + reading->name_room, 0,
               (room - reading->name_room) * sizeof *reading->name_of);
        reading->name_room = room;
    }
    if (reading->name_of[id] == 0) {
        struct text text = text_pool_borrow(&reading->texts, id);
        reading->name_of[id] = text_pool_intern(&reading->cube->names, text.bytes, text.length);
    }
    return reading->name_of[id];
}

static void add(double *to, double value)
{
    if (!measure_is_null(value))
        *to += value;
}

static void name_cluster(struct reading *reading, uint32_t cluster, uint32_t alias)
{
    uint32_t key[2] = {cluster, alias};
    key_map_add(&reading->cube->cluster_alias, key, NULL);
}

/* Adds to the series of every label of a text. */
static void add_tags(struct reading *reading, uint32_t labels, uint32_t currency, uint32_t cluster,
                     uint32_t day, double value)
{
    struct label_list list;
    if (labels == TEXT_NULL || measure_is_null(value))
        return;
    arena_reset(&reading->arena);
    if (!label_json_parse(text_pool_borrow(&reading->texts, labels), &reading->arena, &list))
        return;
    for (size_t i = 0; i < list.count; i++) {
        const struct label *label = &list.labels[i];
        struct text_pool *names = &reading->cube->names;
        bool full = reading->cube->tag.keys.count >= MOST_TAGS;
        struct text shown = label->value;
        if (full && text_pool_find(names, shown.bytes, shown.length) == UINT32_MAX)
            shown = (struct text){other, sizeof other - 1};
        uint32_t key[4] = {currency, cluster,
                           text_pool_intern(names, label->key.bytes, label->key.length),
                           text_pool_intern(names, shown.bytes, shown.length)};
        if (full && key_map_find(&reading->cube->tag.keys, key) == UINT32_MAX)
            key[3] = text_pool_intern(names, other, sizeof other - 1);
        add(&series_at(&reading->cube->tag, key)[day], value);
    }
}

/* ---- rows ---- */

static void add_cost_row(struct reading *reading, const struct cost_row *row)
{
    struct cube *cube = reading->cube;
    uint32_t day = (uint32_t)(row->usage_start - cube->days.first);
    uint32_t currency = name(reading, row->currency_code);
    uint32_t cluster = name(reading, row->cluster_id);
    uint32_t cost_key[4] = {currency, cluster, name(reading, row->namespace),
                            name(reading, row->product_code)};
    uint32_t node_key[3] = {currency, cluster, name(reading, row->node)};
    double cost = measure_coalesce(row->calculated_amortized_cost, row->unblended_cost);
    double markup = measure_coalesce(row->markup_cost_amortized, 0);
    name_cluster(reading, cluster, name(reading, row->cluster_alias));
    add(&series_at(&cube->cost, cost_key)[day], cost + markup);
    add(&series_at(&cube->node, node_key)[day], cost + markup);
    add_tags(reading, row->tags, currency, cluster, day, cost + markup);
    cube->cost_rows++;
}

static void add_usage_row(struct reading *reading, const struct usage_row *row)
{
    struct cube *cube = reading->cube;
    uint32_t day = (uint32_t)(row->usage_start - cube->days.first), days = cube->day_count;
    uint32_t cluster = name(reading, row->cluster_id), node = name(reading, row->node);
    uint32_t usage_key[2] = {cluster, name(reading, row->namespace)};
    uint32_t node_key[2] = {cluster, node};
    const double numbers[CUBE_USAGE_COUNT] = {
        [CUBE_CPU_USED] = row->pod_usage_cpu_core_hours,
        [CUBE_CPU_REQUESTED] = row->pod_request_cpu_core_hours,
        [CUBE_CPU_EFFECTIVE] = row->pod_effective_usage_cpu_core_hours,
        [CUBE_MEMORY_USED] = row->pod_usage_memory_gigabyte_hours,
        [CUBE_MEMORY_REQUESTED] = row->pod_request_memory_gigabyte_hours,
        [CUBE_MEMORY_EFFECTIVE] = row->pod_effective_usage_memory_gigabyte_hours,
        [CUBE_VOLUME_CAPACITY] = row->persistentvolumeclaim_capacity_gigabyte_months,
        [CUBE_VOLUME_USED] = row->persistentvolumeclaim_usage_gigabyte_months,
    };
    double *usage = series_at(&cube->usage, usage_key);
    for (int i = 0; i < CUBE_USAGE_COUNT; i++)
        add(&usage[(uint32_t)i * days + day], numbers[i]);
    name_cluster(reading, cluster, name(reading, row->cluster_alias));
    if (node != TEXT_NULL && !measure_is_null(row->node_capacity_cpu_core_hours)) {
        double *capacity = series_at(&cube->capacity, node_key);
        double *cpu = &capacity[CUBE_CPU_CAPACITY * days + day];
        double *memory = &capacity[CUBE_MEMORY_CAPACITY * days + day];
        *cpu = measure_max(*cpu, row->node_capacity_cpu_core_hours);
        *memory = measure_max(*memory, row->node_capacity_memory_gigabyte_hours);
    }
    if (!cube->has_money) {
        uint32_t key[3] = {TEXT_NULL, cluster, node};
        add(&series_at(&cube->node, key)[day], numbers[CUBE_CPU_EFFECTIVE]);
        add_tags(reading, row->all_labels != TEXT_NULL ? row->all_labels : row->pod_labels,
                 TEXT_NULL, cluster, day, numbers[CUBE_CPU_EFFECTIVE]);
    }
    cube->usage_rows++;
}

static const char *const cost_columns[] = {
    "cluster_id",
    "cluster_alias",
    "namespace",
    "node",
    "usage_start",
    "product_code",
    "currency_code",
    "unblended_cost",
    "calculated_amortized_cost",
    "markup_cost_amortized",
    "tags",
};

static const char *const usage_columns[] = {
    "cluster_id",
    "cluster_alias",
    "namespace",
    "node",
    "usage_start",
    "pod_labels",
    "all_labels",
    "pod_usage_cpu_core_hours",
    "pod_request_cpu_core_hours",
    "pod_effective_usage_cpu_core_hours",
    "pod_usage_memory_gigabyte_hours",
    "pod_request_memory_gigabyte_hours",
    "pod_effective_usage_memory_gigabyte_hours",
    "node_capacity_cpu_core_hours",
    "node_capacity_memory_gigabyte_hours",
    "persistentvolumeclaim_capacity_gigabyte_months",
    "persistentvolumeclaim_usage_gigabyte_months",
};

static bool read_table(struct result *result, const struct table *table,
                       const struct result_scope *scope, const char *const *wanted,
                       size_t wanted_count, struct reading *reading, struct error *error)
{
    struct row_batch batch;
    bool *columns = arena_alloc_array(result->arena, table->column_count, sizeof *columns);
    for (size_t i = 0; i < wanted_count; i++)
        columns[result_column(table, wanted[i])] = true;
    TRY(result_begin(result, table, scope, columns, &reading->texts, error));
    for (;;) {
        TRY(result_next(result, &batch, error));
        if (batch.count == 0)
            return true;
        for (size_t i = 0; i < batch.count; i++)
            if (table == &cost_table)
                add_cost_row(reading, (const struct cost_row *)batch.rows + i);
            else
                add_usage_row(reading, (const struct usage_row *)batch.rows + i);
        if (reading->texts.bytes > TEXT_BYTES)
            reading_forget(reading, result);
    }
}

/* ---- from start to end ---- */

/* The days of both tables; false in *any when there is none. */
static bool find_days(struct result *result, const struct result_scope *scope, struct cube *cube,
                      struct error *error)
{
    static const struct table *const tables[] = {&cost_table, &usage_table};
    bool *has[] = {&cube->has_money, &cube->has_usage};
    struct arena arena;
    arena_init(&arena);
    bool done = true;
    cube->days = (struct period){INT32_MAX, INT32_MIN};
    for (int i = 0; done && i < 2; i++) {
        struct result_day *days;
        size_t count;
        done = result_days(result, tables[i], scope, &arena, &days, &count, error);
        *has[i] = done && count > 0;
        if (!*has[i])
            continue;
        if (days[0].day < cube->days.first)
            cube->days.first = days[0].day;
        if (days[count - 1].day > cube->days.last)
            cube->days.last = days[count - 1].day;
    }
    arena_close(&arena);
    if (done && !cube->has_money && !cube->has_usage)
        return error_set(error, ERROR_NO_INPUT, "%s: no rows of %s or %s in the period",
                         result_location(result), usage_table.name, cost_table.name);
    return done;
}

bool cube_read(struct result *result, const struct result_scope *scope, struct cube *cube,
               struct error *error)
{
    *cube = (struct cube){.location = result_location(result)};
    TRY(find_days(result, scope, cube, error));
    uint32_t days = cube->day_count = (uint32_t)(cube->days.last - cube->days.first + 1);
    text_pool_init(&cube->names);
    key_map_init(&cube->cluster_alias, 2);
    series_init(&cube->cost, 4, 1, days);
    series_init(&cube->node, 3, 1, days);
    series_init(&cube->tag, 4, 1, days);
    series_init(&cube->usage, 2, CUBE_USAGE_COUNT, days);
    series_init(&cube->capacity, 2, CUBE_CAPACITY_COUNT, days);
    struct reading reading;
    reading_init(&reading, cube);
    bool done = true;
    if (cube->has_money) {
        done = read_table(result, &cost_table, scope, cost_columns,
                          sizeof cost_columns / sizeof *cost_columns, &reading, error);
        reading_forget(&reading, result);
    }
    /* Costs written back are no usage; they are in the other table. */
    struct result_scope usage = *scope;
    usage.part = TABLE_USAGE_ROWS;
    if (done && cube->has_usage)
        done = read_table(result, &usage_table, &usage, usage_columns,
                          sizeof usage_columns / sizeof *usage_columns, &reading, error);
    reading_close(&reading);
    if (!done)
        cube_close(cube);
    return done;
}

void cube_close(struct cube *cube)
{
    series_close(&cube->cost);
    series_close(&cube->node);
    series_close(&cube->tag);
    series_close(&cube->usage);
    series_close(&cube->capacity);
    key_map_close(&cube->cluster_alias);
    text_pool_close(&cube->names);
}

bool cube_is_unallocated(struct text namespace)
{
    static const char *const synthetic[] = {"Platform unallocated", "Worker unallocated",
                                            "Storage unattributed", "Network unattributed"};
    for (size_t i = 0; i < sizeof synthetic / sizeof synthetic[0]; i++)
        if (namespace.bytes && namespace.length == strlen(synthetic[i]) &&
            memcmp(namespace.bytes, synthetic[i], namespace.length) == 0)
            return true;
    return false;
}
