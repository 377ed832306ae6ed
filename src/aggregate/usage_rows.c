#include "aggregate/usage_rows.h"

#include "aggregate/unallocated.h"
#include "aggregate/usage_fold.h"
#include "aggregate/usage_order.h"
#include "base/arena.h"
#include "base/text_rank.h"
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
    struct key_map storage_groups;
    struct storage_total *storage_totals;
    uint32_t storage_room;
    struct claim_places places;
    struct unallocated unallocated;
    struct text_rank rank;
    struct usage_names names;
    struct row_list rows;  /* the day's; the first lie behind a gap */
    struct row_list rests; /* unallocated rows, which the gap is for */
    struct usage_fact *facts;
    uint32_t fact_room;
    struct usage_row blank; /* the cluster's identity, everything else null */
    bool is_out_of_range;   /* some sum was */
};

/* In the order of the natural key. */
enum {
    SG_NAMESPACE,
    SG_NODE,
    SG_CLAIM,
    SG_VOLUME,
    SG_CLASS,
    SG_CSI,
    SG_LABELS,
    SG_RESOURCE,
    SG_WORDS
};

struct usage_output *usage_output_open(const struct text_pool *texts)
{
    struct usage_output *output = memory_grow(NULL, sizeof *output);
    memset(output, 0, sizeof *output);
    key_map_init(&output->storage_groups, SG_WORDS);
    claim_places_init(&output->places);
    unallocated_init(&output->unallocated);
    text_rank_init(&output->rank, texts);
    usage_names_init(&output->names, texts);
    return output;
}

void usage_output_close(struct usage_output *output)
{
    key_map_close(&output->storage_groups);
    claim_places_close(&output->places);
    unallocated_close(&output->unallocated);
    text_rank_close(&output->rank);
    usage_names_close(&output->names);
    free(output->storage_totals);
    free(output->rows.rows);
    free(output->rests.rows);
    free(output->facts);
    free(output);
}

void usage_output_reset(struct usage_output *output)
{
    text_rank_reset(&output->rank);
    usage_names_reset(&output->names);
}

