/* Ctrl-C and kill, politely.
 *
 * The first SIGINT or SIGTERM only sets a flag: whoever works in a loop asks for it between
 * batches and ends with interrupt_error(), so that scopes are rolled back. A second signal, for
 * those who cannot wait, ends the process at once with 130 or 143; sinks commit last, so that is
 * safe too. SIGPIPE and SIGXFSZ are ignored: a closed pipe and a file that may not grow are failed
 * writes. */
#ifndef COSTAGG_BASE_INTERRUPT_H
#define COSTAGG_BASE_INTERRUPT_H

#include "base/error.h"

/* Installs the handlers; once, by main(). */
void interrupt_open(void);

/* The signal that asked to stop (SIGINT, SIGTERM), or 0. Safe and cheap from any thread. */
int interrupt_requested(void);

/* True when nobody asked to stop; else false with ERROR_INTERRUPTED. */
MUST_CHECK bool interrupt_check(struct error *error);

/* 130 or 143 by the signal; for main(). */
int interrupt_exit_status(void);

#endif
