#include "aggregate/usage_rows.h"

#include "aggregate/category_match.h"
#include "aggregate/unallocated.h"
#include "aggregate/usage_fold.h"
#include "aggregate/usage_order.h"
#include "base/arena.h"
#include "base/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ZERO_COSTS "{\"cpu\": 0.000000000, \"memory\": 0.000000000, \"storage\": 0.000000000}"

struct row_list {
    struct usage_row *rows;
    size_t count;
    size_t room;
};

struct usage_output {
    struct key_map pod_groups; /* (namespace, node, merged labels) */
    struct pod_total *pod_totals;
    uint32_t pod_room;
    struct key_map storage_groups;
    struct storage_total *storage_totals;
    uint32_t storage_room;
    struct claim_places places;
    struct unallocated unallocated;
    struct usage_order order;
    struct row_list unordered;
    struct row_list ordered;
    struct key_map day_facts; /* (kind, value) of the day */
    struct usage_fact *facts;
    uint32_t fact_room;
    struct usage_row blank; /* the cluster's identity, everything else null */
    int32_t day;
    struct category_match *categories; /* by namespace id */
    int32_t *category_days;            /* the day each was matched for */
    uint32_t category_room;
};

enum {
    SG_NAMESPACE,
    SG_NODE,
    SG_RESOURCE,
    SG_CLAIM,
    SG_VOLUME,
    SG_CLASS,
    SG_CSI,
    SG_LABELS,
    SG_WORDS
};

struct usage_output *usage_output_open(void)
{
    struct usage_output *output = memory_grow(NULL, sizeof *output);
    memset(output, 0, sizeof *output);
    key_map_init(&output->pod_groups, 3);
    key_map_init(&output->storage_groups, SG_WORDS);
    key_map_init(&output->day_facts, 2);
    claim_places_init(&output->places);
    unallocated_init(&output->unallocated);
    return output;
}

void usage_output_close(struct usage_output *output)
{
    key_map_close(&output->pod_groups);
    key_map_close(&output->storage_groups);
    key_map_close(&output->day_facts);
    claim_places_close(&output->places);
    unallocated_close(&output->unallocated);
    usage_order_close(&output->order);
    free(output->pod_totals);
    free(output->storage_totals);
    free(output->unordered.rows);
    free(output->ordered.rows);
    free(output->facts);
    free(output->categories);
    free(output->category_days);
    free(output);
}

static void make_room(struct row_list *list, size_t count)
{
    if (count <= list->room)
        return;
    list->room = count < 512 ? 1024 : count * 2;
    list->rows = memory_grow(list->rows, list->room * sizeof *list->rows);
}

static struct usage_row *append(struct row_list *list)
{
    make_room(list, list->count + 1);
    return &list->rows[list->count++];
}

/* A row of nulls that knows its cluster and day. */
static void make_blank(struct usage_fold *fold, int32_t day, struct usage_row *blank)
{
    memset(blank, 0, sizeof *blank);
    for (size_t i = 0; i < usage_table.column_count; i++) {
        const struct column *column = &usage_table.columns[i];
        const double null = MEASURE_NULL;
        const int32_t none = INTEGER_NULL;
        if (column->kind == COLUMN_NUMERIC)
            memcpy((char *)blank + column->offset, &null, sizeof null);
        else if (column->kind == COLUMN_INTEGER)
            memcpy((char *)blank + column->offset, &none, sizeof none);
    }
    struct text_pool *texts = &fold->texts;
    blank->report_period_id = fold->cluster->report_period_id;
    blank->cluster_id = text_pool_intern_string(texts, fold->cluster->cluster_id);
    blank->cluster_alias = text_pool_intern_string(texts, fold->cluster->cluster_alias);
    blank->source_uuid = text_pool_intern_string(texts, fold->cluster->source);
    blank->data_source = text_pool_intern_string(texts, "Pod");
    blank->infrastructure_usage_cost = text_pool_intern_string(texts, ZERO_COSTS);
    blank->all_labels = fold->filter.empty_set;
    blank->usage_start = blank->usage_end = day;
}

