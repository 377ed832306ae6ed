#include "base/log.h"

#include "base/utf8.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

static struct {
    pthread_mutex_t lock;
    enum log_format format;
    enum log_level level;
    FILE *stream; /* NULL: standard error */
    void (*before)(void *context);
    void (*after)(void *context);
    void *context;
} log_state = {.lock = PTHREAD_MUTEX_INITIALIZER, .format = LOG_TEXT, .level = LOG_INFO};

static const char *const level_names[] = {"error", "warning", "info", "debug"};

void log_open(enum log_format format, enum log_level level, FILE *stream)
{
    pthread_mutex_lock(&log_state.lock);
    log_state.format = format;
    log_state.level = level;
    log_state.stream = stream;
    pthread_mutex_unlock(&log_state.lock);
}

enum log_format log_current_format(void)
{
    return log_state.format;
}

bool log_enabled(enum log_level level)
{
    return level <= log_state.level;
}

void log_set_interlude(void (*before)(void *context), void (*after)(void *context), void *context)
{
    pthread_mutex_lock(&log_state.lock);
    log_state.before = before;
    log_state.after = after;
    log_state.context = context;
    pthread_mutex_unlock(&log_state.lock);
}

/* Writes text with `quoted` characters escaped by a backslash and anything that could drive a
 * terminal or end a line as \xNN (JSON: \u00NN). */
static void write_escaped(FILE *stream, const char *text, const char *quoted)
{
    const char *at = text;
    while (*at != '\0') {
        size_t length = utf8_printable_length(at);
        if (length == 0) {
            fprintf(stream, log_state.format == LOG_JSON ? "\\u00%02x" : "\\x%02x",
                    (unsigned char)*at++);
            continue;
        }
        if (length == 1 && strchr(quoted, *at) != NULL)
            fputc('\\', stream);
        fwrite(at, 1, length, stream);
        at += length;
    }
}

/* A logfmt value is bare where it can be: no blank, quote or equals sign, and not empty. */
static void write_value(FILE *stream, const char *value)
{
    if (value[0] != '\0' && strpbrk(value, " \"=\\") == NULL) {
        write_escaped(stream, value, "");
    } else {
        fputc('"', stream);
        write_escaped(stream, value, "\"\\");
        fputc('"', stream);
    }
}

static void write_pair(FILE *stream, const char *key, const char *value)
{
    if (log_state.format == LOG_JSON) {
        fprintf(stream, ",\"%s\":\"", key);
        write_escaped(stream, value, "\"\\");
        fputc('"', stream);
    } else {
        fprintf(stream, " %s=", key);
        write_value(stream, value);
    }
}

static void write_start(FILE *stream, enum log_level level, const char *message)
{
    if (log_state.format == LOG_TEXT) {
        if (level != LOG_INFO)
            fprintf(stream, "%s: ", level_names[level]);
        write_escaped(stream, message, "");
        return;
    }
    struct timespec now;
    struct tm utc;
    char stamp[40];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t used = strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(stamp + used, sizeof stamp - used, ".%03dZ", (int)(now.tv_nsec / 1000000));
    if (log_state.format == LOG_LOGFMT)
        fprintf(stream, "time=%s level=%s", stamp, level_names[level]);
    else
        fprintf(stream, "{\"time\":\"%s\",\"level\":\"%s\"", stamp, level_names[level]);
    write_pair(stream, log_state.format == LOG_JSON ? "message" : "msg", message);
}

static void write_line(enum log_level level, const char *message, va_list fields)
{
    pthread_mutex_lock(&log_state.lock);
    FILE *stream = log_state.stream != NULL ? log_state.stream : stderr;
    if (log_state.before != NULL)
        log_state.before(log_state.context);
    flockfile(stream);
    write_start(stream, level, message);
    const char *key;
    while ((key = va_arg(fields, const char *)) != NULL) {
        const char *value = va_arg(fields, const char *);
        write_pair(stream, key, value != NULL ? value : "");
    }
    fputs(log_state.format == LOG_JSON ? "}\n" : "\n", stream);
    fflush(stream);
    funlockfile(stream);
    if (log_state.after != NULL)
        log_state.after(log_state.context);
    pthread_mutex_unlock(&log_state.lock);
}

void log_event(enum log_level level, const char *message, ...)
{
    if (!log_enabled(level))
        return;
    va_list fields;
    va_start(fields, message);
    write_line(level, message, fields);
    va_end(fields);
}

void log_write(enum log_level level, const char *format, ...)
{
    if (!log_enabled(level))
        return;
    char message[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    log_event(level, message, NULL);
}
