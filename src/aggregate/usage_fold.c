#include "aggregate/usage_fold.h"

#include "aggregate/day_window.h"
#include "aggregate/usage_rows.h"
#include "base/arena.h"
#include "decode/report.h"

/* A pool of no more than that may hold as many old texts as it likes. */
enum { FEW_TEXT_BYTES = 4 << 20 };

void usage_fold_init(struct usage_fold *fold, const struct usage_rules *rules)
{
    *fold = (struct usage_fold){.rules = rules};
    text_pool_init(&fold->texts);
    label_filter_init(&fold->filter, &fold->texts, rules->label_keys, rules->label_key_count,
                      rules->strict);
    label_side_init(&fold->node_labels);
    label_side_init(&fold->namespace_labels);
    node_capacity_init(&fold->capacity);
    category_memo_init(&fold->categories, rules->settings, &fold->texts);
    fact_set_init(&fold->facts);
    const struct pod_sides sides = {&fold->filter, &fold->node_labels, &fold->namespace_labels,
                                    &fold->categories, &fold->facts};
    pod_usage_init(&fold->pods, &sides, &fold->texts);
    pod_day_init(&fold->pod_hours, &fold->texts);
    storage_day_init(&fold->storage_hours);
    claim_node_init(&fold->claims);
    fold->output = usage_output_open(&fold->texts);
}

void usage_fold_close(struct usage_fold *fold)
{
    text_pool_close(&fold->texts);
    label_filter_close(&fold->filter);
    label_side_close(&fold->node_labels);
    label_side_close(&fold->namespace_labels);
    node_capacity_close(&fold->capacity);
    pod_usage_close(&fold->pods);
    pod_day_close(&fold->pod_hours);
    storage_day_close(&fold->storage_hours);
    storage_rows_close(&fold->storage);
    claim_node_close(&fold->claims);
    category_memo_close(&fold->categories);
    fact_set_close(&fold->facts);
    usage_output_close(fold->output);
}

/* Texts of pods that are gone would add up over a run, and what is spread over more memory is found
 * more slowly; so from half as much again as one span takes, learning anew is cheaper. */
static bool has_many_old_texts(const struct usage_fold *fold)
{
    size_t bytes = text_pool_size(&fold->texts);
    return fold->spans > 1 && bytes > FEW_TEXT_BYTES &&
           bytes > fold->span_bytes + fold->span_bytes / 2;
}

static void forget_texts(struct usage_fold *fold)
{
    fold->spans = 1;
    text_pool_reset(&fold->texts);
    label_filter_reset(&fold->filter);
    category_memo_reset(&fold->categories);
    pod_usage_reset(&fold->pods);
    pod_day_reset(&fold->pod_hours);
    usage_output_reset(fold->output);
}

void usage_fold_begin(struct usage_fold *fold, const struct cluster *cluster, struct period span)
{
    fold->cluster = cluster;
    fold->span = span;
    fold->rows_in = 0;
    fold->capacity_rows = 0;
    fold->claims_wanted = false;
    fold->storage.count = 0;
    label_side_clear(&fold->node_labels);
    label_side_clear(&fold->namespace_labels);
    node_capacity_clear(&fold->capacity);
    storage_day_clear(&fold->storage_hours);
    claim_node_clear(&fold->claims);
    fact_set_clear(&fold->facts);
    if (++fold->spans == 2)
        fold->span_bytes = text_pool_size(&fold->texts);
    if (has_many_old_texts(fold))
        forget_texts(fold);
    pod_usage_begin(&fold->pods, span.first);
    pod_day_begin(&fold->pod_hours, span.first);
}

bool usage_fold_add_node_labels(struct usage_fold *fold, const struct node_labels_batch *batch,
                                struct error *error)
{
    struct day_window window = day_window_of(fold->span);
    for (size_t i = 0; i < batch->rows; i++) {
        if (!day_window_holds(window, batch->interval_start[i]))
            continue;
        uint32_t set;
        TRY(label_filter_apply(&fold->filter, batch->node_labels[i], &batch->place, i, &set,
                               error));
        label_side_add(&fold->node_labels, day_of_time(batch->interval_start[i]), batch->node[i],
                       set);
        fold->rows_in++;
    }
    return true;
}

