/* The configuration file and single values: read, or refused in one line that names the place. */
#include "fuzz.h"

#include "base/arena.h"
#include "config/config_file.h"
#include "config/value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Aliases share nodes, so a small file can be a huge tree: `left` bounds the walk. */
static void walk(const struct config_node *node, int depth, int *left)
{
    FUZZ_CHECK(depth < 10000);
    if (node->kind == CONFIG_NODE_TEXT)
        FUZZ_CHECK(strlen(node->text) < 1 << 20);
    for (size_t i = 0; i < node->count && (*left)-- > 0; i++) {
        FUZZ_CHECK((node->items[i].key != NULL) == (node->kind == CONFIG_NODE_MAP));
        walk(node->items[i].value, depth + 1, left);
    }
}

static void check_values(const char *text)
{
    struct arena arena;
    arena_init(&arena);
    int64_t number = 0, bytes = 0;
    int seconds = 0, index = 0, count = 0;
    double real = 0;
    bool truth;
    const char *uuid;
    value_integer(text, &number);
    value_boolean(text, &truth);
    if (value_number(text, &real))
        FUZZ_CHECK(isfinite(real));
    if (value_size(text, &bytes))
        FUZZ_CHECK(bytes >= 0);
    if (value_duration(text, &seconds))
        FUZZ_CHECK(seconds >= 0);
    if (value_shard(text, &index, &count))
        FUZZ_CHECK(index >= 0 && index < count);
    if (value_uuid(text, &arena, &uuid))
        FUZZ_CHECK(strlen(uuid) == 36);
    arena_close(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_string(data, size);
    struct arena arena;
    arena_init(&arena);
    struct error error = {0};
    const struct config_node *root;
    if (config_file_parse("fuzz.yaml", text, size, &arena, &root, &error)) {
        FUZZ_CHECK(root->kind == CONFIG_NODE_MAP);
        int left = 1000;
        walk(root, 0, &left);
        config_node_find(root, "period.start");
    } else {
        fuzz_check_error(&error);
        FUZZ_CHECK(strncmp(error.message, "fuzz.yaml", 9) == 0);
    }
    if (size < 100)
        check_values(text);
    arena_close(&arena);
    free(text);
    return 0;
}
