/* The figures of a run in Prometheus' text format (--metrics-file), for the node exporter's
 * textfile collector or a push: what an operator alerts on. The time of the last success outlives
 * later failures: it is taken over from the file that is replaced. */
#ifndef COSTAGG_COMMAND_RUN_METRICS_H
#define COSTAGG_COMMAND_RUN_METRICS_H

#include "command/run_report.h"

#include <stdio.h>

MUST_CHECK bool run_metrics_write(const char *path, const struct run_summary *summary,
                                  const struct run_outcome *outcome, struct error *error);

/* The two parts of it, for a service: when it was, and what it did. */
void run_metrics_print_times(FILE *stream, double last_success, int64_t ended, int status);
void run_metrics_print_figures(FILE *stream, const struct run_summary *summary);

#endif
