/* Tag summaries: which keys and values of labels and tags there are, and where.
 *
 * One row per (key, report period, namespace, node), of the AWS tags also per bill and account,
 * with the distinct values of the rows added and of what is stored already. Example: a stored app:
 * ["web"] of namespace shop and a pod there labelled app=api make app: ["api","web"]. Only enabled
 * keys are taken from rows; stored rows go only when their key is listed as disabled, so that a day
 * without a label does not forget it. Null equals null, and a null namespace is written as '' where
 * the table demands a value. */
#ifndef COSTAGG_ROLLUP_TAG_SUMMARY_H
#define COSTAGG_ROLLUP_TAG_SUMMARY_H

#include "base/settings.h"
#include "base/table.h"

struct arena;
struct tag_summary;

enum tag_kind { TAG_POD_LABELS, TAG_VOLUME_LABELS, TAG_AWS_TAGS, TAG_KINDS };

/* Rows of all three tables. */
struct tag_row {
    unsigned char uuid[16];
    uint32_t key;
    uint32_t values; /* JSON array */
    int32_t cost_entry_bill_id;
    int32_t report_period_id;
    uint32_t usage_account_id;
    int32_t account_alias_id;
    uint32_t namespace;
    uint32_t node;
};

const struct table *tag_summary_table(enum tag_kind kind);

/* Closed by the arena. `settings` and `source`, by which rows are named, are borrowed. */
struct tag_summary *tag_summary_open(enum tag_kind kind, const struct settings *settings,
                                     const char *source, struct arena *arena);

/* Adds rows of usage_table or cost_table, as the kind says. */
void tag_summary_add(struct tag_summary *summary, const struct row_batch *batch);

/* Adds rows of the summary itself, as stored. */
void tag_summary_add_stored(struct tag_summary *summary, const struct row_batch *batch);

/* The rows by key, valid until the summary is closed. */
struct row_batch tag_summary_rows(struct tag_summary *summary);

#endif
