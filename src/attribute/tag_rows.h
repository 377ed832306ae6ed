/* The day's rows that rule d may give cost to, found by what tags speak of.
 *
 * These are the *real* rows: with a namespace that is none of the four synthetic ones. Each list is
 * made when it is first asked for: the lines of most bills are matched by id, and ask for none. */
#ifndef COSTAGG_ATTRIBUTE_TAG_ROWS_H
#define COSTAGG_ATTRIBUTE_TAG_ROWS_H

#include "attribute/row_list.h"
#include "attribute/usage_index.h"

enum tag_rows_by {
    ROWS_BY_CLUSTER, /* all */
    ROWS_BY_NAMESPACE,
    ROWS_BY_NODE,
    ROWS_BY_POD_LABELS, /* label texts */
    ROWS_BY_VOLUME_LABELS,
    ROWS_BY_KINDS
};

struct tag_rows {
    const struct usage_index *usage;
    struct row_list lists[ROWS_BY_KINDS];
    bool made[ROWS_BY_KINDS];
    uint32_t synthetic[4]; /* text ids */
};

void tag_rows_init(struct tag_rows *rows, const struct usage_index *usage);
void tag_rows_close(struct tag_rows *rows);

/* Forgets the day before; after all usage of the day was added. */
void tag_rows_open(struct tag_rows *rows);

/* The numbers of usage->lines under the keys {cluster, text id}, which is never null; for
 * ROWS_BY_CLUSTER {cluster, TEXT_NULL}. Valid until the next day. */
const struct row_list *tag_rows_list(struct tag_rows *rows, enum tag_rows_by by);

#endif
