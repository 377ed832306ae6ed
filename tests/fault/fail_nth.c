/* A library to preload that makes the Nth call on certain files go wrong.
 *
 * Configured by the environment:
 *
 *   FAULT_PREFIX   only files whose path starts with this count
 *   FAULT_CALLS    which calls count, any of: read write sync rename open remove mkdir truncate
 *   FAULT_NTH      the number of the call that goes wrong, from 1; 0: none
 *   FAULT_ERRNO    the errno it fails with, as a number
 *   FAULT_LASTING  1: every later call of those kinds fails too (a full disk stays full)
 *   FAULT_KILL     1: the process is killed at that call instead
 *   FAULT_DELAY    microseconds every counted call takes longer
 *   FAULT_REPORT   a file that gets one line for every call that went wrong: "kind path", and a
 *                  line "slow path" for the first delayed one
 *
 * The system calls stdio makes inside libc cannot be seen from here; of stdio the calls that move
 * data are counted themselves. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum call {
    CALL_READ,
    CALL_WRITE,
    CALL_SYNC,
    CALL_RENAME,
    CALL_OPEN,
    CALL_REMOVE,
    CALL_MKDIR,
    CALL_TRUNCATE,
    CALL_COUNT
};

static const char *const call_names[CALL_COUNT] = {"read", "write",  "sync",  "rename",
                                                   "open", "remove", "mkdir", "truncate"};

static struct {
    const char *prefix;
    size_t prefix_length;
    const char *report;
    bool counted[CALL_COUNT];
    long nth;
    int errno_value;
    bool lasting;
    bool kill;
    useconds_t delay;
} fault;

static atomic_long calls;
static atomic_bool told_slow;

static long number(const char *name)
{
    const char *text = getenv(name);
    return text != NULL ? strtol(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void fault_configure(void)
{
    const char *kinds = getenv("FAULT_CALLS");
    fault.report = getenv("FAULT_REPORT");
    fault.nth = number("FAULT_NTH");
    fault.errno_value = (int)number("FAULT_ERRNO");
    fault.lasting = number("FAULT_LASTING") != 0;
    fault.kill = number("FAULT_KILL") != 0;
    fault.delay = (useconds_t)number("FAULT_DELAY");
    for (size_t i = 0; i < CALL_COUNT; i++)
        fault.counted[i] = kinds != NULL && strstr(kinds, call_names[i]) != NULL;
    const char *prefix = getenv("FAULT_PREFIX");
    fault.prefix_length = prefix != NULL ? strlen(prefix) : 0;
    fault.prefix = prefix;
}

#define REAL(name)                 \
    static __typeof__(&name) real; \
    if (real == NULL)              \
    real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static void report(const char *what, const char *path)
{
    char line[4200];
    int length = snprintf(line, sizeof line, "%s %s\n", what, path);
    if (fault.report == NULL || length < 0)
        return;
    int (*real_open)(const char *, int, ...) =
        (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
    ssize_t (*real_write)(int, const void *, size_t) =
        (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    int file = real_open(fault.report, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file >= 0) {
        (void)!real_write(file, line, (size_t)length);
        close(file);
    }
}

/* True when this call is to fail; errno is set. */
static bool fails(enum call call, const char *path)
{
    if (!fault.counted[call] || fault.prefix_length == 0 ||
        strncmp(path, fault.prefix, fault.prefix_length) != 0)
        return false;
    if (fault.delay > 0) {
        if (!atomic_exchange(&told_slow, true))
            report("slow", path);
        usleep(fault.delay);
    }
    long mine = atomic_fetch_add(&calls, 1) + 1;
    if (fault.nth == 0 || mine < fault.nth || (mine > fault.nth && !fault.lasting))
        return false;
    report(call_names[call], path);
    if (fault.kill)
        kill(getpid(), SIGKILL);
    errno = fault.errno_value;
    return true;
}

static bool file_fails(enum call call, int file)
{
    char link[64];
    char path[4096];
    int kept = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    errno = kept;
    if (length < 0)
        return false;
    path[length] = '\0';
    return fails(call, path);
}

/* Absolute form of a path that may be relative to the working directory. */
static bool path_fails(enum call call, const char *path)
{
    char whole[8192];
    if (path[0] == '/')
        return fails(call, path);
    char *here = getcwd(NULL, 0);
    snprintf(whole, sizeof whole, "%s/%s", here != NULL ? here : "", path);
    free(here);
    return fails(call, whole);
}

/* ---- reading and writing ---- */

