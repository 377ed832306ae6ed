/* A bare scan: reads the columns that a run needs, adds nothing up and writes nothing.
 *
 *   bare_scan INPUT usage|hourly|cost
 *
 * What costagg takes more than this is what it does with the rows. `usage` reads the daily reports
 * and of the hourly pod report what node capacity needs; `hourly` reads whole hourly reports, as a
 * month without daily ones; `cost` reads the bill besides. Prints the number of rows. */
#include "arrow/bridge.h"
#include "base/arena.h"

#include <arrow/c/abi.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPORT_COLUMN(name, layout, required) {#name, ARROW_##layout, required, false},

static const struct arrow_request pod_columns[] = {
#include "decode/pod_usage.def"
};
static const struct arrow_request storage_columns[] = {
#include "decode/storage_usage.def"
};
static const struct arrow_request node_columns[] = {
#include "decode/node_labels.def"
};
static const struct arrow_request namespace_columns[] = {
#include "decode/namespace_labels.def"
};
static const struct arrow_request bill_columns[] = {
#include "decode/bill_line.def"
};
static const struct arrow_request capacity_columns[] = {
    {"interval_start", ARROW_TIME, true, false},
    {"node", ARROW_TEXT, true, false},
    {"node_capacity_cpu_core_seconds", ARROW_MEASURE, true, false},
    {"node_capacity_memory_byte_seconds", ARROW_MEASURE, true, false},
};
static const struct arrow_request disk_columns[] = {
    {"lineitem_resourceid", ARROW_TEXT, true, false},
    {"lineitem_usagestartdate", ARROW_TIME, true, false},
    {"lineitem_unblendedrate", ARROW_MEASURE, false, false},
    {"lineitem_unblendedcost", ARROW_MEASURE, true, false},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum job { JOB_USAGE = 1, JOB_HOURLY = 2, JOB_COST = 4 };

static const struct part {
    const char *folder; /* a report's folder in the report-first layout */
    const struct arrow_request *columns;
    size_t column_count;
    int jobs;
} parts[] = {
    {"/openshift_pod_usage_line_items/", capacity_columns, COUNT(capacity_columns),
     JOB_USAGE | JOB_COST},
    {"/openshift_pod_usage_line_items_daily/", pod_columns, COUNT(pod_columns),
     JOB_USAGE | JOB_COST},
    {"/openshift_storage_usage_line_items_daily/", storage_columns, COUNT(storage_columns),
     JOB_USAGE | JOB_COST},
    {"/openshift_node_labels_line_items_daily/", node_columns, COUNT(node_columns),
     JOB_USAGE | JOB_COST},
    {"/openshift_namespace_labels_line_items_daily/", namespace_columns, COUNT(namespace_columns),
     JOB_USAGE | JOB_COST},
    {"/openshift_pod_usage_line_items/", pod_columns, COUNT(pod_columns), JOB_HOURLY},
    {"/openshift_storage_usage_line_items/", storage_columns, COUNT(storage_columns), JOB_HOURLY},
    {"/openshift_node_labels_line_items/", node_columns, COUNT(node_columns), JOB_HOURLY},
    {"/openshift_namespace_labels_line_items/", namespace_columns, COUNT(namespace_columns),
     JOB_HOURLY},
    {"/aws_line_items/", disk_columns, COUNT(disk_columns), JOB_COST},
    {"/aws_line_items_daily/", bill_columns, COUNT(bill_columns), JOB_COST},
};

static bool scan_part(struct arrow_store *store, const struct arrow_entry *entries, size_t count,
                      const struct part *part, struct arena *arena, int64_t *rows,
                      struct error *error)
{
    struct arrow_slice *slices = arena_alloc_array(arena, count, sizeof *slices);
    size_t slice_count = 0;
    for (size_t i = 0; i < count; i++)
        if (strstr(entries[i].path, part->folder) != NULL)
            slices[slice_count++].path = entries[i].path;
    if (slice_count == 0)
        return true;
    struct arrow_scan *scan = NULL;
    TRY(arrow_scan_open(store, slices, slice_count, part->columns, part->column_count, 100000,
                        arena, &scan, error));
    for (;;) {
        struct ArrowArray batch;
        struct arrow_batch_place place;
        TRY(arrow_scan_next(scan, &batch, &place, error));
        if (batch.release == NULL)
            break;
        *rows += batch.length;
        batch.release(&batch);
    }
    arrow_scan_close(scan);
    return true;
}

static bool scan(const char *input, int job, struct arena *arena, struct error *error)
{
    struct arrow_store *store = NULL;
    struct arrow_entry *entries = NULL;
    size_t count = 0;
    int64_t rows = 0;
    TRY(arrow_store_open(input, NULL, false, arena, &store, error));
    TRY(arrow_store_list(store, "", arena, &entries, &count, error));
    for (size_t i = 0; i < COUNT(parts); i++)
        if ((parts[i].jobs & job) != 0)
            TRY(scan_part(store, entries, count, &parts[i], arena, &rows, error));
    printf("%" PRId64 " rows\n", rows);
    return true;
}

int main(int argc, char **argv)
{
    int job = 0;
    if (argc == 3)
        job = strcmp(argv[2], "usage") == 0    ? JOB_USAGE
              : strcmp(argv[2], "hourly") == 0 ? JOB_HOURLY
              : strcmp(argv[2], "cost") == 0   ? JOB_COST
                                               : 0;
    if (job == 0) {
        fprintf(stderr, "usage: bare_scan INPUT usage|hourly|cost\n");
        return 64;
    }
    struct arena arena;
    struct error error = {0};
    arena_init(&arena);
    bool ok = scan(argv[1], job, &arena, &error);
    if (!ok)
        fprintf(stderr, "bare_scan: %s\n", error.message);
    arena_close(&arena);
    arrow_shutdown();
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
