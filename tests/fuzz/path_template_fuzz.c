/* Path templates and the paths they fit. Input: the template, a line feed, the path; a path that
 * was made from the template must fit it. */
#include "fuzz.h"

#include "base/arena.h"
#include "source/path_template.h"

#include <stdlib.h>
#include <string.h>

static const struct path_values values = {
    .org = "org1",
    .source = "6f0c0d3c-4bb1-4d30-9cf0-0a4f6d2f3a11",
    .month = {2025, 7},
    .report = "pod_usage",
};

static void check_template(const char *path_template, const char *path)
{
    struct arena arena;
    arena_init(&arena);
    struct error error = {0};
    struct path_pattern patterns[2];
    size_t count = 0;
    if (path_template_fill(path_template, &values, &arena, patterns, &count, &error)) {
        FUZZ_CHECK(count == 1 || count == 2);
        for (size_t i = 0; i < count; i++) {
            FUZZ_CHECK(strpbrk(patterns[i].folder, "*") == NULL);
            if (path_pattern_fits(&patterns[i], path))
                FUZZ_CHECK(strncmp(path, patterns[i].folder, strlen(patterns[i].folder)) == 0);
        }
    } else {
        fuzz_check_error(&error);
        FUZZ_CHECK(error.kind == ERROR_BAD_CONFIG);
    }
    arena_close(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *input = fuzz_string(data, size);
    char *path = strchr(input, '\n');
    if (path != NULL) {
        *path++ = '\0';
        check_template(input, path);
    }
    free(input);
    return 0;
}
