/* The milliseconds of a period: which rows belong to it, and to which day. A row counts when
 * first day <= time < last day + 1; a null time never does. */
#ifndef COSTAGG_AGGREGATE_DAY_WINDOW_H
#define COSTAGG_AGGREGATE_DAY_WINDOW_H

#include "base/calendar.h"

#include <stdbool.h>
#include <stdint.h>

#define DAY_MILLISECONDS INT64_C(86400000)

struct day_window {
    int64_t begin_ms;
    int64_t end_ms; /* just after */
};

static inline struct day_window day_window_of(struct period period)
{
    return (struct day_window){period.first * DAY_MILLISECONDS,
                               (period.last + INT64_C(1)) * DAY_MILLISECONDS};
}

static inline bool day_window_holds(struct day_window window, int64_t time_ms)
{
    return time_ms >= window.begin_ms && time_ms < window.end_ms;
}

/* The day of a time inside a window; times before 1970 are in none. */
static inline int32_t day_of_time(int64_t time_ms)
{
    return (int32_t)(time_ms / DAY_MILLISECONDS);
}

#endif
