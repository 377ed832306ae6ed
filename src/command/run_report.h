/* The report of a run as JSON (--report-file): everything run_summary.h holds, and how it ended.
 *
 *   {"program": "costagg", "version": …, "status": 0, "error": null, "started": "2025-…Z",
 *    "period": {"start": …, "end": …}, "seconds": {…}, "rows": {…}, "units": […], "bills": […],
 *    "namespaces": […], …}
 *
 * Numbers are numbers; money is rounded to 15 significant digits as any JSON reader keeps it. */
#ifndef COSTAGG_COMMAND_RUN_REPORT_H
#define COSTAGG_COMMAND_RUN_REPORT_H

#include "base/error.h"

#include <stdint.h>

struct config;
struct run_summary;

/* How a run ended, for report and metrics. */
struct run_outcome {
    const struct error *failure; /* kind ERROR_NONE: none */
    int status;                  /* exit status */
    int64_t began;               /* seconds since 1970 */
    int64_t ended;
};

MUST_CHECK bool run_report_write(const char *path, const struct config *config,
                                 const struct run_summary *summary,
                                 const struct run_outcome *outcome, struct error *error);

#endif
