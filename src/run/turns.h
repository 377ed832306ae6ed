/* Workers that compute in parallel and deliver in order.
 *
 * Tasks 0 … count - 1 are dealt to threads one by one. A task computes what it can on its own, then
 * waits for its turn: turns_take() returns once every lower task has delivered. What it does from
 * then until it returns happens in task order and never at the same time as another's delivery, so
 * sinks need no lock and the output is the same for any number of threads.
 *
 * The first failure stops the rest: its error is kept (that of the lowest task that failed),
 * waiting tasks get false from turns_take(), no new task is started. */
#ifndef COSTAGG_RUN_TURNS_H
#define COSTAGG_RUN_TURNS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct turns;

/* One task: `worker` is the number of the thread, 0 … threads - 1, for state that is reused. */
typedef bool (*turns_task)(void *context, struct turns *turns, size_t task, int worker,
                           struct error *error);

/* Runs all tasks on at most `threads` threads; with one thread on the caller's. */
MUST_CHECK bool turns_run(size_t count, int threads, turns_task task, void *context,
                          struct error *error);

/* Waits until it is this task's turn to deliver. False when the run has failed elsewhere. */
MUST_CHECK bool turns_take(struct turns *turns, size_t task, struct error *error);

#endif