/* Patterns are matched once per namespace and day. */
static const struct category_match *find_category(const struct usage_fold *fold,
                                                  struct usage_output *output, uint32_t namespace)
{
    if (namespace < output->category_room && output->category_days[namespace] == output->day)
        return &output->categories[namespace];
    if (namespace >= output->category_room) {
        uint32_t room = fold->texts.capacity;
        output->categories = memory_grow(output->categories, room * sizeof *output->categories);
        output->category_days =
            memory_grow(output->category_days, room * sizeof *output->category_days);
        for (uint32_t i = output->category_room; i < room; i++)
            output->category_days[i] = INT32_MIN;
        output->category_room = room;
    }
    output->categories[namespace] =
        category_match_find(fold->rules->settings, text_pool_borrow(&fold->texts, namespace));
    output->category_days[namespace] = output->day;
    return &output->categories[namespace];
}

static uint32_t at_least_once(uint32_t matches)
{
    return matches == 0 ? 1 : matches;
}

/* ---- pod rows ---- */

static struct pod_total *find_pod_total(struct usage_output *output, const uint32_t key[3])
{
    bool added;
    uint32_t index = key_map_add(&output->pod_groups, key, &added);
    if (!added)
        return &output->pod_totals[index];
    if (output->pod_groups.count > output->pod_room) {
        output->pod_room = output->pod_groups.capacity;
        output->pod_totals =
            memory_grow(output->pod_totals, output->pod_room * sizeof *output->pod_totals);
    }
    output->pod_totals[index] = pod_total_empty();
    return &output->pod_totals[index];
}

/* Joins one group of own labels with the label sets of its node and namespace. */
static void join_pod_group(struct usage_fold *fold, struct usage_output *output, int32_t day,
                           const uint32_t *key, const struct pod_total *total)
{
    uint32_t namespace = key[1], node = key[2], own = key[3];
    uint32_t times = at_least_once(find_category(fold, output, namespace)->count);
    uint32_t node_entry = label_side_first(&fold->node_labels, day, node);
    uint32_t first_space = label_side_first(&fold->namespace_labels, day, namespace);
    do {
        uint32_t node_set = node_entry ? label_side_set(&fold->node_labels, node_entry) : TEXT_NULL;
        uint32_t space = first_space;
        do {
            uint32_t space_set = space ? label_side_set(&fold->namespace_labels, space) : TEXT_NULL;
            uint32_t merged = own;
            if (own != TEXT_NULL)
                merged = label_filter_merge(
                    &fold->filter, label_filter_merge(&fold->filter, node_set, space_set), own);
            const uint32_t group[] = {namespace, node, merged};
            pod_total_add(find_pod_total(output, group), total, times, &fold->texts);
            space = space ? label_side_next(&fold->namespace_labels, space) : 0;
        } while (space != 0);
        node_entry = node_entry ? label_side_next(&fold->node_labels, node_entry) : 0;
    } while (node_entry != 0);
}

static double hours(struct exact_sum core_seconds)
{
    return unit_hours_of_seconds(exact_sum_value(core_seconds, EXACT_SUM_FINE));
}

static double gib_hours(struct exact_sum byte_seconds)
{
    return unit_gib_hours_of_byte_seconds(exact_sum_value(byte_seconds, EXACT_SUM_COARSE));
}

static void write_pod_row(struct usage_fold *fold, struct usage_output *output, const uint32_t *key,
                          const struct pod_total *total)
{
    struct usage_row *row = append(&output->unordered);
    struct capacity_hours capacity = node_capacity_of_node(&fold->capacity, key[1]);
    struct capacity_hours cluster = node_capacity_of_cluster(&fold->capacity);
    *row = output->blank;
    row->namespace = key[0];
    row->node = key[1];
    row->resource_id = total->resource_id;
    row->pod_labels = key[2];
    row->all_labels = key[2] == TEXT_NULL ? fold->filter.empty_set : key[2];
    row->pod_usage_cpu_core_hours = hours(total->usage_cpu);
    row->pod_request_cpu_core_hours = hours(total->request_cpu);
    row->pod_effective_usage_cpu_core_hours = hours(total->effective_cpu);
    row->pod_limit_cpu_core_hours = hours(total->limit_cpu);
    row->pod_usage_memory_gigabyte_hours = gib_hours(total->usage_memory);
    row->pod_request_memory_gigabyte_hours = gib_hours(total->request_memory);
    row->pod_effective_usage_memory_gigabyte_hours = gib_hours(total->effective_memory);
    row->pod_limit_memory_gigabyte_hours = gib_hours(total->limit_memory);
    row->node_capacity_cpu_cores = total->node_cpu_cores;
    row->node_capacity_memory_gigabytes = unit_gib_of_bytes(total->node_memory_bytes);
    row->node_capacity_cpu_core_hours = capacity.cpu_core_hours;
    row->node_capacity_memory_gigabyte_hours = capacity.memory_gigabyte_hours;
    row->cluster_capacity_cpu_core_hours = cluster.cpu_core_hours;
    row->cluster_capacity_memory_gigabyte_hours = cluster.memory_gigabyte_hours;
    row->cost_category_id = find_category(fold, output, row->namespace)->greatest_id;
}

