/* Which files of a folder belong to a table, and what their folders say about them.
 *
 * A file belongs to a table when a folder on its way, or its own name without ending, is the
 * table's name, with or without "managed_" before and "_p" behind it (as the tables of other
 * engines are called). Where no file carries any table's name, all of them may: `unnamed` says so,
 * and the reader decides by their columns. Hidden and temporary files (a part beginning with '.'
 * or '_') are left out. Folders key=value are read in any order and spelling that is about:
 * source= or source_uuid=, year=, month= (7 or 07), day=. */
#ifndef COSTAGG_RESULT_RESULT_FILES_H
#define COSTAGG_RESULT_RESULT_FILES_H

#include "base/error.h"
#include "base/table.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct arrow_store;
struct result_scope;

struct result_file {
    const char *path;   /* below the store's root */
    const char *source; /* of its folder, lower case; NULL: not said */
    int year;           /* 0: not said; so the two below */
    int month;
    int day;
};

struct result_files {
    struct result_file *files;
    size_t count;
    bool unnamed; /* no file below the root names any table */
};

/* Lists the files with that ending (".parquet") of a table; arrays in `arena`. */
MUST_CHECK bool result_files_list(struct arrow_store *store, const char *ending,
                                  const struct table *table, struct arena *arena,
                                  struct result_files *files, struct error *error);

/* False when the file's folders say that it has no row of the scope. */
bool result_file_in_scope(const struct result_file *file, const struct result_scope *scope);

#endif
