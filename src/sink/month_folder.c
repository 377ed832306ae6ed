#include "sink/month_folder.h"

#include "base/arena.h"
#include "base/interrupt.h"
#include "sink/sink_kind.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

const char *month_folder_path(const struct table *table, const struct sink_scope *scope,
                              struct arena *arena)
{
    struct month month = calendar_month(scope->days.first);
    return arena_printf(arena, "%s/source=%s/year=%04d/month=%02d", table->name, scope->source,
                        month.year, month.month);
}

static bool make_folders(const char *path, struct arena *arena, struct error *error)
{
    char *part = arena_copy(arena, path, strlen(path));
    for (char *at = part + 1;; at++) {
        char end = *at;
        if (end != '/' && end != '\0')
            continue;
        *at = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return error_set(error, ERROR_NO_OUTPUT, "cannot make the folder %s: %s", part,
                             strerror(errno));
        if (end == '\0')
            return true;
        *at = end;
    }
}

static void close_folder(void *resource)
{
    close(((struct month_folder *)resource)->descriptor);
}

static bool lock(const struct month_folder *folder, struct error *error)
{
    enum { TRIES_A_SECOND = 10 };
    const struct timespec pause = {0, 1000000000 / TRIES_A_SECOND};
    for (int tries = 0; flock(folder->descriptor, LOCK_EX | LOCK_NB) != 0; tries++) {
        if (errno != EWOULDBLOCK)
            return true; /* a file system without such locks */
        if (tries == SINK_SAME_WORK_SECONDS * TRIES_A_SECOND)
            return error_set(error, ERROR_TRY_AGAIN,
                             "%s: another run holds the lock on it, for more than %d s: try again "
                             "later",
                             folder->path, SINK_SAME_WORK_SECONDS);
        TRY(interrupt_check(error));
        nanosleep(&pause, NULL);
    }
    return true;
}

static void remove_leftovers(const struct month_folder *folder)
{
    DIR *listing = opendir(folder->path);
    if (listing == NULL)
        return;
    const struct dirent *entry;
    while ((entry = readdir(listing)) != NULL)
        if (strncmp(entry->d_name, ".costagg.", strlen(".costagg.")) == 0)
            unlinkat(folder->descriptor, entry->d_name, 0);
    closedir(listing);
}

bool month_folder_open(const char *root, const struct table *table, const struct sink_scope *scope,
                       struct arena *arena, struct month_folder *folder, struct error *error)
{
    folder->path = arena_printf(arena, "%s/%s", root, month_folder_path(table, scope, arena));
    TRY(make_folders(folder->path, arena, error));
    folder->descriptor = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->descriptor < 0)
        return error_set(error, ERROR_NO_OUTPUT, "cannot open the folder %s: %s", folder->path,
                         strerror(errno));
    arena_on_close(arena, close_folder, folder);
    TRY(lock(folder, error));
    remove_leftovers(folder);
    return true;
}

bool month_folder_sync(const struct month_folder *folder, struct error *error)
{
    /* Some file systems cannot sync a folder and say EINVAL. */
    if (fsync(folder->descriptor) != 0 && errno != EINVAL)
        return error_set(error, ERROR_NO_OUTPUT, "%s: %s", folder->path, strerror(errno));
    return true;
}

bool month_folder_check_root(const char *root, struct arena *arena, bool *exists,
                             struct error *error)
{
    char *path = arena_copy(arena, root, strlen(root));
    struct stat status;
    *exists = stat(path, &status) == 0;
    while (stat(path, &status) != 0) {
        char *slash = strrchr(path, '/');
        if (slash == NULL)
            path = arena_copy(arena, ".", 1);
        else
            slash[slash == path ? 1 : 0] = '\0';
    }
    if (!S_ISDIR(status.st_mode))
        return error_set(error, ERROR_NO_OUTPUT, "%s is a file, not a folder", path);
    if (access(path, W_OK | X_OK) != 0)
        return error_set(error, ERROR_NO_OUTPUT, "cannot write in the folder %s: %s", path,
                         strerror(errno));
    return true;
}
