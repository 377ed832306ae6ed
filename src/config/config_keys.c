#include "config/config_keys.h"

#include "base/arena.h"
#include "base/nearest.h"
#include "config/config_file.h"
#include "config/option.h"
#include "config/value.h"

#include <string.h>

/* Known paths as one list: options, fields, ignored keys. */
struct known_paths {
    size_t option; /* next one to look at */
    const char *keys;
    size_t field;
    char path[128]; /* the current one */
};

static bool known_paths_next(struct known_paths *known)
{
    const char *word;
    size_t length;
    while (known->option < OPTION_COUNT) {
        if (known->keys == NULL)
            known->keys = options[known->option].keys;
        if (option_next_word(&known->keys, &word, &length) && length < sizeof known->path) {
            memcpy(known->path, word, length);
            known->path[length] = '\0';
            return true;
        }
        known->option++;
        known->keys = NULL;
    }
    if (known->field == option_field_count)
        return false;
    snprintf(known->path, sizeof known->path, "%s", option_fields[known->field++].path);
    return true;
}

struct checker {
    const char *file;
    struct arena *arena;
    const char *ignored;
    struct error *error;
};

static bool wrong_kind(struct checker *checker, size_t line, const char *path, const char *expected,
                       const struct config_node *found)
{
    static const char *const kinds[] = {"nothing", "a single value", "a list", "a map"};
    return error_set(checker->error, ERROR_BAD_CONFIG, "%s:%zu: '%s' wants %s, not %s",
                     checker->file, line, path, expected, kinds[found->kind]);
}

/* Says which key was probably meant: one beside it that is spelt alike, or one of that very name
 * elsewhere. */
static bool unknown_key(struct checker *checker, const char *parent,
                        const struct config_entry *entry)
{
    struct nearest nearest;
    struct known_paths known = {0};
    size_t parent_length = strlen(parent);
    const char *elsewhere = NULL;
    nearest_init(&nearest, entry->key);
    while (known_paths_next(&known)) {
        const char *last = strrchr(known.path, '.');
        last = last != NULL ? last + 1 : known.path;
        if (elsewhere == NULL && strcmp(last, entry->key) == 0)
            elsewhere = arena_copy(checker->arena, known.path, strlen(known.path));
        if (strncmp(known.path, parent, parent_length) == 0 &&
            (parent_length == 0 || known.path[parent_length] == '.')) {
            const char *segment = known.path + parent_length + (parent_length > 0);
            nearest_offer(&nearest, arena_copy(checker->arena, segment, strcspn(segment, ".[")));
        }
    }
    const char *dot = parent_length > 0 ? "." : "";
    const char *hint = "";
    if (nearest.best != NULL)
        hint = arena_printf(checker->arena, "; did you mean '%s%s%s'?", parent, dot, nearest.best);
    else if (elsewhere != NULL)
        hint = arena_printf(checker->arena, "; did you mean '%s'?", elsewhere);
    else
        hint = "; `costagg help --as reference` lists the keys";
    return error_set(checker->error, ERROR_BAD_CONFIG, "%s:%zu: unknown key '%s%s%s'%s",
                     checker->file, entry->line, parent, dot, entry->key, hint);
}

static bool is_ignored(const char *path)
{
    size_t length = strlen(path);
    for (size_t i = 0; i < option_ignored_count; i++) {
        const char *ignored = option_ignored[i];
        if (strcmp(ignored, path) == 0 ||
            (strncmp(ignored, path, length) == 0 && strcmp(ignored + length, ".*") == 0))
            return true;
    }
    return false;
}

/* True when a known path continues `path` with `separator`. */
static bool continues(const char *path, const char *separator)
{
    struct known_paths known = {0};
    size_t length = strlen(path);
    while (known_paths_next(&known))
        if (strncmp(known.path, path, length) == 0 &&
            strncmp(known.path + length, separator, strlen(separator)) == 0)
            return true;
    return false;
}

static const struct option_field *find_field(const char *path)
{
    for (size_t i = 0; i < option_field_count; i++)
        if (strcmp(option_fields[i].path, path) == 0)
            return &option_fields[i];
    return NULL;
}

static bool check_text(struct checker *checker, const char *path, const struct config_node *node,
                       enum option_kind kind, const char *choices, bool secret)
{
    if (node->kind == CONFIG_NODE_NULL || node->text[0] == '\0')
        return true;
    if (value_fits(kind, choices, node->text))
        return true;
    return error_set(checker->error, ERROR_BAD_CONFIG, "%s:%zu: '%s' wants %s%s%s, not '%s'",
                     checker->file, node->line, path, option_kind_name(kind),
                     kind == OPTION_KIND_CHOICE ? " " : "",
                     kind == OPTION_KIND_CHOICE ? choices : "", secret ? "…" : node->text);
}

