/* When a service looks again, and when it runs again; no clock of its own.
 *
 * Every interval it looks at the listing of the input. It runs when the listing or the settings
 * have changed since the last run, when that run failed for a passing reason (a service that does
 * not answer, a lock, a full disk), or when the last run is an hour ago, in case somebody else has
 * changed the output. A run that failed for a lasting reason (bad data) is not repeated before. The
 * pauses between failed runs of a passing reason double, from one interval up to an hour. */
#ifndef COSTAGG_COMMAND_WATCH_SCHEDULE_H
#define COSTAGG_COMMAND_WATCH_SCHEDULE_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum { WATCH_LONGEST_PAUSE = 3600 };

struct watch_schedule {
    int interval_seconds;
    bool has_run;
    char fingerprint[33]; /* of the listing before the last run */
    bool was_settled;     /* that listing */
    int64_t ran_at;       /* end of the last run, in seconds of any clock */
    enum error_kind failed;
    int failures; /* passing ones, in a row */
};

/* Is there a reason to run, given the listing as it is now? */
bool watch_schedule_wants_run(const struct watch_schedule *schedule, const char *fingerprint,
                              int64_t now);

/* Notes the end of a run. */
void watch_schedule_note_run(struct watch_schedule *schedule, const char *fingerprint, bool settled,
                             enum error_kind failed, int64_t now);

/* Seconds until the next look. */
int watch_schedule_pause(const struct watch_schedule *schedule);

/* May it pass by itself? */
bool watch_schedule_passes(enum error_kind kind);

#endif
