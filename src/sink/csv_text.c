#include "sink/csv_text.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void write_all(struct csv_out *out, const char *bytes, size_t length)
{
    while (length > 0 && out->failure == 0) {
        ssize_t written = write(out->descriptor, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            out->failure = errno;
            return;
        }
        bytes += written;
        length -= (size_t)written;
    }
}

bool csv_out_flush(struct csv_out *out)
{
    write_all(out, out->buffer, out->used);
    out->used = 0;
    return out->failure == 0;
}

void csv_out_bytes(struct csv_out *out, const char *bytes, size_t length)
{
    if (length > CSV_BUFFER - out->used) {
        csv_out_flush(out);
        if (length > CSV_BUFFER) {
            write_all(out, bytes, length);
            return;
        }
    }
    memcpy(out->buffer + out->used, bytes, length);
    out->used += length;
}

static bool is_guarded(char first)
{
    return memchr("=+-@\t\r\n'", first, 8) != NULL;
}

struct text csv_unguard(struct text text)
{
    if (text.length > 1 && text.bytes[0] == '\'' && is_guarded(text.bytes[1]))
        return (struct text){text.bytes + 1, text.length - 1};
    return text;
}

/* What a byte asks for: 0 nothing, 1 quotes around the cell, 2 work of its own. */
static const unsigned char special[256] = {
    [','] = 1, ['\n'] = 1, ['\r'] = 1, ['"'] = 2, ['\0'] = 2,
};

void csv_out_text(struct csv_out *out, struct text text)
{
    if (text.bytes == NULL)
        return;
    unsigned found = text.length == 0;
    for (uint32_t i = 0; i < text.length; i++)
        found |= special[(unsigned char)text.bytes[i]];
    if (found != 0)
        csv_out_bytes(out, "\"", 1);
    if (text.length > 0 && is_guarded(text.bytes[0]))
        csv_out_bytes(out, "'", 1);
    const char *at = text.bytes, *end = text.bytes + text.length;
    if (found > 1)
        for (const char *next = at; next < end; next++) {
            if (special[(unsigned char)*next] != 2)
                continue;
            csv_out_bytes(out, at, (size_t)(next - at));
            csv_out_bytes(out, *next == '"' ? "\"\"" : "\xef\xbf\xbd", *next == '"' ? 2 : 3);
            out->replaced_nuls += *next == '\0';
            at = next + 1;
        }
    csv_out_bytes(out, at, (size_t)(end - at));
    if (found != 0)
        csv_out_bytes(out, "\"", 1);
}

const char *csv_next_record(const char *at, const char *end, size_t index, struct text *cell)
{
    *cell = (struct text){NULL, 0};
    const char *start = at;
    bool quoted = false;
    for (size_t number = 0; at < end; at++) {
        if (*at == '"') {
            quoted = !quoted;
            continue;
        }
        if (quoted || (*at != ',' && *at != '\n'))
            continue;
        if (number++ == index)
            *cell = (struct text){start, (uint32_t)(at - start)};
        start = at + 1;
        if (*at == '\n')
            return at + 1;
    }
    return NULL;
}
