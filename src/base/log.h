/* What the program says while it works: one line an event, to standard error.
 *
 * Three formats. `text` is for people: "warning: message key=value". `logfmt` and `json` are for
 * machines and carry the time (UTC). Control characters are escaped in all of them, so that
 * hostile names can neither forge a line nor drive a terminal. Lines of several threads don't mix.
 * Secrets never come here: pass what is to be said, not structs.
 *
 * Before log_open() the format is text and the level info. */
#ifndef COSTAGG_BASE_LOG_H
#define COSTAGG_BASE_LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

enum log_format { LOG_TEXT, LOG_LOGFMT, LOG_JSON };
enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/* Sets format and the most talkative level that is written. `stream` NULL: standard error. */
void log_open(enum log_format format, enum log_level level, FILE *stream);

/* The format of the log. */
enum log_format log_current_format(void);

/* True when an event of that level would be written. */
bool log_enabled(enum log_level level);

/* Writes an event: a message, nothing else. */
void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Writes an event with fields, pairs of key and value ended by NULL:
 * log_event(LOG_INFO, "stage done", "stage", "usage", "rows", "41650", NULL). A value of NULL is
 * written as an empty one. */
void log_event(enum log_level level, const char *message, ...) __attribute__((sentinel));

/* Called around each line while a progress bar is on the terminal, to take it away and put it
 * back; both with the log's lock held. NULL: none. */
void log_set_interlude(void (*before)(void *context), void (*after)(void *context), void *context);

#endif
