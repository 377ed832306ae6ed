/* How far a run is, on a terminal.
 *
 *     usage my-east 2025-10  [############........]  61 %  6.1 M of 10.1 M rows  3.4 M/s  0:01 left
 *
 * The bar is redrawn at most ten times a second and gives way to lines of the log. At the end of
 * each unit of work one line goes to the log, terminal or not. Counting is cheap and safe from any
 * thread; where there is no bar to show it is all that happens. */
#ifndef COSTAGG_COMMAND_PROGRESS_H
#define COSTAGG_COMMAND_PROGRESS_H

#include "config/config.h"
#include "run/run.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { PROGRESS_LINE = 200 };

struct progress {
    struct run_observer observer; /* give this to the run */
    bool visible;
    pthread_mutex_t lock;      /* of drawing */
    char title[PROGRESS_LINE]; /* of the unit at work */
    double began;
    _Atomic int64_t total_rows;
    _Atomic int64_t rows;
    _Atomic int64_t next_draw_ms; /* of run_clock() */
};

/* Starts watching; auto shows a bar when standard error is a terminal and the log is text. */
void progress_open(struct progress *progress, enum progress_mode mode);

/* Takes the bar away. */
void progress_close(struct progress *progress);

/* The bar's text for a state, for tests: at most `room` bytes, no control characters. */
void progress_format(char *line, size_t room, const char *title, int64_t rows, int64_t total,
                     double seconds);

/* A number for people: "999", "12.3 k", "4.1 M". */
void progress_format_count(char *text, size_t room, double count);

#endif
