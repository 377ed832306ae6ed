#include "config/config_settings.h"

#include "base/arena.h"
#include "base/settings.h"
#include "base/table.h"
#include "config/config_file.h"
#include "config/config_values.h"
#include "config/value.h"

#include <string.h>

static const struct config_node nothing = {.kind = CONFIG_NODE_LIST};

/* The list under a path; an empty one when it is absent. */
static const struct config_node *list_at(const struct config_values *values, const char *path)
{
    const struct config_node *list =
        values->root != NULL ? config_node_find(values->root, path) : NULL;
    return list != NULL ? list : &nothing;
}

static struct string_list strings(const struct config_node *list, struct arena *arena)
{
    struct string_list result = {arena_alloc_array(arena, list->count, sizeof *result.items),
                                 list->count};
    for (size_t i = 0; i < list->count; i++)
        result.items[i] = list->items[i].value->text;
    return result;
}

static bool read_id(const struct config_values *values, const struct config_node *map, int32_t *id,
                    struct error *error)
{
    const struct config_node *node = config_node_find(map, "id");
    int64_t number;
    if (node == NULL || !value_integer(node->text, &number) || number <= INTEGER_NULL ||
        number > INT32_MAX)
        return error_set(error, ERROR_BAD_CONFIG, "%s:%zu: 'id' is no 32-bit number", values->file,
                         map->line);
    *id = (int32_t)number;
    return true;
}

static bool read_categories(const struct config_values *values, struct arena *arena,
                            struct settings *settings, struct error *error)
{
    const struct config_node *list = list_at(values, "settings.cost_categories");
    settings->cost_categories =
        arena_alloc_array(arena, list->count, sizeof *settings->cost_categories);
    settings->cost_category_count = list->count;
    for (size_t i = 0; i < list->count; i++) {
        const struct config_node *map = list->items[i].value;
        settings->cost_categories[i].namespace_pattern = config_node_find(map, "namespace")->text;
        TRY(read_id(values, map, &settings->cost_categories[i].id, error));
    }
    return true;
}

static bool read_roles(const struct config_values *values, struct arena *arena,
                       struct settings *settings, struct error *error)
{
    const struct config_node *list = list_at(values, "settings.node_roles");
    settings->node_roles = arena_alloc_array(arena, list->count, sizeof *settings->node_roles);
    settings->node_role_count = list->count;
    settings->node_roles_given = list != &nothing;
    for (size_t i = 0; i < list->count; i++) {
        const struct config_node *map = list->items[i].value;
        const struct config_node *resource = config_node_find(map, "resource_id");
        const struct config_node *role = config_node_find(map, "role");
        if (strcmp(role->text, "master") != 0 && strcmp(role->text, "infra") != 0 &&
            strcmp(role->text, "worker") != 0)
            return error_set(error, ERROR_BAD_CONFIG,
                             "%s:%zu: unknown role '%s': there are master, infra and worker",
                             values->file, role->line, role->text);
        settings->node_roles[i] = (struct node_role){
            .node = config_node_find(map, "node")->text,
            .resource_id = resource != NULL ? resource->text : NULL, /* '' is no null */
            .role = role->text,
        };
    }
    return true;
}

static bool read_aliases(const struct config_values *values, struct arena *arena,
                         struct settings *settings, struct error *error)
{
    const struct config_node *list = list_at(values, "settings.account_aliases");
    settings->account_aliases =
        arena_alloc_array(arena, list->count, sizeof *settings->account_aliases);
    settings->account_alias_count = list->count;
    for (size_t i = 0; i < list->count; i++) {
        const struct config_node *map = list->items[i].value;
        settings->account_aliases[i].account_id = config_node_find(map, "account_id")->text;
        TRY(read_id(values, map, &settings->account_aliases[i].id, error));
    }
    return true;
}

bool config_settings_listed(const struct config_values *values)
{
    const struct config_node *section =
        values->root != NULL ? config_node_find(values->root, "settings") : NULL;
    if (section == NULL)
        return false;
    for (size_t i = 0; i < section->count; i++)
        if (strcmp(section->items[i].key, "from") != 0 &&
            section->items[i].value->kind != CONFIG_NODE_NULL)
            return true;
    return false;
}

bool config_settings_build(const struct config_values *values, struct arena *arena,
                           struct settings *settings, struct error *error)
{
    *settings = (struct settings){
        .enabled_ocp_keys = strings(list_at(values, "settings.enabled_tag_keys.OCP"), arena),
        .enabled_aws_keys = strings(list_at(values, "settings.enabled_tag_keys.AWS"), arena),
        .disabled_ocp_keys = strings(list_at(values, "settings.disabled_tag_keys.OCP"), arena),
        .disabled_aws_keys = strings(list_at(values, "settings.disabled_tag_keys.AWS"), arena),
    };
    TRY(read_categories(values, arena, settings, error));
    TRY(read_roles(values, arena, settings, error));
    return read_aliases(values, arena, settings, error);
}