static bool check_option(struct checker *checker, const char *path, const struct config_node *node,
                         enum option_id id)
{
    const struct option *option = &options[id];
    bool secret = (option->traits & SECRET) != 0;
    if (node->kind == CONFIG_NODE_LIST && (option->traits & REPEATABLE) != 0) {
        for (size_t i = 0; i < node->count; i++) {
            const struct config_node *item = node->items[i].value;
            if (item->kind != CONFIG_NODE_TEXT)
                return wrong_kind(checker, item->line, path, "single values in its list", item);
            TRY(check_text(checker, path, item, option->kind, option->argument, secret));
        }
        return true;
    }
    if (node->kind == CONFIG_NODE_LIST || node->kind == CONFIG_NODE_MAP)
        return wrong_kind(checker, node->line, path,
                          arena_printf(checker->arena, "%s%s%s", option_kind_name(option->kind),
                                       option->kind == OPTION_KIND_CHOICE ? " " : "",
                                       option->kind == OPTION_KIND_CHOICE ? option->argument : ""),
                          node);
    return check_text(checker, path, node, option->kind, option->argument, secret);
}

static bool check_map(struct checker *checker, const char *path, const struct config_node *map);

static bool check_required(struct checker *checker, const char *path, const struct config_node *map)
{
    size_t length = strlen(path);
    for (size_t i = 0; i < option_field_count; i++) {
        const struct option_field *field = &option_fields[i];
        if (!field->required || strncmp(field->path, path, length) != 0 ||
            field->path[length] != '.' || strchr(field->path + length, '[') != NULL)
            continue;
        const struct config_node *value = config_node_find(map, field->path + length + 1);
        if (value == NULL || (value->kind == CONFIG_NODE_TEXT && value->text[0] == '\0' &&
                              field->kind != OPTION_KIND_TEXT))
            return error_set(checker->error, ERROR_BAD_CONFIG, "%s:%zu: '%s' is missing: %s",
                             checker->file, map->line, field->path, field->help);
    }
    return true;
}

static bool check_list(struct checker *checker, const char *path, const struct config_node *list)
{
    const char *item_path = arena_printf(checker->arena, "%s[]", path);
    const struct option_field *field = find_field(item_path);
    if (list->kind != CONFIG_NODE_LIST)
        return wrong_kind(checker, list->line, path, "a list", list);
    for (size_t i = 0; i < list->count; i++) {
        const struct config_node *item = list->items[i].value;
        if (field != NULL) {
            if (item->kind != CONFIG_NODE_TEXT)
                return wrong_kind(checker, item->line, path, "single values in its list", item);
            TRY(check_text(checker, path, item, field->kind, NULL, false));
        } else {
            if (item->kind != CONFIG_NODE_MAP)
                return wrong_kind(checker, item->line, path, "maps in its list", item);
            TRY(check_map(checker, item_path, item));
            TRY(check_required(checker, item_path, item));
        }
    }
    return true;
}

static bool check_entry(struct checker *checker, const char *parent,
                        const struct config_entry *entry)
{
    const struct config_node *node = entry->value;
    const char *path =
        arena_printf(checker->arena, "%s%s%s", parent, parent[0] != '\0' ? "." : "", entry->key);
    enum option_id id = option_by_key(path);
    const struct option_field *field = find_field(path);
    if (is_ignored(path)) {
        checker->ignored = arena_printf(checker->arena, "%s%s%s (line %zu)",
                                        checker->ignored != NULL ? checker->ignored : "",
                                        checker->ignored != NULL ? ", " : "", path, entry->line);
        return true;
    }
    bool list = continues(path, "[]");
    bool map = continues(path, ".");
    if (id == OPTION_COUNT && field == NULL && !list && !map)
        return unknown_key(checker, parent, entry);
    if (node->kind == CONFIG_NODE_NULL)
        return true;
    if (list)
        return check_list(checker, path, node);
    if (map && (node->kind == CONFIG_NODE_MAP || id == OPTION_COUNT)) {
        if (node->kind != CONFIG_NODE_MAP)
            return wrong_kind(checker, node->line, path, "a map", node);
        return check_map(checker, path, node);
    }
    if (id != OPTION_COUNT)
        return check_option(checker, path, node, id);
    if (node->kind != CONFIG_NODE_TEXT)
        return wrong_kind(checker, node->line, path, option_kind_name(field->kind), node);
    return check_text(checker, path, node, field->kind, NULL, false);
}

static bool check_map(struct checker *checker, const char *path, const struct config_node *map)
{
    for (size_t i = 0; i < map->count; i++)
        TRY(check_entry(checker, path, &map->items[i]));
    return true;
}

bool config_keys_check(const char *file, const struct config_node *root, struct arena *arena,
                       const char **ignored, struct error *error)
{
    struct checker checker = {.file = file, .arena = arena, .error = error};
    *ignored = NULL;
    TRY(check_map(&checker, "", root));
    *ignored = checker.ignored;
    return true;
}
