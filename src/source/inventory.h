/* What lies in the store for one source and one month, and which parts of it a run must read.
 *
 * Lists only the folders of that source and month, in all three path conventions (path_template.h),
 * opens the footer of every Parquet file found and turns each row group into a slice: its rows, its
 * bytes, and the days its time column spans, as far as the file's statistics tell. Row groups
 * wholly outside of the period are left out (and counted); row groups without rows are dropped.
 *
 * Promises: files and slices are sorted by path bytes, then row group, so the same store gives the
 * same inventory; nothing is counted twice, because a source found in two conventions is an error
 * that names both places. Everything returned lives in the arena. Footers and listings are fetched
 * by a few threads on S3, by as many as the request allows on a local disk; all have ended on
 * return.
 */
#ifndef COSTAGG_SOURCE_INVENTORY_H
#define COSTAGG_SOURCE_INVENTORY_H

#include "base/calendar.h"
#include "base/error.h"
#include "source/path_template.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct arrow_store;

struct inventory_request {
    enum provider provider;
    const char *org_id;
    const char *source;   /* uuid as it stands in the path after "source=" */
    struct period period; /* of one month; only that month's folders are looked at */

    /* Path templates that replace the three conventions, by report and grain; see
     * path_template.h. A report with none of its own keeps the defaults. */
    const char *templates[REPORT_COUNT][TEMPLATE_COUNT];

    int threads;   /* that open files on a local disk; 0: one */
    bool versions; /* those of the files are wanted: on S3 a request each */
};

/* One row group that holds, or may hold, rows of the period. */
struct input_slice {
    const char *path; /* as in the store; equal pointer to its input_file's path */
    int row_group;
    int64_t rows;
    int64_t bytes;     /* compressed, all columns */
    int32_t first_day; /* clipped to the period */
    int32_t last_day;
    bool days_known; /* false: no statistics; the two above are the whole period */
};

struct input_file {
    const char *path;
    int64_t size;
    int64_t modified_ns; /* 0: unknown */
    const char *version; /* the ETag on S3, if it was wanted; NULL on disk, where size and time
                            tell */
    enum report report;
    enum grain grain;
    int64_t rows; /* all of them, in the period or not */
    int row_groups;
    int pruned_row_groups; /* wholly outside of the period */
};

struct input_part {
    struct input_slice *slices;
    size_t count;
    int64_t rows; /* of the slices */
    int64_t bytes;
};

struct inventory {
    struct input_part parts[REPORT_COUNT][GRAIN_COUNT];
    bool has_daily[REPORT_COUNT]; /* a daily file lies in the month, whatever its rows */
    struct input_file *files;     /* of the month, also those without rows in the period */
    size_t file_count;
    const char **folders; /* those that were listed and hold files */
    size_t folder_count;
    const char *convention; /* where the source was found: "koku", "report first", … */
    int64_t rows;           /* of all slices */
    int64_t bytes;
    int64_t pruned_row_groups;
    int64_t pruned_rows;
    bool nothing; /* all was looked at, and there is nothing: the reason of ERROR_NO_INPUT */
};

/* Which of a report's files are read: the daily ones where there are any. */
enum grain inventory_grain(const struct inventory *inventory, enum report report);

/* The time column of a report: what the period and the days of slices refer to. */
const char *inventory_time_column(enum report report);

/* Fills `inventory`. No file of the source in the month, or none with rows in the period, is
 * ERROR_NO_INPUT, says where was looked and sets `nothing`; what is there but cannot be read may be
 * ERROR_NO_INPUT too, but not `nothing`; a source in two conventions is ERROR_BAD_DATA; a file
 * that is no Parquet is ERROR_BAD_DATA; an unreachable store is ERROR_UNREACHABLE. */
MUST_CHECK bool inventory_build(struct arrow_store *store, const struct inventory_request *request,
                                struct arena *arena, struct inventory *inventory,
                                struct error *error);

/* The part of an inventory that lies in some days of its period; files and folders stay those of
 * the month. In `arena`, which must not outlive the inventory's. */
void inventory_clip(const struct inventory *inventory, struct period days, struct arena *arena,
                    struct inventory *clipped);

/* Only lists: the files of the source and month, sorted by path, with size and time. No footer is
 * opened, so `grain` and what follows it are unset. No file is no error. */
MUST_CHECK bool inventory_list(struct arrow_store *store, const struct inventory_request *request,
                               struct arena *arena, struct input_file **files, size_t *count,
                               struct error *error);

/* Lists the folders again: ERROR_TRY_AGAIN when a file of the inventory has gone or has another
 * size or time than before, so that a run that read some of the old bytes and some of the new ones
 * commits neither. Called between the last read and the commit. Files that have come since are no
 * concern of this run. */
MUST_CHECK bool inventory_check_unchanged(struct arrow_store *store,
                                          const struct inventory *inventory, struct error *error);

#endif