/* For no row at all, too, so that there is a first one to point at. */
static void make_room(struct row_list *list, size_t count)
{
    if (count <= list->room && list->rows != NULL)
        return;
    list->room = count + count / 4;
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

static uint32_t at_least_once(uint32_t matches)
{
    return matches == 0 ? 1 : matches;
}

/* ---- pod rows ---- */

enum { CACHE_LINE = 64, AHEAD = 8 /* groups are fetched */, NAMED = 16 /* rows at once */ };

/* A sum that left its range reads as infinity. */
static double sum_value(struct usage_output *output, struct exact_sum sum, enum exact_sum_unit unit)
{
    double value = exact_sum_value(sum, unit);
    output->is_out_of_range |= isinf(value);
    return value;
}

static double hours(struct usage_output *output, struct exact_sum core_seconds)
{
    return unit_hours_of_seconds(sum_value(output, core_seconds, EXACT_SUM_FINE));
}

static double gib_hours(struct usage_output *output, struct exact_sum byte_seconds)
{
    return unit_gib_hours_of_byte_seconds(sum_value(output, byte_seconds, EXACT_SUM_COARSE));
}

static void write_pod_row(struct usage_fold *fold, struct usage_output *output, const uint32_t *key,
                          const struct pod_total *total, struct usage_row *row)
{
    struct capacity_hours capacity = node_capacity_of_node(&fold->capacity, key[POD_NODE]);
    struct capacity_hours cluster = node_capacity_of_cluster(&fold->capacity);
    *row = output->blank;
    row->namespace = key[POD_NAMESPACE];
    row->node = key[POD_NODE];
    row->resource_id = total->resource_id;
    row->pod_labels = key[POD_LABELS];
    row->all_labels = key[POD_LABELS] == TEXT_NULL ? fold->filter.empty_set : key[POD_LABELS];
    row->pod_usage_cpu_core_hours = hours(output, total->usage_cpu);
    row->pod_request_cpu_core_hours = hours(output, total->request_cpu);
    row->pod_effective_usage_cpu_core_hours = hours(output, total->effective_cpu);
    row->pod_limit_cpu_core_hours = hours(output, total->limit_cpu);
    row->pod_usage_memory_gigabyte_hours = gib_hours(output, total->usage_memory);
    row->pod_request_memory_gigabyte_hours = gib_hours(output, total->request_memory);
    row->pod_effective_usage_memory_gigabyte_hours = gib_hours(output, total->effective_memory);
    row->pod_limit_memory_gigabyte_hours = gib_hours(output, total->limit_memory);
    row->node_capacity_cpu_cores = total->node_cpu_cores;
    row->node_capacity_memory_gigabytes = unit_gib_of_bytes(total->node_memory_bytes);
    row->node_capacity_cpu_core_hours = capacity.cpu_core_hours;
    row->node_capacity_memory_gigabyte_hours = capacity.memory_gigabyte_hours;
    row->cluster_capacity_cpu_core_hours = cluster.cpu_core_hours;
    row->cluster_capacity_memory_gigabyte_hours = cluster.memory_gigabyte_hours;
    row->cost_category_id = category_memo_find(&fold->categories, row->namespace).greatest_id;
}

/* Groups lie in the order in which they were found, so each would be waited for. */
static void prefetch_group(const struct pod_usage *pods, uint32_t group)
{
    const char *total = (const char *)&pods->totals[group];
    for (size_t at = 0; at < sizeof(struct pod_total); at += CACHE_LINE)
        __builtin_prefetch(total + at);
    __builtin_prefetch(key_map_key(&pods->groups, group));
    __builtin_prefetch(&pods->names[group]);
}

static struct row_digest digest_of_pod_row(struct usage_names *names, struct pod_name *known,
                                           const struct usage_row *row)
{
    struct row_digest digest;
    if (known->resource_id != row->resource_id) {
        digest = usage_names_digest(names, row, 0);
        memcpy(known->digest, digest.bytes, sizeof digest.bytes);
        known->resource_id = row->resource_id;
    }
    memcpy(digest.bytes, known->digest, sizeof digest.bytes);
    return digest;
}

/* Writes the rows of the next groups, at most NAMED, with names; returns where the next one goes.
 * `left` groups are left to write. */
static struct usage_row *write_pod_rows(struct usage_fold *fold, struct usage_output *output,
                                        const uint32_t *groups, size_t left, struct usage_row *row)
{
    struct usage_row *first = row;
    struct row_digest digests[NAMED];
    for (size_t i = 0; i < NAMED && i < left; i++) {
        if (i + AHEAD < left)
            prefetch_group(&fold->pods, groups[i + AHEAD]);
        const struct pod_total *total = &fold->pods.totals[groups[i]];
        if (total->span != fold->pods.span)
            continue;
        write_pod_row(fold, output, key_map_key(&fold->pods.groups, groups[i]), total, row);
        unallocated_add(&output->unallocated, row, fold->rules->roles, &fold->texts);
        digests[row - first] = digest_of_pod_row(&output->names, &fold->pods.names[groups[i]], row);
        row++;
    }
    usage_names_give(&output->names, first, digests, (size_t)(row - first));
    return row;
}

/* Leaves a gap of `gap` rows before the first. */
static void build_pod_rows(struct usage_fold *fold, struct usage_output *output, int32_t day,
                           size_t gap)
{
    uint32_t count;
    const uint32_t *order = pod_usage_order(&fold->pods, day, &output->rank, &count);
    unallocated_clear(&output->unallocated);
    make_room(&output->rows, gap + count);
    struct usage_row *row = output->rows.rows + gap;
    for (size_t at = 0; at < count; at += NAMED)
        row = write_pod_rows(fold, output, order + at, count - at, row);
    output->rows.count = (size_t)(row - output->rows.rows);
}

/* ---- unallocated rows ---- */

/* At most so many rows will be made for `nodes` nodes. */
static size_t most_rests(struct usage_fold *fold, size_t nodes)
{
    uint32_t most = 1;
    for (size_t i = 0; i < UNALLOCATED_NAMESPACES; i++) {
        uint32_t namespace = text_pool_intern_string(&fold->texts, unallocated_namespaces[i]);
        uint32_t matches = category_memo_find(&fold->categories, namespace).count;
        most = matches > most ? matches : most;
    }
    return nodes * most;
}

static int compare_rests(const void *left, const void *right, void *texts)
{
    return usage_order_compare(left, right, texts);
}

static void build_rests(struct usage_fold *fold, struct usage_output *output)
{
    const struct unallocated *unallocated = &output->unallocated;
    struct row_list *rests = &output->rests;
    rests->count = 0;
    make_room(rests, unallocated->nodes.count);
    for (uint32_t n = 0; n < unallocated->nodes.count; n++) {
        struct usage_row made;
        unallocated_row(unallocated, n, &output->blank, &fold->texts, &made);
        uint32_t matches = category_memo_find(&fold->categories, made.namespace).count;
        for (uint32_t m = 0; m < at_least_once(matches); m++) {
            struct usage_row *row = append(rests);
            *row = made;
            row->cost_category_id = category_match_id(
                fold->rules->settings, text_pool_borrow(&fold->texts, made.namespace), m);
        }
    }
    qsort_r(rests->rows, rests->count, sizeof *rests->rows, compare_rests, &fold->texts);
    uint32_t ordinal = 0;
    for (size_t i = 0; i < rests->count; i++) {
        struct usage_row *row = &rests->rows[i];
        bool equal = i > 0 && usage_order_compare(row - 1, row, &fold->texts) == 0;
        ordinal = equal ? ordinal + 1 : 0;
        struct row_digest digest = usage_names_digest(&output->names, row, ordinal);
        usage_names_give(&output->names, row, &digest, 1);
    }
}

/* Merges the unallocated rows into the pod rows behind the gap, filling its end; pod rows that come
 * before move towards the gap, mostly none. Returns the first row. */
static struct usage_row *merge_rests(const struct usage_fold *fold, struct usage_output *output,
                                     size_t gap)
{
    struct usage_row *from = output->rows.rows + gap;
    const struct usage_row *end = output->rows.rows + output->rows.count;
    struct usage_row *first = from - output->rests.count, *to = first;
    for (size_t i = 0; i < output->rests.count; i++) {
        const struct usage_row *rest = &output->rests.rows[i];
        while (from < end && usage_order_compare(from, rest, &fold->texts) < 0)
            *to++ = *from++;
        *to++ = *rest;
    }
    return first;
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
    uint32_t times = at_least_once(category_memo_find(&fold->categories, row->namespace).count);
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
            const uint32_t key[SG_WORDS] = {
                row->namespace,         node,   row->claim, row->volume, row->storageclass,
                row->csi_volume_handle, merged, resource_id};
            add_storage_group(output, key, row, times);
            space = space ? label_side_next(&fold->namespace_labels, space) : 0;
        } while (space != 0);
        node_entry = node_entry ? label_side_next(&fold->node_labels, node_entry) : 0;
    } while (node_entry != 0);
}

