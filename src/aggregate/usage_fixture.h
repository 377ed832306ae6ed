/* Batches from literals, for the tests of this folder: a row a struct, as a reader of the spec
 * would write it down. Times are hours since the first day of the span, 2025-10-01. */
#ifndef COSTAGG_AGGREGATE_USAGE_FIXTURE_H
#define COSTAGG_AGGREGATE_USAGE_FIXTURE_H

#include "aggregate/day_window.h"
#include "aggregate/usage_fold.h"
#include "decode/report.h"

enum { FIXTURE_DAY = 20362 /* 2025-10-01 */, FIXTURE_MOST_ROWS = 64 };

struct fixture_pod {
    int hour;
    const char *namespace, *node, *pod, *labels, *resource_id, *role;
    double usage, request, limit, effective; /* CPU; memory is 2^30 times that */
    double cores;                            /* capacity; a row offers cores × 3600 core-seconds */
};

struct fixture_storage {
    int hour;
    const char *namespace, *pod, *claim, *volume, *class, *csi, *volume_labels, *claim_labels;
    double capacity_gib; /* byte-seconds are capacity, request and usage for a day */
    double request_gib, usage_gib;
};

struct fixture_label {
    int hour;
    const char *name, *labels;
};

struct fixture {
    struct usage_fold fold;
    struct usage_rules rules;
    struct settings settings;
    struct cluster cluster;
    struct node_role_table roles;
    struct arena arena;
};

/* Opens a fold over days of October 2025 with the settings filled in by the caller. */
static inline void fixture_open(struct fixture *fixture, int days)
{
    arena_init(&fixture->arena);
    fixture->cluster = (struct cluster){"7a3e5f6c-0000-4000-8000-000000000001", "c1", "my-east", 7};
    node_role_table_init(&fixture->roles);
    node_role_table_load(&fixture->roles, &fixture->settings);
    fixture->rules.settings = &fixture->settings;
    fixture->rules.roles = &fixture->roles;
    fixture->rules.label_keys =
        label_filter_keys(&fixture->settings, &fixture->arena, &fixture->rules.label_key_count);
    usage_fold_init(&fixture->fold, &fixture->rules);
    usage_fold_begin(&fixture->fold, &fixture->cluster,
                     (struct period){FIXTURE_DAY, FIXTURE_DAY + days - 1});
}

static inline void fixture_close(struct fixture *fixture)
{
    usage_fold_close(&fixture->fold);
    node_role_table_close(&fixture->roles);
    arena_close(&fixture->arena);
}

static inline int64_t fixture_time(int hour)
{
    return hour == INT32_MIN ? DECODE_TIME_NULL
                             : FIXTURE_DAY * DAY_MILLISECONDS + hour * INT64_C(3600000);
}

#define FIXTURE_TEXTS(field, source)                               \
    uint32_t field[FIXTURE_MOST_ROWS];                             \
    for (size_t i = 0; i < count; i++)                             \
        field[i] = text_pool_intern_string(texts, rows[i].source); \
    batch.field = field
#define FIXTURE_NUMBERS(field, expression) \
    double field[FIXTURE_MOST_ROWS];       \
    for (size_t i = 0; i < count; i++)     \
        field[i] = expression;             \
    batch.field = field
#define FIXTURE_TIMES()                                 \
    int64_t interval_start[FIXTURE_MOST_ROWS];          \
    for (size_t i = 0; i < count; i++)                  \
        interval_start[i] = fixture_time(rows[i].hour); \
    batch.interval_start = interval_start

