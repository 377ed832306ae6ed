/* How functions fail.
 *
 * Anything that can fail returns bool (true: done) and takes `struct error *` as its last argument.
 * Who detects a failure writes the message, in one line, with what to do next where something can
 * be done; callers add only what they alone know (file, column, day) with error_add_context().
 * The kind decides the exit status; both come from error.def. */
#ifndef COSTAGG_BASE_ERROR_H
#define COSTAGG_BASE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

enum error_kind {
    ERROR_NONE,
#define ERROR_KIND(name, status, doc) ERROR_##name,
#include "base/error.def"
#undef ERROR_KIND
};

struct error {
    enum error_kind kind;
    char message[1024]; /* UTF-8, one line, control characters shown as \xNN */
};

#ifdef __cplusplus
#define MUST_CHECK [[nodiscard]]
extern "C" {
#else
#define MUST_CHECK __attribute__((warn_unused_result))
#endif

/* Return from a bool function when a call fails. The only macro of the project that returns. */
#define TRY(call)         \
    do {                  \
        if (!(call))      \
            return false; \
    } while (0)

/* Records a failure and returns false, so that `return error_set(…)` reads well. Text beyond the
 * buffer is cut; control characters are escaped, so hostile names cannot forge log lines. */
bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "context: " before the message; the kind stays. Returns false. */
bool error_add_context(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The exit status of a kind; 0 for ERROR_NONE. */
int error_exit_status(enum error_kind kind);

/* The kind's name in lower case, as logs and the run report show it: "bad_data". */
const char *error_kind_name(enum error_kind kind);

#ifdef __cplusplus
}
#endif
#endif