bool usage_fold_add_namespace_labels(struct usage_fold *fold,
                                     const struct namespace_labels_batch *batch,
                                     struct error *error)
{
    struct day_window window = day_window_of(fold->span);
    for (size_t i = 0; i < batch->rows; i++) {
        if (!day_window_holds(window, batch->interval_start[i]))
            continue;
        uint32_t set;
        TRY(label_filter_apply(&fold->filter, batch->namespace_labels[i], &batch->place, i, &set,
                               error));
        label_side_add(&fold->namespace_labels, day_of_time(batch->interval_start[i]),
                       batch->namespace[i], set);
        fold->rows_in++;
    }
    return true;
}

static void note_storage_facts(struct usage_fold *fold, const struct storage_row *row)
{
    fact_set_note(&fold->facts, row->day, FACT_VOLUME, row->volume);
    if (row->volume != TEXT_NULL && row->volume != TEXT_EMPTY)
        fact_set_note(&fold->facts, row->day, FACT_CSI_HANDLE, row->csi_volume_handle);
}

static bool read_storage_row(struct usage_fold *fold, const struct storage_usage_batch *batch,
                             size_t i, struct storage_row *row, struct error *error)
{
    *row = (struct storage_row){
        .day = day_of_time(batch->interval_start[i]),
        .namespace = batch->namespace[i],
        .pod = batch->pod[i],
        .claim = batch->persistentvolumeclaim[i],
        .volume = batch->persistentvolume[i],
        .storageclass = batch->storageclass[i],
        .csi_volume_handle = batch->csi_volume_handle[i],
        .capacity_bytes = batch->persistentvolumeclaim_capacity_bytes[i],
        .capacity_byte_seconds = batch->persistentvolumeclaim_capacity_byte_seconds[i],
        .request_byte_seconds = batch->volume_request_storage_byte_seconds[i],
        .usage_byte_seconds = batch->persistentvolumeclaim_usage_byte_seconds[i],
    };
    TRY(label_filter_apply(&fold->filter, batch->persistentvolume_labels[i], &batch->place, i,
                           &row->volume_labels, error));
    return label_filter_apply(&fold->filter, batch->persistentvolumeclaim_labels[i], &batch->place,
                              i, &row->claim_labels, error);
}

bool usage_fold_add_storage(struct usage_fold *fold, const struct storage_usage_batch *batch,
                            bool hourly, struct error *error)
{
    struct day_window window = day_window_of(fold->span);
    for (size_t i = 0; i < batch->rows; i++) {
        if (!day_window_holds(window, batch->interval_start[i]))
            continue;
        struct storage_row row;
        TRY(read_storage_row(fold, batch, i, &row, error));
        note_storage_facts(fold, &row);
        fold->rows_in++;
        if (!hourly) {
            storage_rows_add(&fold->storage, &row);
            continue;
        }
        const struct storage_day_key key = {batch->node[i], batch->csi_driver[i],
                                            batch->persistentvolume_labels[i],
                                            batch->persistentvolumeclaim_labels[i]};
        storage_day_add(&fold->storage_hours, &row, &key);
    }
    return true;
}

/* All storage is in: from now on the places of its pods can be noted. */
static void want_claims(struct usage_fold *fold)
{
    if (fold->claims_wanted)
        return;
    fold->claims_wanted = true;
    storage_day_finish(&fold->storage_hours, &fold->storage);
    claim_node_want(&fold->claims, &fold->storage, fold->texts.count);
}

static void fold_daily_row(struct usage_fold *fold, const struct pod_row *row)
{
    pod_usage_add(&fold->pods, row);
    claim_node_note(&fold->claims, row->day, row->namespace, row->pod, row->node, row->resource_id);
}

