/* The figures of a run in Prometheus' text format (--metrics-file), for the node exporter's
 * textfile collector or a push: what an operator alerts on. The time of the last success outlives
 * later failures: it is taken over from the file that is replaced. */
#ifndef COSTAGG_COMMAND_RUN_METRICS_H
#define COSTAGG_COMMAND_RUN_METRICS_H

#include "command/run_report.h"

MUST_CHECK bool run_metrics_write(const char *path, const struct run_summary *summary,
                                  const struct run_outcome *outcome, struct error *error);

#endif
