#include "command/watch_schedule.h"

#include <string.h>

bool watch_schedule_passes(enum error_kind kind)
{
    return kind == ERROR_UNREACHABLE || kind == ERROR_TRY_AGAIN || kind == ERROR_NO_OUTPUT;
}

bool watch_schedule_wants_run(const struct watch_schedule *schedule, const char *fingerprint,
                              int64_t now)
{
    if (!schedule->has_run || watch_schedule_passes(schedule->failed))
        return true;
    return !schedule->was_settled || now - schedule->ran_at >= WATCH_LONGEST_PAUSE ||
           strcmp(schedule->fingerprint, fingerprint) != 0;
}

void watch_schedule_note_run(struct watch_schedule *schedule, const char *fingerprint, bool settled,
                             enum error_kind failed, int64_t now)
{
    schedule->has_run = true;
    schedule->was_settled = settled;
    schedule->ran_at = now;
    schedule->failed = failed;
    schedule->failures = watch_schedule_passes(failed) ? schedule->failures + 1 : 0;
    memcpy(schedule->fingerprint, fingerprint, sizeof schedule->fingerprint);
}

int watch_schedule_pause(const struct watch_schedule *schedule)
{
    int64_t pause = schedule->interval_seconds;
    for (int i = 1; i < schedule->failures && pause < WATCH_LONGEST_PAUSE; i++)
        pause *= 2;
    if (pause > WATCH_LONGEST_PAUSE)
        pause = WATCH_LONGEST_PAUSE;
    return (int)(pause > schedule->interval_seconds ? pause : schedule->interval_seconds);
}