static void build_pod_rows(struct usage_fold *fold, struct usage_output *output, int32_t day)
{
    key_map_clear(&output->pod_groups);
    for (uint32_t i = 0; i < fold->pods.groups.count; i++) {
        const uint32_t *key = key_map_key(&fold->pods.groups, i);
        bool has_node = key[2] != TEXT_NULL && key[2] != TEXT_EMPTY;
        if ((int32_t)key[0] == day && has_node)
            join_pod_group(fold, output, day, key, &fold->pods.totals[i]);
    }
    for (uint32_t i = 0; i < output->pod_groups.count; i++)
        write_pod_row(fold, output, key_map_key(&output->pod_groups, i), &output->pod_totals[i]);
}

/* ---- storage rows ---- */

static void add_storage_group(struct usage_output *output, const uint32_t key[SG_WORDS],
                              const struct storage_row *row, uint32_t times)
{
    bool added;
    uint32_t index = key_map_add(&output->storage_groups, key, &added);
    if (output->storage_groups.count > output->storage_room) {
        output->storage_room = output->storage_groups.capacity;
        output->storage_totals = memory_grow(output->storage_totals,
                                             output->storage_room * sizeof *output->storage_totals);
    }
    if (added)
        output->storage_totals[index] = storage_total_empty();
    storage_total_add(&output->storage_totals[index], row, times,
                      claim_places_node_count(&output->places, row->volume));
}

/* One storage row on one node (or on none), joined with the label sets of both sides. */
static void join_storage_row(struct usage_fold *fold, struct usage_output *output,
                             const struct storage_row *row, uint32_t node, uint32_t resource_id)
{
    uint32_t times = at_least_once(find_category(fold, output, row->namespace)->count);
    bool has_labels = row->volume_labels != TEXT_NULL && row->claim_labels != TEXT_NULL;
    uint32_t own = has_labels
                       ? label_filter_merge(&fold->filter, row->volume_labels, row->claim_labels)
                       : TEXT_NULL;
    uint32_t node_entry = label_side_first(&fold->node_labels, row->day, node);
    uint32_t first_space = label_side_first(&fold->namespace_labels, row->day, row->namespace);
    do {
        uint32_t node_set = node_entry ? label_side_set(&fold->node_labels, node_entry) : TEXT_NULL;
        uint32_t space = first_space;
        do {
            uint32_t space_set = space ? label_side_set(&fold->namespace_labels, space) : TEXT_NULL;
            uint32_t merged = own;
            if (has_labels)
                merged = label_filter_merge(
                    &fold->filter, label_filter_merge(&fold->filter, node_set, space_set), own);
            const uint32_t key[SG_WORDS] = {row->namespace,
                                            node,
                                            resource_id,
                                            row->claim,
                                            row->volume,
                                            row->storageclass,
                                            row->csi_volume_handle,
                                            merged};
            add_storage_group(output, key, row, times);
            space = space ? label_side_next(&fold->namespace_labels, space) : 0;
        } while (space != 0);
        node_entry = node_entry ? label_side_next(&fold->node_labels, node_entry) : 0;
    } while (node_entry != 0);
}

