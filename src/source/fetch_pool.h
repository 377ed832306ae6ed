/* Many small requests to a store at once.
 *
 * An object store answers a question in tens of milliseconds, so listings and footers are asked for
 * by a few threads; on a local disk more threads than processors gain nothing. The result does not
 * depend on the number of threads: jobs are numbered, and of several failures the one with the
 * smallest number is told. */
#ifndef COSTAGG_SOURCE_FETCH_POOL_H
#define COSTAGG_SOURCE_FETCH_POOL_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Does job `number`, on any thread; what it writes must belong to that number alone. */
typedef bool fetch_job(void *context, size_t number, struct error *error);

/* Runs jobs 0 … count - 1 on up to `threads` threads and waits for all of them. After a failure no
 * further job is begun. */
MUST_CHECK bool fetch_pool_run(fetch_job *job, void *context, size_t count, int threads,
                               struct error *error);

#endif
