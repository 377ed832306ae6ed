/* Apache Arrow for C: object stores, Parquet in, Parquet out.
 *
 * The one door to libarrow and libparquet. Everything behind it is C++ (bridge.cc); no exception
 * passes it. Data crosses as Arrow C Data Interface structs (arrow/c/abi.h), already brought to the
 * three layouts the rest of the program knows:
 *
 *   ARROW_TEXT     dictionary<int32 → utf8>; nulls in the index bitmap only
 *   ARROW_TIME     timestamp[ms], UTC (us and ns are accepted and floored)
 *   ARROW_MEASURE  float64 (float32, integers and decimals are accepted and converted)
 *
 * A column of type null, and a missing optional column, arrive as all-null columns of the layout
 * asked for. A store, file, scan or writer registers its release with the arena it was opened with.
 * Stores may be used by several threads at once; files, scans and writers by one at a time. */
#ifndef COSTAGG_ARROW_BRIDGE_H
#define COSTAGG_ARROW_BRIDGE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ArrowArray;
struct ArrowSchema;
struct arena;

/* ---- stores: a local directory or s3://BUCKET/PREFIX ---- */

struct arrow_store;

struct arrow_s3_options {
    const char *endpoint;   /* "http://127.0.0.1:9000"; NULL: AWS */
    const char *region;     /* NULL: us-east-1 */
    const char *access_key; /* NULL: the SDK's own chain (environment, web identity, instance);
                               "": anonymous */
    const char *secret_key;
    const char *session_token;   /* may be NULL */
    const char *ca_bundle;       /* PEM file; NULL: the system's */
    bool insecure_tls;           /* do not verify certificates */
    int connect_timeout_seconds; /* 0: default */
    int request_timeout_seconds; /* 0: default */
    int retries;                 /* of transient failures, with backoff; < 0: default */
};

/* Opens a location. Local: the directory must exist unless `create`. S3: nothing is asked of the
 * server before the first use. `s3` may be NULL for local stores. */
MUST_CHECK bool arrow_store_open(const char *location, const struct arrow_s3_options *s3,
                                 bool create, struct arena *arena, struct arrow_store **store,
                                 struct error *error);

/* The location as given, without secrets, for messages. */
const char *arrow_store_location(const struct arrow_store *store);

struct arrow_entry {
    const char *path; /* relative to the store's root, '/'-separated */
    int64_t size;
    int64_t modified_ns; /* since 1970; 0: unknown */
};

/* All files below `prefix` (a folder, "" for the root), sorted by path bytes; entries in `arena`.
 * A folder that does not exist gives no entries; a bucket that does not exist, a refused
 * connection or a wrong key is an error that says which. */
MUST_CHECK bool arrow_store_list(struct arrow_store *store, const char *prefix, struct arena *arena,
                                 struct arrow_entry **entries, size_t *count, struct error *error);

/* The names of the folders directly below `prefix`, sorted. */
MUST_CHECK bool arrow_store_folders(struct arrow_store *store, const char *prefix,
                                    struct arena *arena, const char ***names, size_t *count,
                                    struct error *error);

/* Reads or writes a small object whole. A written object appears at once or not at all. */
MUST_CHECK bool arrow_store_read(struct arrow_store *store, const char *path, struct arena *arena,
                                 char **bytes, size_t *length, struct error *error);
MUST_CHECK bool arrow_store_write(struct arrow_store *store, const char *path, const char *bytes,
                                  size_t length, struct error *error);

/* Replaces `to` by `from`, atomically where the store can (rename; S3: copy, then delete). */
MUST_CHECK bool arrow_store_move(struct arrow_store *store, const char *from, const char *to,
                                 struct error *error);

/* Removes a file; one that is not there is no error. */
MUST_CHECK bool arrow_store_remove(struct arrow_store *store, const char *path,
                                   struct error *error);

/* A text that changes whenever the object does: its ETag on S3, size and time on disk. */
MUST_CHECK bool arrow_store_version(struct arrow_store *store, const char *path,
                                    struct arena *arena, const char **version, struct error *error);

/* ---- Parquet files: what a footer tells ---- */

struct arrow_file;

enum arrow_layout { ARROW_TEXT, ARROW_TIME, ARROW_MEASURE };

/* `size` is the object's as it was listed, which spares S3 a request; -1 asks for it, and for the
 * object's version. */
MUST_CHECK bool arrow_file_open(struct arrow_store *store, const char *path, int64_t size,
                                struct arena *arena, struct arrow_file **file, struct error *error);
int64_t arrow_file_rows(const struct arrow_file *file);

/* The ETag of the object, if it was opened with size -1; NULL on disk. */
const char *arrow_file_version(const struct arrow_file *file);
int arrow_file_row_groups(const struct arrow_file *file);

/* True when the file has a column of that name; its type as text for messages ("double"). */
bool arrow_file_column(const struct arrow_file *file, const char *name, const char **type_name);

struct arrow_row_group {
    int64_t rows;
    int64_t bytes;    /* compressed, all columns */
    bool times_known; /* the two below hold */
    int64_t first_ms; /* smallest and greatest value of the time column asked about */
    int64_t last_ms;
};