static double shared_gib_months(struct exact_sum byte_seconds, int days, uint32_t nodes)
{
    double months =
        unit_gib_months_of_byte_seconds(exact_sum_value(byte_seconds, EXACT_SUM_COARSE), days);
    return nodes == 0 ? MEASURE_NULL : months / nodes;
}

static void write_storage_row(struct usage_fold *fold, struct usage_output *output, int days,
                              uint32_t data_source, const uint32_t *key,
                              const struct storage_total *total)
{
    struct usage_row *row = append(&output->unordered);
    *row = output->blank;
    row->data_source = data_source;
    row->namespace = key[SG_NAMESPACE];
    row->node = key[SG_NODE];
    row->resource_id = key[SG_RESOURCE];
    row->persistentvolumeclaim = key[SG_CLAIM];
    row->persistentvolume = key[SG_VOLUME];
    row->storageclass = key[SG_CLASS];
    row->csi_volume_handle = key[SG_CSI];
    row->volume_labels = key[SG_LABELS];
    row->all_labels = key[SG_LABELS] == TEXT_NULL ? fold->filter.empty_set : key[SG_LABELS];
    row->persistentvolumeclaim_capacity_gigabyte = unit_gib_of_bytes(total->capacity_bytes);
    row->persistentvolumeclaim_capacity_gigabyte_months =
        unit_gib_months_of_byte_seconds(exact_sum_value(total->capacity, EXACT_SUM_COARSE), days);
    row->volume_request_storage_gigabyte_months =
        shared_gib_months(total->request, days, total->node_count);
    row->persistentvolumeclaim_usage_gigabyte_months =
        shared_gib_months(total->usage, days, total->node_count);
    row->cost_category_id = find_category(fold, output, row->namespace)->greatest_id;
}

static void build_storage_rows(struct usage_fold *fold, struct usage_output *output, int32_t day)
{
    key_map_clear(&output->storage_groups);
    claim_places_build(&output->places, &fold->claims, &fold->storage, day);
    for (size_t i = 0; i < fold->storage.count; i++) {
        const struct storage_row *row = &fold->storage.rows[i];
        if (row->day != day)
            continue;
        uint32_t entry = claim_places_first(&output->places, row);
        if (entry == 0)
            join_storage_row(fold, output, row, TEXT_NULL, TEXT_NULL);
        for (; entry != 0; entry = claim_places_next(&output->places, entry))
            join_storage_row(fold, output, row, claim_places_node(&output->places, entry),
                             claim_places_resource_id(&output->places, entry));
    }
    int days = calendar_days_in_month(calendar_month(day));
    uint32_t data_source = text_pool_intern_string(&fold->texts, "Storage");
    for (uint32_t i = 0; i < output->storage_groups.count; i++)
        write_storage_row(fold, output, days, data_source, key_map_key(&output->storage_groups, i),
                          &output->storage_totals[i]);
}

/* ---- unallocated rows ---- */

static void build_unallocated_rows(struct usage_fold *fold, struct usage_output *output,
                                   size_t pod_rows)
{
    struct unallocated *unallocated = &output->unallocated;
    unallocated_clear(unallocated);
    for (size_t i = 0; i < pod_rows; i++)
        unallocated_add(unallocated, &output->unordered.rows[i], fold->rules->roles, &fold->texts);
    for (uint32_t n = 0; n < unallocated->nodes.count; n++) {
        struct usage_row made;
        unallocated_row(unallocated, n, &output->blank, &fold->texts, &made);
        uint32_t matches = find_category(fold, output, made.namespace)->count;
        for (uint32_t m = 0; m < at_least_once(matches); m++) {
            struct usage_row *row = append(&output->unordered);
            *row = made;
            row->cost_category_id = category_match_id(
                fold->rules->settings, text_pool_borrow(&fold->texts, made.namespace), m);
        }
    }
}

/* ---- facts ---- */

static const char *const fact_names[FACT_KIND_COUNT] = {[FACT_CSI_HANDLE] = USAGE_FACT_CSI_HANDLE,
                                                        [FACT_NAMESPACE] = USAGE_FACT_NAMESPACE,
                                                        [FACT_NODE] = USAGE_FACT_NODE,
                                                        [FACT_VOLUME] = USAGE_FACT_VOLUME,
                                                        [FACT_RESOURCE_ID] =
                                                            USAGE_FACT_RESOURCE_ID};

