/* From Parquet to plain arrays.
 *
 * A decode reads a report's chosen columns over some slices of files and hands out batches of plain
 * arrays (decode/report.h). Text columns arrive from Arrow as dictionaries; every dictionary value
 * is looked up in the text pool once, a row then costs one array look-up. Batches are bounded in
 * rows, whatever the size of the file. */
#ifndef COSTAGG_DECODE_DECODE_H
#define COSTAGG_DECODE_DECODE_H

#include "base/error.h"
#include "base/text_pool.h"
#include "decode/report.h"

struct arrow_slice;
struct arrow_store;
struct decode;

enum { DECODE_BATCH_ROWS = 32768 };

struct decode_request {
    const struct report_layout *layout;
    uint64_t columns; /* mask; unasked columns are not read */
    const struct arrow_slice *slices;
    size_t slice_count;
    struct text_pool *texts; /* gets the texts; must outlive the decode */
};

/* Opens; nothing is read before the first batch. Closed by decode_close() or by the arena. */
MUST_CHECK bool decode_open(struct arrow_store *store, const struct decode_request *request,
                            struct arena *arena, struct decode **decode, struct error *error);

/* The next batch into the report's batch struct (pod_usage_batch …). At the end batch->rows is 0.
 * The arrays live until the next call. */
MUST_CHECK bool decode_next(struct decode *decode, void *batch, struct error *error);

void decode_close(struct decode *decode);

#endif
