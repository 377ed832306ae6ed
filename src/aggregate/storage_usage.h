/* Storage rows of the daily summary.
 *
 * Rule: daily storage rows, joined with the node their pod ran on (claim_node.h), are grouped by
 * day, namespace, node, resource id, claim, volume, storage class, CSI handle and merged labels
 * (node's, namespace's, volume's, claim's, later wins; null when volume or claim labels are null).
 * Capacity is the greatest, in GiB; capacity, request and usage over time are sums of byte-seconds
 * in GiB-months, request and usage divided by the number of nodes the volume was found on that day;
 * found on none, they are null. Label sets and category patterns multiply rows as they do for pods.
 *
 * Example: a volume seen on two nodes, requested 10 GiB all day of a 30-day month: two rows, each
 * 10/30/2 = 0.1667 GiB-months requested and 10/30 GiB-months of capacity.
 *
 * Matches the Storage half of the reference query. */
#ifndef COSTAGG_AGGREGATE_STORAGE_USAGE_H
#define COSTAGG_AGGREGATE_STORAGE_USAGE_H

#include "base/exact_sum.h"
#include "base/key_map.h"
#include "base/text_pool.h"

/* A daily storage row, read or derived. Texts are ids of the worker's pool. */
struct storage_row {
    int32_t day;
    uint32_t namespace;
    uint32_t pod;
    uint32_t claim;
    uint32_t volume;
    uint32_t storageclass;
    uint32_t csi_volume_handle;
    uint32_t volume_labels; /* filtered */
    uint32_t claim_labels;  /* filtered */
    double capacity_bytes;
    double capacity_byte_seconds;
    double request_byte_seconds;
    double usage_byte_seconds;
};

/* The rows of the days in flight. */
struct storage_rows {
    struct storage_row *rows;
    size_t count;
    size_t room;
};

void storage_rows_close(struct storage_rows *rows);
void storage_rows_add(struct storage_rows *rows, const struct storage_row *row);

/* Daily storage rows derived from hourly ones, where a source has no daily storage report: grouped
 * by namespace, node, pod, claim, volume, storage class, CSI driver and handle, both label texts
 * and UTC day; the greatest capacity, sums of the byte-seconds. */
struct storage_day {
    struct key_map groups;
    struct storage_hour_total *totals;
    uint32_t total_room;
};

/* What an hourly row is grouped by beyond the columns of a storage_row. */
struct storage_day_key {
    uint32_t node;
    uint32_t csi_driver;
    uint32_t volume_label_text;
    uint32_t claim_label_text;
};

void storage_day_init(struct storage_day *storage);
void storage_day_close(struct storage_day *storage);
void storage_day_clear(struct storage_day *storage);
void storage_day_add(struct storage_day *storage, const struct storage_row *row,
                     const struct storage_day_key *key);

/* Appends the derived rows to `rows`. */
void storage_day_finish(const struct storage_day *storage, struct storage_rows *rows);

/* What is summed up of storage rows by group. */
struct storage_total {
    double capacity_bytes;
    struct exact_sum capacity, request, usage; /* byte-seconds */
    uint32_t node_count;                       /* 0: found on no node */
};

struct storage_total storage_total_empty(void);
void storage_total_add(struct storage_total *total, const struct storage_row *row, uint32_t times,
                       uint32_t node_count);

#endif
