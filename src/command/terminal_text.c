#include "command/terminal_text.h"

#include "base/utf8.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Puts commas between groups of three digits before the point. */
static char *group(char text[TERMINAL_TEXT], const char *plain)
{
    size_t used = 0;
    size_t digits = strspn(plain + (plain[0] == '-'), "0123456789");
    if (plain[0] == '-')
        text[used++] = *plain++;
    for (; digits > 0 && used + 2 < TERMINAL_TEXT; digits--) {
        text[used++] = *plain++;
        if (digits > 1 && digits % 3 == 1)
            text[used++] = ',';
    }
    snprintf(text + used, TERMINAL_TEXT - used, "%s", plain);
    return text;
}

char *terminal_text_count(char text[TERMINAL_TEXT], int64_t count)
{
    char plain[32];
    snprintf(plain, sizeof plain, "%lld", (long long)count);
    return group(text, plain);
}

char *terminal_text_number(char text[TERMINAL_TEXT], double number, int decimals)
{
    char plain[TERMINAL_TEXT / 2];
    /* What rounds to nothing has no sign. */
    if (fabs(number) < 0.5 * pow(10, -decimals))
        number = 0;
    snprintf(plain, sizeof plain, fabs(number) < 1e40 ? "%.*f" : "%.*e", decimals, number);
    return group(text, plain);
}

char *terminal_text_bytes(char text[TERMINAL_TEXT], int64_t bytes)
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
    double value = (double)bytes;
    size_t unit = 0;
    while (value >= 999.5 && unit + 1 < sizeof units / sizeof units[0]) {
        value /= 1000;
        unit++;
    }
    snprintf(text, TERMINAL_TEXT, unit > 0 && value < 9.95 ? "%.1f %s" : "%.0f %s", value,
             units[unit]);
    return text;
}

/* Copies at most `width` characters; returns how many there were. */
static int copy_shown(char text[TERMINAL_TEXT], size_t *used, const char *name, int width)
{
    int shown = 0;
    while (*name != '\0' && shown < width && *used + 8 < TERMINAL_TEXT) {
        size_t length = utf8_printable_length(name);
        if (length == 0) {
            text[(*used)++] = '?';
            name++;
        } else {
            memcpy(text + *used, name, length);
            *used += length;
            name += length;
        }
        shown++;
    }
    return *name != '\0' ? width + 1 : shown;
}

char *terminal_text_string(char text[TERMINAL_TEXT], const char *name, int width)
{
    size_t used = 0;
    int shown = copy_shown(text, &used, name, width);
    if (shown > width) {
        used = 0;
        copy_shown(text, &used, name, width - 1);
        memcpy(text + used, "…", strlen("…"));
        used += strlen("…");
        shown = width;
    }
    for (; shown < width && used + 1 < TERMINAL_TEXT; shown++)
        text[used++] = ' ';
    text[used] = '\0';
    return text;
}

char *terminal_text_name(char text[TERMINAL_TEXT], struct text name, int width)
{
    char terminated[TERMINAL_TEXT];
    if (name.bytes == NULL)
        return terminal_text_string(text, "(none)", width);
    /* A NUL within is a control character like others. */
    size_t length = name.length < sizeof terminated ? name.length : sizeof terminated - 1;
    for (size_t i = 0; i < length; i++)
        terminated[i] = name.bytes[i] != '\0' ? name.bytes[i] : '\x01';
    terminated[length] = '\0';
    return terminal_text_string(text, terminated, width);
}
