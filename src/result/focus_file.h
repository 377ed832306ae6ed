/* FOCUS rows into a file: Parquet or CSV, by the ending of its name.
 *
 * The file appears whole when focus_file_finish() succeeds; before that, and without it, what was
 * there stays. Beside it NAME.metadata.json tells version and columns, as FOCUS asks for. */
#ifndef COSTAGG_RESULT_FOCUS_FILE_H
#define COSTAGG_RESULT_FOCUS_FILE_H

#include "base/error.h"
#include "result/focus.h"

struct arena;
struct arrow_s3_options;
struct focus_file;

/* Opens FILE.parquet (also s3://BUCKET/FILE.parquet) or FILE.csv for writing. */
MUST_CHECK bool focus_file_open(const char *path, const struct arrow_s3_options *s3,
                                struct arena *arena, struct focus_file **file, struct error *error);

MUST_CHECK bool focus_file_write(struct focus_file *file, const struct focus_row *rows,
                                 size_t count, struct error *error);

/* `metadata` is the text of the second file. */
MUST_CHECK bool focus_file_finish(struct focus_file *file, const char *metadata,
                                  struct error *error);

#endif
