/* The reports as C sees them: a list of columns each, kept in decode/<report>.def.
 *
 * REPORT_COLUMN(name, layout, required) — layout is TEXT, TIME or MEASURE; required columns must be
 * in every file. A batch is plain arrays, one element a row, borrowed until the next batch:
 *
 *   TEXT     uint32_t  text ids of the pool given to decode_open(); TEXT_NULL is null
 *   TIME     int64_t   milliseconds since 1970, UTC; DECODE_TIME_NULL is null
 *   MEASURE  double    NaN is null; infinities and NaN in the file are refused with file and row
 *
 * A column that was not asked for is a NULL pointer. */
#ifndef COSTAGG_DECODE_REPORT_H
#define COSTAGG_DECODE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DECODE_TIME_NULL INT64_MIN

#define REPORT_FIELD_TEXT(name)    const uint32_t *name;
#define REPORT_FIELD_TIME(name)    const int64_t *name;
#define REPORT_FIELD_MEASURE(name) const double *name;

/* Where a batch comes from, for messages and for the identity of rows. */
struct batch_place {
    const char *path;
    int64_t first_row; /* of the batch, in its file, from 0 */
};

#define REPORT_COLUMN(name, layout, required) REPORT_FIELD_##layout(name)

struct pod_usage_batch {
    size_t rows;
    struct batch_place place;
#include "decode/pod_usage.def"
};

struct storage_usage_batch {
    size_t rows;
    struct batch_place place;
#include "decode/storage_usage.def"
};

struct node_labels_batch {
    size_t rows;
    struct batch_place place;
#include "decode/node_labels.def"
};

struct namespace_labels_batch {
    size_t rows;
    struct batch_place place;
#include "decode/namespace_labels.def"
};

struct bill_line_batch {
    size_t rows;
    struct batch_place place;
#include "decode/bill_line.def"
};

#undef REPORT_COLUMN

/* A report's columns at run time. */
struct report_column {
    const char *name;
    int layout; /* enum arrow_layout */
    bool required;
    size_t offset; /* of the array pointer in the batch struct */
};

struct report_layout {
    const char *name; /* "pod usage", for messages */
    const struct report_column *columns;
    size_t column_count;
};

extern const struct report_layout pod_usage_layout;
extern const struct report_layout storage_usage_layout;
extern const struct report_layout node_labels_layout;
extern const struct report_layout namespace_labels_layout;
extern const struct report_layout bill_line_layout;

/* Columns are chosen by a mask with one bit per column of the report, in the order of its .def:
 * POD_USAGE_node is the bit of pod_usage's column node. */
enum pod_usage_bit {
#define REPORT_COLUMN(name, layout, required) POD_USAGE_BIT_##name,
#include "decode/pod_usage.def"
#undef REPORT_COLUMN
};
enum storage_usage_bit {
#define REPORT_COLUMN(name, layout, required) STORAGE_USAGE_BIT_##name,
#include "decode/storage_usage.def"
#undef REPORT_COLUMN
};
enum bill_line_bit {
#define REPORT_COLUMN(name, layout, required) BILL_LINE_BIT_##name,
#include "decode/bill_line.def"
#undef REPORT_COLUMN
};
#define POD_USAGE_MASK(name)     ((uint64_t)1 << POD_USAGE_BIT_##name)
#define STORAGE_USAGE_MASK(name) ((uint64_t)1 << STORAGE_USAGE_BIT_##name)
#define BILL_LINE_MASK(name)     ((uint64_t)1 << BILL_LINE_BIT_##name)
#define REPORT_ALL_COLUMNS       (~(uint64_t)0)

#endif
