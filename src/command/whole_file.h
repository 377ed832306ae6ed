/* Small files that others watch: written whole or not at all. */
#ifndef COSTAGG_COMMAND_WHOLE_FILE_H
#define COSTAGG_COMMAND_WHOLE_FILE_H

#include "base/error.h"

#include <stddef.h>

/* Replaces a file by rename, so that a reader never sees a part of it; durable when it returns
 * true. Something that is no regular file (a pipe, /dev/stdout) is written to directly. `what`
 * names it in messages: "report file". */
MUST_CHECK bool whole_file_write(const char *path, const char *what, const char *bytes,
                                 size_t length, struct error *error);

#endif