#define FILE_CALL(kind, result, name, parameters, arguments) \
    result name parameters                                   \
    {                                                        \
        REAL(name);                                          \
        if (file_fails(kind, file))                          \
            return -1;                                       \
        return real arguments;                               \
    }

FILE_CALL(CALL_READ, ssize_t, read, (int file, void *data, size_t size), (file, data, size))
FILE_CALL(CALL_READ, ssize_t, pread, (int file, void *data, size_t size, off_t at),
          (file, data, size, at))
FILE_CALL(CALL_READ, ssize_t, pread64, (int file, void *data, size_t size, off64_t at),
          (file, data, size, at))
FILE_CALL(CALL_WRITE, ssize_t, write, (int file, const void *data, size_t size), (file, data, size))
FILE_CALL(CALL_WRITE, ssize_t, pwrite, (int file, const void *data, size_t size, off_t at),
          (file, data, size, at))
FILE_CALL(CALL_WRITE, ssize_t, pwrite64, (int file, const void *data, size_t size, off64_t at),
          (file, data, size, at))
FILE_CALL(CALL_WRITE, ssize_t, writev, (int file, const struct iovec *parts, int count),
          (file, parts, count))
FILE_CALL(CALL_SYNC, int, fsync, (int file), (file))
FILE_CALL(CALL_SYNC, int, fdatasync, (int file), (file))
FILE_CALL(CALL_TRUNCATE, int, ftruncate, (int file, off_t size), (file, size))
FILE_CALL(CALL_TRUNCATE, int, ftruncate64, (int file, off64_t size), (file, size))

/* ---- names ---- */

#define PATH_CALL(kind, name, parameters, arguments) \
    int name parameters                              \
    {                                                \
        REAL(name);                                  \
        if (path_fails(kind, path))                  \
            return -1;                               \
        return real arguments;                       \
    }

PATH_CALL(CALL_RENAME, rename, (const char *path, const char *to), (path, to))
PATH_CALL(CALL_RENAME, renameat, (int from, const char *path, int folder, const char *to),
          (from, path, folder, to))
PATH_CALL(CALL_RENAME, renameat2,
          (int from, const char *path, int folder, const char *to, unsigned flags),
          (from, path, folder, to, flags))
PATH_CALL(CALL_REMOVE, unlink, (const char *path), (path))
PATH_CALL(CALL_REMOVE, unlinkat, (int folder, const char *path, int flags), (folder, path, flags))
PATH_CALL(CALL_REMOVE, rmdir, (const char *path), (path))
PATH_CALL(CALL_REMOVE, remove, (const char *path), (path))
PATH_CALL(CALL_MKDIR, mkdir, (const char *path, mode_t mode), (path, mode))

#define MODE_ARGUMENT                                      \
    va_list rest;                                          \
    va_start(rest, flags);                                 \
    bool creates = (flags & (O_CREAT | __O_TMPFILE)) != 0; \
    mode_t mode = creates ? va_arg(rest, mode_t) : 0;      \
    va_end(rest)

int open(const char *path, int flags, ...)
{
    REAL(open);
    MODE_ARGUMENT;
    return path_fails(CALL_OPEN, path) ? -1 : real(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    REAL(open64);
    MODE_ARGUMENT;
    return path_fails(CALL_OPEN, path) ? -1 : real(path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    REAL(openat);
    MODE_ARGUMENT;
    return path_fails(CALL_OPEN, path) ? -1 : real(folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...)
{
    REAL(openat64);
    MODE_ARGUMENT;
    return path_fails(CALL_OPEN, path) ? -1 : real(folder, path, flags, mode);
}

/* ---- stdio ---- */

size_t fwrite(const void *data, size_t size, size_t count, FILE *stream)
{
    REAL(fwrite);
    return file_fails(CALL_WRITE, fileno(stream)) ? 0 : real(data, size, count, stream);
}

size_t fread(void *data, size_t size, size_t count, FILE *stream)
{
    REAL(fread);
    return file_fails(CALL_READ, fileno(stream)) ? 0 : real(data, size, count, stream);
}

int fflush(FILE *stream)
{
    REAL(fflush);
    if (stream != NULL && __fwritable(stream) && file_fails(CALL_WRITE, fileno(stream)))
        return EOF;
    return real(stream);
}

int fclose(FILE *stream)
{
    REAL(fclose);
    bool failed = __fwritable(stream) && file_fails(CALL_WRITE, fileno(stream));
    int kept = errno;
    int result = real(stream);
    if (!failed)
        return result;
    errno = kept;
    return EOF;
}
