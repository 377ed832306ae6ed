#include "fuzz.h"

#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void fuzz_broken(const char *file, int line, const char *promise)
{
    fprintf(stderr, "%s:%d: broken: %s\n", file, line, promise);
    abort();
}

void fuzz_check_error(const struct error *error)
{
    FUZZ_CHECK(error->kind != ERROR_NONE);
    FUZZ_CHECK(error->message[0] != '\0');
    for (const char *at = error->message; *at != '\0'; at++)
        FUZZ_CHECK((unsigned char)*at >= 0x20 && *at != 0x7f);
    FUZZ_CHECK(utf8_is_valid(error->message, strlen(error->message)));
}

char *fuzz_string(const uint8_t *data, size_t size)
{
    char *string = malloc(size + 1);
    FUZZ_CHECK(string != NULL);
    if (size > 0)
        memcpy(string, data, size);
    string[size] = '\0';
    return string;
}
