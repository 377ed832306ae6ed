/* Folds the reports of one cluster into the daily summary, a span of days at a time.
 *
 * The stage's face. A fold belongs to one thread and is used again and again: begin a span, add the
 * batches of its reports (pods last, otherwise in any order; rows of any order; rows outside of the
 * span are skipped), then take the rows day by day. What is held is bounded by the groups of the
 * span and of the one before. Pods and label texts repeat from day to day: groups are known again
 * in the next span, and the text pool lives on until too much of it is of days past.
 *
 * Malformed labels are counted (see label_filter.h), or are an error when strict. */
#ifndef COSTAGG_AGGREGATE_USAGE_FOLD_H
#define COSTAGG_AGGREGATE_USAGE_FOLD_H

#include "aggregate/category_match.h"
#include "aggregate/claim_node.h"
#include "aggregate/fact_set.h"
#include "aggregate/label_filter.h"
#include "aggregate/label_side.h"
#include "aggregate/node_capacity.h"
#include "aggregate/node_role.h"
#include "aggregate/pod_day.h"
#include "aggregate/pod_usage.h"
#include "aggregate/storage_usage.h"
#include "aggregate/usage_fact.h"
#include "aggregate/usage_row.h"
#include "base/error.h"

struct namespace_labels_batch;
struct node_labels_batch;
struct pod_usage_batch;
struct storage_usage_batch;

/* What holds for a whole run; shared by all folds, read-only. */
struct usage_rules {
    const struct settings *settings;
    const struct text *label_keys; /* label_filter_keys() */
    size_t label_key_count;
    const struct node_role_table *roles;
    bool strict;
};

/* One day's result: borrowed from the fold until the next day is finished. */
struct usage_day {
    int32_t day;
    struct row_batch rows;  /* struct usage_row, in their final order, with uuids */
    struct row_batch facts; /* struct usage_fact, distinct and sorted */
};

struct usage_fold {
    const struct usage_rules *rules;
    const struct cluster *cluster;
    struct period span;
    struct text_pool texts;
    struct label_filter filter;
    struct label_side node_labels;
    struct label_side namespace_labels;
    struct node_capacity capacity;
    struct pod_usage pods;
    struct pod_day pod_hours;
    struct storage_day storage_hours;
    struct storage_rows storage;
    struct claim_node claims;
    struct category_memo categories;
    struct fact_set facts;
    bool claims_wanted;          /* storage is complete, claims know their pods */
    uint32_t spans;              /* that the texts are of; */
    size_t span_bytes;           /* what they took after the first of these */
    uint64_t rows_in;            /* of the span, inside its days; */
    uint64_t capacity_rows;      /* those that only gave node capacities, apart */
    struct usage_output *output; /* buffers of usage_rows.c */
};

void usage_fold_init(struct usage_fold *fold, const struct usage_rules *rules);
void usage_fold_close(struct usage_fold *fold);

/* Starts a span; what was held of the last one is forgotten. */
void usage_fold_begin(struct usage_fold *fold, const struct cluster *cluster, struct period span);

MUST_CHECK bool usage_fold_add_node_labels(struct usage_fold *fold,
                                           const struct node_labels_batch *batch,
                                           struct error *error);
MUST_CHECK bool usage_fold_add_namespace_labels(struct usage_fold *fold,
                                                const struct namespace_labels_batch *batch,
                                                struct error *error);

/* Hourly rows are turned into daily ones first. */
MUST_CHECK bool usage_fold_add_storage(struct usage_fold *fold,
                                       const struct storage_usage_batch *batch, bool hourly,
                                       struct error *error);
MUST_CHECK bool usage_fold_add_pods(struct usage_fold *fold, const struct pod_usage_batch *batch,
                                    bool hourly, struct error *error);

/* Node capacities, from the hourly pod report. */
void usage_fold_add_capacity(struct usage_fold *fold, const struct pod_usage_batch *batch);

/* The columns the calls above need; others may be absent. */
uint64_t usage_fold_capacity_columns(void);
uint64_t usage_fold_pod_columns(bool hourly, bool with_pod_names);
uint64_t usage_fold_storage_columns(bool hourly);

/* All batches are in: derives what must be derived. Then each day of the span can be taken, in
 * ascending order. A sum out of range is an error that names the column. */
void usage_fold_complete(struct usage_fold *fold);
MUST_CHECK bool usage_fold_take_day(struct usage_fold *fold, int32_t day, struct usage_day *result,
                                    struct error *error);

#endif
