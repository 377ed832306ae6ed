/* The order of a day's usage rows, and their names.
 *
 * Rows are sorted by their natural key, texts by UTF-8 bytes, null first: data source, namespace,
 * node, claim, pod labels, volume, storage class, CSI handle, volume labels, resource id, whether
 * the row is an unallocated one, category. A row's uuid is version 5 of source, day and that key,
 * and, where rows have equal keys (a namespace of unallocated rows that matches equal categories),
 * their ordinal; the key stands there by a 128-bit digest, so that a name is one block of SHA-1. So
 * the same input gives the same rows, names and order, however it was read. */
#ifndef COSTAGG_AGGREGATE_USAGE_ORDER_H
#define COSTAGG_AGGREGATE_USAGE_ORDER_H

#include "aggregate/usage_row.h"
#include "base/sha1.h"

/* Compares two rows of a day by their keys: negative, 0, positive. */
int usage_order_compare(const struct usage_row *a, const struct usage_row *b,
                        const struct text_pool *texts);

/* Names rows, day after day; digests of texts are made once while the pool lives. */
struct usage_names {
    const struct text_pool *texts;
    struct text_digest *digests; /* by text id; zeros: not made yet */
    uint32_t room;
    struct sha1 day; /* of what all rows of the day have in common */
};

void usage_names_init(struct usage_names *names, const struct text_pool *texts);
void usage_names_close(struct usage_names *names);

/* To be called when the pool has been reset. */
void usage_names_reset(struct usage_names *names);

/* Starts a day: takes it and the source from a row. */
void usage_names_begin_day(struct usage_names *names, const struct usage_row *row);

/* Stands for a row's key and ordinal, whatever the day. */
struct row_digest {
    unsigned char bytes[SHA1_TAIL];
};

/* The digest of a row; `ordinal` counts the rows of the same key before it. */
struct row_digest usage_names_digest(struct usage_names *names, const struct usage_row *row,
                                     uint32_t ordinal);

/* Fills in the uuids of rows. */
void usage_names_give(const struct usage_names *names, struct usage_row *rows,
                      struct row_digest *digests, size_t count);

#endif
