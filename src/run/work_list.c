#include "run/work_list.h"

#include "base/arena.h"
#include "config/config.h"
#include "run/work_unit.h"
#include "source/inventory.h"

#include <string.h>

/* Looks at a unit's input. Missing input is no failure yet: others may have some. Input that is
 * there but cannot be read is one: the result would lack it. */
static bool find_input(const struct config *config, struct arrow_store *store, bool versions,
                       struct work_unit *unit, struct arena *arena, struct error *error)
{
    struct inventory_request request = {
        .provider = unit->cluster != NULL ? PROVIDER_OCP : PROVIDER_AWS,
        .org_id = config->org_id,
        .source = unit->source,
        .period = unit->days,
        .threads = config->threads,
        .versions = versions,
    };
    struct inventory *inventory = arena_alloc(arena, sizeof *inventory);
    memcpy(request.templates, config->templates, sizeof request.templates);
    if (inventory_build(store, &request, arena, inventory, error)) {
        unit->inventory = inventory;
        return true;
    }
    if (!inventory->nothing)
        return false;
    unit->missing = arena_printf(arena, "%s", error->message);
    return true;
}

static bool is_selected(const struct config *config, const struct work_unit *unit)
{
    if (unit->bill != NULL)
        return (config->stage & STAGE_COST) != 0;
    if ((config->stage & STAGE_USAGE) == 0)
        return false;
    for (size_t i = 0; i < config->cluster_count; i++)
        if (strcmp(config->clusters[i].source, unit->source) == 0)
            return true;
    return false;
}

/* Alone, the usage stage looks at no bill, and at other clusters only for the roles of their nodes:
 * one cluster of thousands then costs no more requests than one of a few. */
static bool is_needed(const struct config *config, const struct work_unit *unit)
{
    if ((config->stage & STAGE_COST) != 0 || is_selected(config, unit))
        return true;
    return unit->cluster != NULL && !config->settings.node_roles_given;
}

bool work_list_find(const struct config *config, struct arrow_store *store, struct period days,
                    bool versions, struct arena *arena, struct work_unit **units, size_t *count,
                    struct error *error)
{
    struct work_unit *list =
        arena_alloc_array(arena, config->all_cluster_count + config->bill_count, sizeof *list);
    *count = 0;
    for (size_t i = 0; i < config->all_cluster_count; i++) {
        struct work_unit *unit = &list[(*count)++];
        const struct cluster *cluster = &config->all_clusters[i];
        *unit = (struct work_unit){"usage", cluster->source, days, .cluster = cluster};
        if (is_needed(config, unit))
            TRY(find_input(config, store, versions, unit, arena, error));
    }
    for (size_t i = 0; i < config->bill_count; i++) {
        struct work_unit *unit = &list[(*count)++];
        const struct bill *bill = &config->bills[i];
        *unit = (struct work_unit){"cost", bill->source, days, .bill = bill, .bill_number = i};
        if (is_needed(config, unit))
            TRY(find_input(config, store, versions, unit, arena, error));
    }
    *units = list;
    return true;
}

void work_list_deal(const struct config *config, struct work_unit *units, size_t count,
                    struct arena *arena)
{
    struct work_unit *selected = arena_alloc_array(arena, count, sizeof *selected);
    size_t *numbers = arena_alloc_array(arena, count, sizeof *numbers);
    size_t selected_count = 0;
    for (size_t i = 0; i < count; i++) {
        units[i].shard = -1;
        if (!is_selected(config, &units[i]))
            continue;
        numbers[selected_count] = i;
        selected[selected_count++] = units[i];
    }
    work_unit_deal(selected, selected_count, config->shard_count);
    for (size_t i = 0; i < selected_count; i++)
        units[numbers[i]].shard = selected[i].shard;
}

bool work_list_is_ours(const struct config *config, const struct work_unit *unit)
{
    return unit->shard == config->shard_index;
}
