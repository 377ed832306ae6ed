/* Where a source's reports lie below the input root: the three path conventions, as templates.
 *
 * A template is a '/'-separated path. {org}, {source} and {year} stand for their values, {month}
 * for both spellings ("07" and "7"), {report} for the report's name in that convention. A star
 * matches within one segment, a segment of two stars any number of segments, none too. A template
 * that does not end in ".parquet" means everything below it. {org_id}, {uuid} and {provider_uuid}
 * are accepted as other names of {org} and {source}.
 *
 *   data/{org}/OCP/{report}_daily/source={source}/year={year}/month={month}
 *
 * Only names ending in ".parquet" count; a segment that starts with '.' or '_' hides what is below
 * it (temporary files of other writers). Pure text: nothing here touches a store. */
#ifndef COSTAGG_SOURCE_PATH_TEMPLATE_H
#define COSTAGG_SOURCE_PATH_TEMPLATE_H

#include "base/calendar.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;

enum provider { PROVIDER_OCP, PROVIDER_AWS };

enum report {
    REPORT_POD_USAGE,
    REPORT_STORAGE_USAGE,
    REPORT_NODE_LABELS,
    REPORT_NAMESPACE_LABELS,
    REPORT_AWS_LINE_ITEMS,
    REPORT_COUNT,
};

enum grain { GRAIN_HOURLY, GRAIN_DAILY, GRAIN_COUNT };

/* What a template's files hold. A file of TEMPLATE_EITHER is daily when a folder on its path says
 * so
 * ("daily", "…_daily") or when it has a row_uuid column. A file that fits several templates of a
 * report belongs to the first of daily, hourly, either. */
enum template_grain { TEMPLATE_HOURLY, TEMPLATE_DAILY, TEMPLATE_EITHER, TEMPLATE_COUNT };

struct path_convention {
    const char *name; /* for messages */
    const char *report_names[REPORT_COUNT];
    const char *templates[REPORT_COUNT][TEMPLATE_COUNT]; /* NULL: none */
};

/* The conventions known without configuration. */
extern const struct path_convention path_conventions[];
extern const size_t path_convention_count;

/* The reports of a provider are a range of enum report: first … last. */
enum report path_first_report(enum provider provider);
enum report path_last_report(enum provider provider);

/* The report's name in the report-first convention: "openshift_pod_usage_line_items". */
const char *path_report_name(enum report report);

struct path_values {
    const char *org;
    const char *source;
    struct month month;
    const char *report; /* name in the convention */
};

/* A template filled in for one spelling of the month. */
struct path_pattern {
    const char *folder;  /* the part before the first wildcard: what to list */
    const char *pattern; /* the whole path with its wildcards */
};

/* Fills a template in; `patterns` gets one or two (months 10 to 12 have one spelling), in the
 * arena. An unknown placeholder or one without {source} is ERROR_BAD_CONFIG. */
MUST_CHECK bool path_template_fill(const char *path_template, const struct path_values *values,
                                   struct arena *arena, struct path_pattern patterns[2],
                                   size_t *count, struct error *error);

/* Does a file's path fit the pattern, and is it one to be read (a visible name in .parquet)? */
bool path_pattern_fits(const struct path_pattern *pattern, const char *path);

#endif
