#include "command/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail(const char *path, const char *what, const char *doing, struct error *error)
{
    return error_set(error, ERROR_NO_OUTPUT, "cannot %s the %s %s: %s", doing, what, path,
                     strerror(errno));
}

static bool write_all(int file, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(file, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

static bool write_special(const char *path, const char *what, const char *bytes, size_t length,
                          struct error *error)
{
    int file = open(path, O_WRONLY | O_CLOEXEC);
    bool done = file >= 0 && write_all(file, bytes, length);
    if (!done)
        fail(path, what, "write", error);
    if (file >= 0)
        close(file);
    return done;
}

bool whole_file_write(const char *path, const char *what, const char *bytes, size_t length,
                      struct error *error)
{
    struct stat status;
    char temporary[PATH_MAX];
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return write_special(path, what, bytes, length, error);
    int used = snprintf(temporary, sizeof temporary, "%s.%ld.tmp", path, (long)getpid());
    if (used < 0 || (size_t)used >= sizeof temporary)
        return error_set(error, ERROR_NO_OUTPUT, "the path of the %s is too long", what);
    int file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (file < 0)
        return fail(path, what, "create", error);
    bool done = write_all(file, bytes, length) && fsync(file) == 0;
    if (!done)
        fail(path, what, "write", error);
    close(file);
    if (done && rename(temporary, path) != 0)
        done = fail(path, what, "replace", error);
    if (!done)
        unlink(temporary);
    return done;
}
