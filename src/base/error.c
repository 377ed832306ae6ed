#include "base/error.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int exit_status;
} kinds[] = {
    {"none", 0},
#define ERROR_KIND(name, status, doc) {#name, status},
#include "base/error.def"
#undef ERROR_KIND
};

/* Copies text and shows what is no printable character as \xNN, so that one message stays one line
 * of UTF-8; cuts between characters. */
static void copy_printable(char *to, size_t room, const char *from)
{
    size_t used = 0;
    while (*from != '\0' && used + 5 < room) {
        size_t length = utf8_printable_length(from);
        if (length == 0) {
            used += (size_t)snprintf(to + used, room - used, "\\x%02x", (unsigned char)*from++);
        } else {
            memcpy(to + used, from, length);
            used += length;
            from += length;
        }
    }
    to[used] = '\0';
}

bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
{
    char raw[sizeof error->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(raw, sizeof raw, format, arguments);
    va_end(arguments);
    error->kind = kind;
    copy_printable(error->message, sizeof error->message, raw);
    return false;
}

bool error_add_context(struct error *error, const char *format, ...)
{
    char context[sizeof error->message];
    char clean[sizeof error->message];
    char old[sizeof error->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(context, sizeof context, format, arguments);
    va_end(arguments);
    copy_printable(clean, sizeof clean / 2, context);
    memcpy(old, error->message, sizeof old);
    size_t used = (size_t)snprintf(error->message, sizeof error->message, "%s: ", clean);
    copy_printable(error->message + used, sizeof error->message - used, old);
    return false;
}

int error_exit_status(enum error_kind kind)
{
    return kinds[kind].exit_status;
}

const char *error_kind_name(enum error_kind kind)
{
    static char lower[sizeof kinds / sizeof kinds[0]][24];
    char *name = lower[kind];
    if (name[0] == '\0')
        for (size_t i = 0; kinds[kind].name[i] != '\0'; i++) {
            char c = kinds[kind].name[i];
            name[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
        }
    return name;
}