static double gib_months(struct usage_output *output, struct exact_sum byte_seconds, int days)
{
    return unit_gib_months_of_byte_seconds(sum_value(output, byte_seconds, EXACT_SUM_COARSE), days);
}

static double shared_gib_months(struct usage_output *output, struct exact_sum byte_seconds,
                                int days, uint32_t nodes)
{
    double months = gib_months(output, byte_seconds, days);
    return nodes == 0 ? MEASURE_NULL : months / nodes;
}

static void write_storage_row(struct usage_fold *fold, struct usage_output *output, int days,
                              uint32_t data_source, const uint32_t *key,
                              const struct storage_total *total)
{
    struct usage_row *row = append(&output->rows);
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
    row->persistentvolumeclaim_capacity_gigabyte_months = gib_months(output, total->capacity, days);
    row->volume_request_storage_gigabyte_months =
        shared_gib_months(output, total->request, days, total->node_count);
    row->persistentvolumeclaim_usage_gigabyte_months =
        shared_gib_months(output, total->usage, days, total->node_count);
    row->cost_category_id = category_memo_find(&fold->categories, row->namespace).greatest_id;
    struct row_digest digest = usage_names_digest(&output->names, row, 0);
    usage_names_give(&output->names, row, &digest, 1);
}

static void join_storage_rows(struct usage_fold *fold, struct usage_output *output, int32_t day)
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
}