void arrow_file_row_group(const struct arrow_file *file, int index, const char *time_column,
                          struct arrow_row_group *row_group);

/* ---- Parquet in: a stream of batches over parts of files ---- */

struct arrow_request {
    const char *name;
    enum arrow_layout layout;
    bool required; /* missing: an error that names file, column and what was found */
    bool unread;   /* only checked in every file: the batch has no child for it */
};

struct arrow_slice {
    const char *path;
    const int *row_groups; /* NULL: all */
    int row_group_count;
};

struct arrow_scan;

/* Opens a scan over `slices`, in their order. On S3 the first bytes are fetched from now on, and
 * the next ones while the current are read, so opening several scans before reading any hides
 * latency; a local file is opened when its turn comes. Slices and requests are copied. */
MUST_CHECK bool arrow_scan_open(struct arrow_store *store, const struct arrow_slice *slices,
                                size_t slice_count, const struct arrow_request *requests,
                                size_t request_count, int64_t batch_rows, struct arena *arena,
                                struct arrow_scan **scan, struct error *error);

struct arrow_batch_place {
    const char *path;  /* of the slice the batch came from; lives as long as the scan */
    int64_t first_row; /* number of the batch's first row in its file, from 0 */
};

/* The next batch: a struct array with one child per request that is read, in their order, to be
 * released by the caller (array->release). At the end array->release is NULL and true is returned.
 * A batch never spans two files nor two row groups. place->first_row counts skipped row groups too.
 *
 * A dictionary is known by its offsets, dictionary->buffers[1]: as long as that pointer stays the
 * same from one batch of a column to the next, so does the dictionary, and two dictionaries that
 * follow each other never share it. (The ArrowArray structs are new with every batch.) A batch
 * need not use every value of its dictionary. Null slots hold zeros. */
MUST_CHECK bool arrow_scan_next(struct arrow_scan *scan, struct ArrowArray *array,
                                struct arrow_batch_place *place, struct error *error);

/* True: a column of measures, counted among those read, has no infinity and no NaN in the batch
 * given out last; known without a look at its rows where they all come from a dictionary. False:
 * who wants to know must look. */
bool arrow_scan_known_finite(const struct arrow_scan *scan, size_t column);

/* Closes before the arena does. */
void arrow_scan_close(struct arrow_scan *scan);

/* Bytes fetched and requests retried so far, over all stores, for the run report. */
struct arrow_counters {
    int64_t bytes_read;
    int64_t files_opened;
    int64_t retries;
};
void arrow_counters_read(struct arrow_counters *counters);

/* ---- bytes out ---- */

struct arrow_output;

/* Opens a file for writing under `path`. Nothing appears there before the output is finished. */
MUST_CHECK bool arrow_output_open(struct arrow_store *store, const char *path, struct arena *arena,
                                  struct arrow_output **output, struct error *error);

MUST_CHECK bool arrow_output_append(struct arrow_output *output, const void *bytes, size_t length,
                                    struct error *error);

/* Makes the file durable and lets it appear. Without it the arena's close discards the file. */
MUST_CHECK bool arrow_output_finish(struct arrow_output *output, struct error *error);

/* Compresses with snappy; `to` has room for arrow_snappy_bound(length) bytes. Returns the length of
 * the result. */
size_t arrow_snappy_bound(size_t length);
size_t arrow_snappy(const void *bytes, size_t length, void *to);

/* ---- Parquet out, by Arrow: for tables that are not written all day long ---- */

struct arrow_writer;

/* Opens a Parquet file for writing under `path`. `schema` is consumed. Each written batch becomes
 * one row group of its own unless it exceeds `row_group_rows`. Columns are encoded with
 * dictionaries or without. The same batches give the same bytes. On a local disk nothing appears
 * under `path` before the writer is finished. Results have a writer of their own,
 * parquet/parquet_writer.h. */
MUST_CHECK bool arrow_writer_open(struct arrow_store *store, const char *path,
                                  struct ArrowSchema *schema, bool dictionaries,
                                  int64_t row_group_rows, struct arena *arena,
                                  struct arrow_writer **writer, struct error *error);

/* Writes a struct array that fits the schema; consumes it, also on failure. */
MUST_CHECK bool arrow_writer_write(struct arrow_writer *writer, struct ArrowArray *array,
                                   struct error *error);

/* Writes the footer and makes the file durable. Without it the arena's close discards the file. */
MUST_CHECK bool arrow_writer_finish(struct arrow_writer *writer, struct error *error);

/* Bounds the memory that Parquet pages and columns take together, in bytes; 0: no bound. A page
 * that unpacks to more fails with ERROR_BAD_CONFIG before it is unpacked. Called before stores are
 * opened; holds for what is opened afterwards. */
void arrow_limit_memory(int64_t bytes);

/* Releases S3 and thread pools at the end of the process; safe to call without any store. */
void arrow_shutdown(void);

#ifdef __cplusplus
}
#endif
#endif