static void read_pod_row(const struct pod_usage_batch *batch, size_t i, struct pod_row *row)
{
    row->day = day_of_time(batch->interval_start[i]);
    row->namespace = batch->namespace[i];
    row->node = batch->node[i];
    row->pod = batch->pod == NULL ? (uint32_t)TEXT_NULL : batch->pod[i];
    row->resource_id = batch->resource_id[i];
    row->usage_cpu_core_seconds = batch->pod_usage_cpu_core_seconds[i];
    row->request_cpu_core_seconds = batch->pod_request_cpu_core_seconds[i];
    row->limit_cpu_core_seconds = batch->pod_limit_cpu_core_seconds[i];
    row->effective_cpu_core_seconds = batch->pod_effective_usage_cpu_core_seconds[i];
    row->usage_memory_byte_seconds = batch->pod_usage_memory_byte_seconds[i];
    row->request_memory_byte_seconds = batch->pod_request_memory_byte_seconds[i];
    row->limit_memory_byte_seconds = batch->pod_limit_memory_byte_seconds[i];
    row->effective_memory_byte_seconds = batch->pod_effective_usage_memory_byte_seconds[i];
    row->node_capacity_cpu_cores = batch->node_capacity_cpu_cores[i];
    row->node_capacity_memory_bytes = batch->node_capacity_memory_bytes[i];
}

bool usage_fold_add_pods(struct usage_fold *fold, const struct pod_usage_batch *batch, bool hourly,
                         struct error *error)
{
    want_claims(fold);
    struct day_window window = day_window_of(fold->span);
    struct pod_row row;
    for (size_t i = 0; i < batch->rows; i++) {
        if (!day_window_holds(window, batch->interval_start[i]))
            continue;
        if (!label_filter_find(&fold->filter, batch->pod_labels[i], &row.labels))
            TRY(label_filter_apply(&fold->filter, batch->pod_labels[i], &batch->place, i,
                                   &row.labels, error));
        fold->rows_in++;
        if (hourly) {
            pod_day_add(&fold->pod_hours, batch, i, day_of_time(batch->interval_start[i]));
            continue;
        }
        read_pod_row(batch, i, &row);
        fold_daily_row(fold, &row);
    }
    return true;
}

void usage_fold_add_capacity(struct usage_fold *fold, const struct pod_usage_batch *batch)
{
    fold->capacity_rows += node_capacity_add(&fold->capacity, batch, fold->span, fold->texts.count);
}

uint64_t usage_fold_capacity_columns(void)
{
    return POD_USAGE_MASK(interval_start) | POD_USAGE_MASK(node) |
           POD_USAGE_MASK(node_capacity_cpu_core_seconds) |
           POD_USAGE_MASK(node_capacity_memory_byte_seconds);
}

uint64_t usage_fold_pod_columns(bool hourly, bool with_pod_names)
{
    uint64_t columns = REPORT_ALL_COLUMNS & ~POD_USAGE_MASK(node_role) &
                       ~POD_USAGE_MASK(node_capacity_cpu_core_seconds) &
                       ~POD_USAGE_MASK(node_capacity_memory_byte_seconds);
    if (hourly)
        return (columns | usage_fold_capacity_columns()) &
               ~POD_USAGE_MASK(pod_effective_usage_cpu_core_seconds) &
               ~POD_USAGE_MASK(pod_effective_usage_memory_byte_seconds);
    return with_pod_names ? columns : columns & ~POD_USAGE_MASK(pod);
}

uint64_t usage_fold_storage_columns(bool hourly)
{
    return hourly
               ? REPORT_ALL_COLUMNS
               : REPORT_ALL_COLUMNS & ~STORAGE_USAGE_MASK(node) & ~STORAGE_USAGE_MASK(csi_driver);
}

void usage_fold_complete(struct usage_fold *fold)
{
    want_claims(fold);
    struct pod_row row;
    for (uint32_t i = 0; i < fold->pod_hours.pods.count; i++) {
        if (!pod_day_row(&fold->pod_hours, i, &row))
            continue;
        (void)label_filter_find(&fold->filter, row.labels, &row.labels);
        fold_daily_row(fold, &row);
    }
}

bool usage_fold_take_day(struct usage_fold *fold, int32_t day, struct usage_day *result,
                         struct error *error)
{
    return usage_rows_build(fold, day, fold->output, result, error);
}