static void note_fact(struct usage_output *output, enum fact_kind kind, uint32_t value)
{
    if (value != TEXT_NULL)
        key_map_add(&output->day_facts, (uint32_t[]){kind, value}, NULL);
}

static void collect_facts(const struct usage_fold *fold, struct usage_output *output, int32_t day)
{
    key_map_clear(&output->day_facts);
    for (uint32_t i = 0; i < fold->pods.groups.count; i++) {
        const uint32_t *key = key_map_key(&fold->pods.groups, i);
        if ((int32_t)key[0] != day)
            continue;
        note_fact(output, FACT_NAMESPACE, key[1]);
        note_fact(output, FACT_NODE, key[2]);
    }
    for (uint32_t i = 0; i < fold->pods.resource_ids.count; i++) {
        const uint32_t *key = key_map_key(&fold->pods.resource_ids, i);
        if ((int32_t)key[0] == day)
            note_fact(output, FACT_RESOURCE_ID, key[1]);
    }
    for (uint32_t i = 0; i < fold->facts.count; i++) {
        const uint32_t *key = key_map_key(&fold->facts, i);
        if ((int32_t)key[0] == day)
            note_fact(output, (enum fact_kind)key[1], key[2]);
    }
}

static int compare_facts(const void *left, const void *right, void *texts)
{
    const struct usage_fact *a = left, *b = right;
    int order = text_compare(text_pool_borrow(texts, a->fact), text_pool_borrow(texts, b->fact));
    return order != 0
               ? order
               : text_compare(text_pool_borrow(texts, a->value), text_pool_borrow(texts, b->value));
}

static void build_facts(struct usage_fold *fold, struct usage_output *output, int32_t day)
{
    collect_facts(fold, output, day);
    uint32_t count = output->day_facts.count;
    if (count > output->fact_room) {
        output->fact_room = output->day_facts.capacity;
        output->facts = memory_grow(output->facts, output->fact_room * sizeof *output->facts);
    }
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t *key = key_map_key(&output->day_facts, i);
        output->facts[i] = (struct usage_fact){
            .source_uuid = output->blank.source_uuid,
            .usage_start = day,
            .fact = text_pool_intern_string(&fold->texts, fact_names[key[0]]),
            .value = key[1],
        };
    }
    qsort_r(output->facts, count, sizeof *output->facts, compare_facts, &fold->texts);
}

/* ---- the day ---- */

/* Sums that left their range are infinite by now. */
static bool check_numbers(const struct row_list *list, struct error *error)
{
    for (size_t c = 0; c < usage_table.column_count; c++) {
        const struct column *column = &usage_table.columns[c];
        if (column->kind != COLUMN_NUMERIC)
            continue;
        for (size_t i = 0; i < list->count; i++) {
            double value;
            memcpy(&value, (const char *)&list->rows[i] + column->offset, sizeof value);
            if (isinf(value))
                return error_set(error, ERROR_BAD_DATA,
                                 "%s: the sum is out of range: the input holds a number too large "
                                 "to be usage",
                                 column->name);
        }
    }
    return true;
}

bool usage_rows_build(struct usage_fold *fold, int32_t day, struct usage_output *output,
                      struct usage_day *result, struct error *error)
{
    make_blank(fold, day, &output->blank);
    output->unordered.count = 0;
    node_capacity_choose_day(&fold->capacity, day);
    output->day = day;
    build_pod_rows(fold, output, day);
    size_t pod_rows = output->unordered.count;
    build_storage_rows(fold, output, day);
    build_unallocated_rows(fold, output, pod_rows);
    build_facts(fold, output, day);
    TRY(check_numbers(&output->unordered, error));
    size_t count = output->unordered.count;
    make_room(&output->ordered, count);
    usage_order_apply(&output->order, output->unordered.rows, count, &fold->texts,
                      output->ordered.rows);
    result->day = day;
    result->rows = (struct row_batch){&usage_table, output->ordered.rows, count, &fold->texts};
    result->facts =
        (struct row_batch){&usage_fact_table, output->facts, output->day_facts.count, &fold->texts};
    return true;
}
