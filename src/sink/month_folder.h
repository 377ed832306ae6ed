/* The folder of one table, source and month below a file output, held by one run at a time.
 *
 *     ROOT/<table>/source=<uuid>/year=YYYY/month=MM/
 *
 * The folder itself carries the lock (flock), so nothing is left behind and a killed run lets go of
 * it. File systems that cannot lock folders are used without. */
#ifndef COSTAGG_SINK_MONTH_FOLDER_H
#define COSTAGG_SINK_MONTH_FOLDER_H

#include "base/error.h"

#include <stdbool.h>

struct arena;
struct sink_scope;
struct table;

struct month_folder {
    const char *path;
    int descriptor;
};

/* The path below the root, without a slash at either end. */
const char *month_folder_path(const struct table *table, const struct sink_scope *scope,
                              struct arena *arena);

/* Makes the folder, locks it (waiting for another run, then ERROR_TRY_AGAIN) and removes what a
 * killed run left unfinished: files whose names begin with ".costagg.". Let go of with the arena.
 */
MUST_CHECK bool month_folder_open(const char *root, const struct table *table,
                                  const struct sink_scope *scope, struct arena *arena,
                                  struct month_folder *folder, struct error *error);

/* Makes renames in the folder durable. */
MUST_CHECK bool month_folder_sync(const struct month_folder *folder, struct error *error);

/* True when a file output can be made at `root`: it is a folder that can be written, or its nearest
 * ancestor that exists is. Else an error that names it. `exists` tells which. */
MUST_CHECK bool month_folder_check_root(const char *root, struct arena *arena, bool *exists,
                                        struct error *error);

#endif