static void build_storage_rows(struct usage_fold *fold, struct usage_output *output, int32_t day)
{
    join_storage_rows(fold, output, day);
    uint32_t count = output->storage_groups.count;
    uint32_t *order = memory_grow(NULL, count * sizeof *order);
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    const struct text_keys keys = {output->storage_groups.keys, SG_WORDS, SG_WORDS};
    text_rank_sort(&output->rank, &keys, order, count);
    make_room(&output->rows, output->rows.count + count);
    int days = calendar_days_in_month(calendar_month(day));
    uint32_t data_source = text_pool_intern_string(&fold->texts, "Storage");
    for (uint32_t i = 0; i < count; i++)
        write_storage_row(fold, output, days, data_source,
                          key_map_key(&output->storage_groups, order[i]),
                          &output->storage_totals[order[i]]);
    free(order);
}

/* ---- facts ---- */

static const char *const fact_names[FACT_KIND_COUNT] = {[FACT_CSI_HANDLE] = USAGE_FACT_CSI_HANDLE,
                                                        [FACT_NAMESPACE] = USAGE_FACT_NAMESPACE,
                                                        [FACT_NODE] = USAGE_FACT_NODE,
                                                        [FACT_VOLUME] = USAGE_FACT_VOLUME,
                                                        [FACT_RESOURCE_ID] =
                                                            USAGE_FACT_RESOURCE_ID};

/* The day's facts by number in the fold's set, sorted by value; returns how many. */
static uint32_t sort_facts(const struct key_map *facts, struct text_rank *rank, int32_t day,
                           uint32_t *order)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < facts->count; i++)
        if ((int32_t)key_map_key(facts, i)[0] == day)
            order[count++] = i;
    const struct text_keys values = {facts->keys + 2, facts->words, 1};
    text_rank_sort(rank, &values, order, count);
    return count;
}

/* Returns how many there are; *nodes are those that name a node. */
static uint32_t build_facts(struct usage_fold *fold, struct usage_output *output, int32_t day,
                            uint32_t *nodes)
{
    const struct key_map *facts = &fold->facts.facts;
    uint32_t *order = memory_grow(NULL, facts->count * sizeof *order);
    uint32_t count = sort_facts(facts, &output->rank, day, order), made = 0;
    if (count > output->fact_room) {
        output->fact_room = count + count / 4;
        output->facts = memory_grow(output->facts, output->fact_room * sizeof *output->facts);
    }
    for (uint32_t kind = 0; kind < FACT_KIND_COUNT; kind++) {
        uint32_t name = text_pool_intern_string(&fold->texts, fact_names[kind]), before = made;
        for (uint32_t i = 0; i < count; i++) {
            const uint32_t *key = key_map_key(facts, order[i]);
            if (key[1] == kind)
                output->facts[made++] =
                    (struct usage_fact){.source_uuid = output->blank.source_uuid,
                                        .usage_start = day,
                                        .fact = name,
                                        .value = key[2]};
        }
        if (kind == FACT_NODE)
            *nodes = made - before;
    }
    free(order);
    return count;
}

/* ---- the day ---- */

/* Says which column holds a sum that left its range, infinite by now. */
static bool refuse_sum(const struct usage_row *rows, size_t count, struct error *error)
{
    for (size_t c = 0; c < usage_table.column_count; c++) {
        const struct column *column = &usage_table.columns[c];
        if (column->kind != COLUMN_NUMERIC)
            continue;
        for (size_t i = 0; i < count; i++) {
            double value;
            memcpy(&value, (const char *)&rows[i] + column->offset, sizeof value);
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
    node_capacity_choose_day(&fold->capacity, day);
    usage_names_begin_day(&output->names, &output->blank);
    uint32_t nodes = 0, fact_count = build_facts(fold, output, day, &nodes);
    size_t gap = most_rests(fold, nodes);
    output->is_out_of_range =
        isinf(node_capacity_of_cluster(&fold->capacity).cpu_core_hours) ||
        isinf(node_capacity_of_cluster(&fold->capacity).memory_gigabyte_hours);
    build_pod_rows(fold, output, day, gap);
    build_rests(fold, output);
    size_t skipped = (size_t)(merge_rests(fold, output, gap) - output->rows.rows);
    build_storage_rows(fold, output, day);
    const struct usage_row *rows = output->rows.rows + skipped;
    size_t count = output->rows.count - skipped;
    if (output->is_out_of_range)
        TRY(refuse_sum(rows, count, error));
    result->day = day;
    result->rows = (struct row_batch){&usage_table, rows, count, &fold->texts};
    result->facts = (struct row_batch){&usage_fact_table, output->facts, fact_count, &fold->texts};
    return true;
}
