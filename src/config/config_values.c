#include "config/config_values.h"

#include "base/arena.h"
#include "config/command_line.h"
#include "config/config_file.h"
#include "config/config_keys.h"
#include "config/value.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

bool config_values_fail(const struct config_values *values, enum option_id id, struct error *error,
                        const char *format, ...)
{
    const struct config_value *value = &values->of[id];
    char message[sizeof error->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return error_set(error, value->origin == ORIGIN_FLAG ? ERROR_USAGE : ERROR_BAD_CONFIG, "%s: %s",
                     value->place != NULL ? value->place : options[id].keys, message);
}

static bool check_kind(const struct config_values *values, enum option_id id, struct error *error)
{
    const struct option *option = &options[id];
    const struct config_value *value = &values->of[id];
    for (size_t i = 0; i < value->count; i++)
        if (!value_fits(option->kind, option->argument, value->texts[i]))
            return config_values_fail(values, id, error, "wants %s%s%s, not '%s'",
                                      option_kind_name(option->kind),
                                      option->kind == OPTION_KIND_CHOICE ? " " : "",
                                      option->kind == OPTION_KIND_CHOICE ? option->argument : "",
                                      (option->traits & SECRET) != 0 ? "…" : value->texts[i]);
    return true;
}

static void set_one(struct config_value *value, struct arena *arena, const char *text,
                    enum value_origin origin, const char *place)
{
    value->texts = arena_alloc_array(arena, 1, sizeof *value->texts);
    value->texts[0] = text;
    value->count = 1;
    value->origin = origin;
    value->place = place;
}

static void take_standard(struct config_values *values, struct arena *arena, enum option_id id)
{
    if (options[id].standard != NULL)
        set_one(&values->of[id], arena, options[id].standard, ORIGIN_STANDARD, "default");
}

static void take_node(struct config_values *values, struct arena *arena, enum option_id id,
                      const char *path, const struct config_node *node)
{
    struct config_value *value = &values->of[id];
    const char *place = arena_printf(arena, "%s:%zu: %s", values->file, node->line, path);
    if (node->kind == CONFIG_NODE_TEXT && node->text[0] != '\0') {
        set_one(value, arena, node->text, ORIGIN_FILE, place);
    } else if (node->kind == CONFIG_NODE_LIST && node->count > 0) {
        value->texts = arena_alloc_array(arena, node->count, sizeof *value->texts);
        value->count = node->count;
        value->origin = ORIGIN_FILE;
        value->place = place;
        for (size_t i = 0; i < node->count; i++)
            value->texts[i] = node->items[i].value->text;
    }
}

/* An option may have several keys; saying it twice in one file leaves open what is meant. */
static bool take_file(struct config_values *values, struct arena *arena, enum option_id id,
                      struct error *error)
{
    const char *cursor = options[id].keys;
    const char *word;
    size_t length;
    const char *first = NULL;
    while (values->root != NULL && option_next_word(&cursor, &word, &length)) {
        const char *path = arena_copy(arena, word, length);
        const struct config_node *node = config_node_find(values->root, path);
        if (node == NULL || node->kind == CONFIG_NODE_MAP)
            continue;
        if (first != NULL)
            return error_set(error, ERROR_BAD_CONFIG,
                             "%s:%zu: '%s' and '%s' are names of the same thing: keep one",
                             values->file, node->line, path, first);
        first = path;
        take_node(values, arena, id, path, node);
    }
    return true;
}

static void take_environment(struct config_values *values, struct arena *arena, enum option_id id)
{
    const char *cursor = options[id].environment;
    const char *word;
    size_t length;
    while (option_next_word(&cursor, &word, &length)) {
        const char *name = arena_copy(arena, word, length);
        const char *text = getenv(name);
        /* Kubernetes sets POSTGRES_PORT=tcp://… for a service that is called postgres. */
        bool link = options[id].kind == OPTION_KIND_INTEGER && text != NULL &&
                    strncmp(text, "tcp://", 6) == 0;
        if (text == NULL || text[0] == '\0' || link)
            continue;
        struct config_value *value = &values->of[id];
        set_one(value, arena, text, ORIGIN_ENVIRONMENT, name);
        if ((options[id].traits & REPEATABLE) == 0)
            return;
        /* Several, separated by blanks. */
        value->texts = arena_alloc_array(arena, strlen(text), sizeof *value->texts);
        value->count = 0;
        while (option_next_word(&text, &word, &length))
            value->texts[value->count++] = arena_copy(arena, word, length);
        return;
    }
}

static void take_flags(struct config_values *values, struct arena *arena, enum option_id id,
                       const struct command_line *line)
{
    struct config_value *value = &values->of[id];
    const char **texts = arena_alloc_array(arena, line->given_count, sizeof *texts);
    size_t count = 0;
    for (size_t i = 0; i < line->given_count; i++)
        if (line->given[i].option == id)
            texts[count++] = line->given[i].text;
    if (count == 0)
        return;
    bool all = (options[id].traits & REPEATABLE) != 0;
    value->texts = all ? texts : texts + count - 1;
    value->count = all ? count : 1;
    value->origin = ORIGIN_FLAG;
    value->place = arena_printf(arena, "--%s", options[id].flag);
}

static bool take_all(struct config_values *values, struct arena *arena, enum option_id id,
                     const struct command_line *line, struct error *error)
{
    take_standard(values, arena, id);
    TRY(take_file(values, arena, id, error));
    take_environment(values, arena, id);
    take_flags(values, arena, id, line);
    return check_kind(values, id, error);
}

/* `output: {to: […], mode: shadow}` is another way to write `output: […]` and `output_mode:
 * shadow`: the map's keys stand where the list's would. */
static const struct config_node *lift_output(const struct config_node *root, struct arena *arena)
{
    const struct config_node *output = config_node_find(root, "output");
    if (output == NULL || output->kind != CONFIG_NODE_MAP)
        return root;
    struct config_node *lifted = arena_alloc(arena, sizeof *lifted);
    *lifted = *root;
    lifted->items = arena_alloc_array(arena, root->count + output->count, sizeof *lifted->items);
    lifted->count = 0;
    for (size_t i = 0; i < root->count; i++) {
        if (root->items[i].value != output) {
            lifted->items[lifted->count++] = root->items[i];
            continue;
        }
        for (size_t o = 0; o < output->count; o++) {
            struct config_entry entry = output->items[o];
            if (strcmp(entry.key, "to") == 0)
                entry.key = "output";
            else
                entry.key = arena_printf(arena, "output_%s", entry.key);
            lifted->items[lifted->count++] = entry;
        }
    }
    return lifted;
}

bool config_values_load(const struct command_line *line, struct arena *arena,
                        struct config_values *values, struct error *error)
{
    *values = (struct config_values){0};
    TRY(take_all(values, arena, OPTION_CONFIG, line, error));
    values->file = config_values_text(values, OPTION_CONFIG);
    if (values->file != NULL) {
        TRY(config_file_read(values->file, arena, &values->root, error));
        values->root = lift_output(values->root, arena);
        TRY(config_keys_check(values->file, values->root, arena, &values->ignored, error));
    }
    for (int id = 0; id < OPTION_COUNT; id++)
        TRY(take_all(values, arena, (enum option_id)id, line, error));
    return true;
}

bool config_values_given(const struct config_values *values, enum option_id id)
{
    return values->of[id].origin > ORIGIN_STANDARD;
}

const char *config_values_text(const struct config_values *values, enum option_id id)
{
    const struct config_value *value = &values->of[id];
    return value->count > 0 ? value->texts[value->count - 1] : NULL;
}

int64_t config_values_integer(const struct config_values *values, enum option_id id,
                              int64_t otherwise)
{
    const char *text = config_values_text(values, id);
    int64_t value = otherwise;
    bool valid =
        text == NULL || (options[id].kind == OPTION_KIND_SIZE ? value_size(text, &value)
                                                              : value_integer(text, &value));
    assert(valid);
    (void)valid;
    return value;
}

double config_values_number(const struct config_values *values, enum option_id id)
{
    const char *text = config_values_text(values, id);
    double value = 0;
    bool valid = text == NULL || value_number(text, &value);
    assert(valid);
    (void)valid;
    return value;
}

bool config_values_boolean(const struct config_values *values, enum option_id id)
{
    const char *text = config_values_text(values, id);
    bool value = false;
    bool valid = text == NULL || value_boolean(text, &value);
    assert(valid);
    (void)valid;
    return value;
}

int config_values_choice(const struct config_values *values, enum option_id id, int otherwise)
{
    const char *text = config_values_text(values, id);
    int index = otherwise;
    bool valid = text == NULL || value_choice(text, options[id].argument, &index);
    assert(valid);
    (void)valid;
    return index;
}

int config_values_seconds(const struct config_values *values, enum option_id id, int otherwise)
{
    const char *text = config_values_text(values, id);
    int seconds = otherwise;
    bool valid = text == NULL || value_duration(text, &seconds);
    assert(valid);
    (void)valid;
    return seconds;
}
