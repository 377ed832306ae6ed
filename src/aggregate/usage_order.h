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

struct text_digest {
    unsigned char bytes[16]; /* XXH3 of the text, big-endian; zeros for null */
};

/* What is known of the texts that rows use; reused from day to day. */
struct usage_order {
    uint32_t *ranks;             /* by text id; valid for the ids of the rows only */
    uint32_t *used;              /* those ids */
    struct text_digest *digests; /* by rank */
    uint32_t room;
};

void usage_order_close(struct usage_order *order);

/* Sorts `rows` into `result` (room for `count`) and fills in the uuids. */
void usage_order_apply(struct usage_order *order, const struct usage_row *rows, size_t count,
                       const struct text_pool *texts, struct usage_row *result);

#endif