/* Adds pods as daily or hourly rows; capacities always count too, as hourly rows would. */
static inline bool fixture_add_pods(struct fixture *fixture, const struct fixture_pod *rows,
                                    size_t count, bool hourly, struct error *error)
{
    struct text_pool *texts = &fixture->fold.texts;
    struct pod_usage_batch batch = {.rows = count, .place = {"pods.parquet", 0}};
    const double gib = 0x1p30;
    FIXTURE_TIMES();
    FIXTURE_TEXTS(namespace, namespace);
    FIXTURE_TEXTS(node, node);
    FIXTURE_TEXTS(pod, pod);
    FIXTURE_TEXTS(pod_labels, labels);
    FIXTURE_TEXTS(resource_id, resource_id);
    FIXTURE_NUMBERS(pod_usage_cpu_core_seconds, rows[i].usage);
    FIXTURE_NUMBERS(pod_request_cpu_core_seconds, rows[i].request);
    FIXTURE_NUMBERS(pod_limit_cpu_core_seconds, rows[i].limit);
    FIXTURE_NUMBERS(pod_effective_usage_cpu_core_seconds, rows[i].effective);
    FIXTURE_NUMBERS(pod_usage_memory_byte_seconds, rows[i].usage * gib);
    FIXTURE_NUMBERS(pod_request_memory_byte_seconds, rows[i].request * gib);
    FIXTURE_NUMBERS(pod_limit_memory_byte_seconds, rows[i].limit * gib);
    FIXTURE_NUMBERS(pod_effective_usage_memory_byte_seconds, rows[i].effective * gib);
    FIXTURE_NUMBERS(node_capacity_cpu_cores, rows[i].cores);
    FIXTURE_NUMBERS(node_capacity_cpu_core_seconds, rows[i].cores * 3600);
    FIXTURE_NUMBERS(node_capacity_memory_bytes, rows[i].cores * gib);
    FIXTURE_NUMBERS(node_capacity_memory_byte_seconds, rows[i].cores * 3600 * gib);
    usage_fold_add_capacity(&fixture->fold, &batch);
    return usage_fold_add_pods(&fixture->fold, &batch, hourly, error);
}

static inline bool fixture_add_storage(struct fixture *fixture, const struct fixture_storage *rows,
                                       size_t count, bool hourly, struct error *error)
{
    struct text_pool *texts = &fixture->fold.texts;
    struct storage_usage_batch batch = {.rows = count, .place = {"storage.parquet", 0}};
    const double gib = 0x1p30;
    static const uint32_t nulls[FIXTURE_MOST_ROWS];
    FIXTURE_TIMES();
    FIXTURE_TEXTS(namespace, namespace);
    FIXTURE_TEXTS(pod, pod);
    FIXTURE_TEXTS(persistentvolumeclaim, claim);
    FIXTURE_TEXTS(persistentvolume, volume);
    FIXTURE_TEXTS(storageclass, class);
    FIXTURE_TEXTS(csi_volume_handle, csi);
    FIXTURE_TEXTS(persistentvolume_labels, volume_labels);
    FIXTURE_TEXTS(persistentvolumeclaim_labels, claim_labels);
    batch.node = batch.csi_driver = nulls;
    FIXTURE_NUMBERS(persistentvolumeclaim_capacity_bytes, rows[i].capacity_gib * gib);
    FIXTURE_NUMBERS(persistentvolumeclaim_capacity_byte_seconds,
                    rows[i].capacity_gib * 86400 * gib);
    FIXTURE_NUMBERS(volume_request_storage_byte_seconds, rows[i].request_gib * 86400 * gib);
    FIXTURE_NUMBERS(persistentvolumeclaim_usage_byte_seconds, rows[i].usage_gib * 86400 * gib);
    return usage_fold_add_storage(&fixture->fold, &batch, hourly, error);
}

static inline bool fixture_add_node_labels(struct fixture *fixture,
                                           const struct fixture_label *rows, size_t count,
                                           struct error *error)
{
    struct text_pool *texts = &fixture->fold.texts;
    struct node_labels_batch batch = {.rows = count, .place = {"nodes.parquet", 0}};
    FIXTURE_TIMES();
    FIXTURE_TEXTS(node, name);
    FIXTURE_TEXTS(node_labels, labels);
    return usage_fold_add_node_labels(&fixture->fold, &batch, error);
}

static inline bool fixture_add_namespace_labels(struct fixture *fixture,
                                                const struct fixture_label *rows, size_t count,
                                                struct error *error)
{
    struct text_pool *texts = &fixture->fold.texts;
    struct namespace_labels_batch batch = {.rows = count, .place = {"namespaces.parquet", 0}};
    FIXTURE_TIMES();
    FIXTURE_TEXTS(namespace, name);
    FIXTURE_TEXTS(namespace_labels, labels);
    return usage_fold_add_namespace_labels(&fixture->fold, &batch, error);
}

#endif
