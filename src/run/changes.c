#include "run/changes.h"

#include "arrow/bridge.h"
#include "base/arena.h"
#include "config/config.h"
#include "result/result.h"
#include "run/role_mark.h"
#include "run/work_unit.h"

#include <string.h>

/* The places that hold marks, open for reading. */
struct places {
    struct result **results; /* NULL: nothing is there yet */
    size_t count;
};

static bool is_ours(const struct config *config, const struct work_unit *unit)
{
    return unit->shard == config->shard_index;
}

static bool open_place(const struct config *config, const char *location, struct arena *arena,
                       struct result **result, struct error *error)
{
    struct result_options *options = arena_alloc(arena, sizeof *options);
    *options = (struct result_options){.s3 = &config->s3,
                                       .login = &config->postgresql,
                                       .postgresql_schema = config->output_schema};
    if (result_open(location, options, arena, result, error))
        return true;
    *result = NULL;
    if (error->kind != ERROR_NO_INPUT)
        return false;
    *error = (struct error){0}; /* a first run */
    return true;
}

/* The outputs, and for a usage stage the state it leaves. */
static bool open_places(const struct config *config, struct arena *arena, struct places *places,
                        struct error *error)
{
    places->results = arena_alloc_array(arena, config->outputs.count + 1, sizeof(struct result *));
    for (places->count = 0; places->count < config->outputs.count; places->count++)
        TRY(open_place(config, config->outputs.items[places->count], arena,
                       &places->results[places->count], error));
    if (config->stage != STAGE_USAGE)
        return true;
    return open_place(config, arena_printf(arena, "parquet:%s", config->state), arena,
                      &places->results[places->count++], error);
}

static bool has_marks(struct result *result, bool *has, struct error *error)
{
    struct result_table described;
    *has = false;
    if (result == NULL)
        return true;
    TRY(result_describe(result, &input_mark_table, &described, error));
    *has = described.found;
    return true;
}

static bool look_for_marks(const struct config *config, struct arena *arena, bool *keeps,
                           struct error *error)
{
    for (size_t i = 0; i < config->outputs.count && !*keeps; i++) {
        struct result *result;
        if (open_place(config, config->outputs.items[i], arena, &result, error) &&
            has_marks(result, keeps, error))
            continue;
        if (error->kind == ERROR_UNREACHABLE || error->kind == ERROR_TRY_AGAIN)
            return false;
        *error = (struct error){0};
    }
    return true;
}

bool changes_keep_marks(const struct config *config, bool *keeps, struct error *error)
{
    struct arena arena;
    *keeps = config->changed;
    if (config->dry_run)
        return true;
    arena_init(&arena);
    bool done = look_for_marks(config, &arena, keeps, error);
    arena_close(&arena);
    return done;
}

static bool read_marks(struct result *result, const struct work_unit *unit, struct arena *arena,
                       struct input_marks *marks, struct error *error)
{
    if (result != NULL)
        return input_marks_read(result, unit->stage, unit->source, unit->days, arena, marks, error);
    *marks = input_marks_open(unit->days, arena);
    return true;
}

/* ---- what there is now ---- */

/* With --stage cost: the usage is what its own stage has left, whatever the input is by now. */
static bool read_state_marks(struct changes *changes, struct arena *arena, struct error *error)
{
    const struct config *config = changes->config;
    struct result *state;
    TRY(open_place(config, arena_printf(arena, "parquet:%s", config->state), arena, &state, error));
    for (size_t i = 0; i < changes->count; i++)
        if (changes->units[i].cluster != NULL)
            TRY(read_marks(state, &changes->units[i], arena, &changes->of[i].now, error));
    return true;
}

/* State of an older version has no marks, so nothing is known of it. */
static bool is_unmarked(const struct input_marks *marks)
{
    for (int32_t day = 0; day <= marks->days.last - marks->days.first; day++)
        if (marks->of[day].files > 0)
            return false;
    return true;
}

/* Derived roles come from all clusters, so every cluster counts; else those of the bill. */
static bool bill_depends_on(const struct config *config, const struct bill *bill,
                            const struct cluster *cluster)
{
    if (!config->settings.node_roles_given)
        return true;
    for (size_t i = 0; i < bill->cluster_count; i++)
        if (bill->clusters[i] == cluster)
            return true;
    return false;
}

static void mark_cost_unit(struct changes *changes, size_t number, struct arena *arena)
{
    const struct work_unit *unit = &changes->units[number];
    const struct input_marks **list = arena_alloc_array(arena, changes->count, sizeof *list);
    size_t count = 0;
    for (size_t i = 0; i < changes->count; i++) {
        const struct work_unit *usage = &changes->units[i];
        if (usage->cluster == NULL || !bill_depends_on(changes->config, unit->bill, usage->cluster))
            continue;
        list[count++] = &changes->of[i].now;
        if (usage->inventory != NULL && is_unmarked(&changes->of[i].now))
            changes->of[number].unknown = true;
    }
    char depends[FINGERPRINT_SIZE];
    input_marks_digest(list, count, depends);
    changes->of[number].now = input_marks_build(changes->config, unit, depends, arena);
}

static bool mark_units(struct changes *changes, struct arena *arena, struct error *error)
{
    const struct config *config = changes->config;
    if (config->stage == STAGE_COST)
        TRY(read_state_marks(changes, arena, error));
    for (size_t i = 0; i < changes->count; i++)
        if (changes->units[i].cluster != NULL && config->stage != STAGE_COST)
            changes->of[i].now = input_marks_build(config, &changes->units[i], NULL, arena);
    for (size_t i = 0; i < changes->count; i++)
        if (changes->units[i].bill != NULL)
            mark_cost_unit(changes, i, arena);
    return true;
}

/* ---- what is due ---- */

static size_t count_days(struct period days)
{
    return (size_t)(days.last - days.first) + 1;
}

static void set_all(struct unit_changes *unit)
{
    for (size_t day = 0; day < count_days(unit->now.days); day++)
        unit->due[day] = true;
}

static bool any_due(const struct unit_changes *unit)
{
    for (size_t day = 0; day < count_days(unit->now.days); day++)
        if (unit->due[day])
            return true;
    return false;
}

static bool same_roles(const char *left, const char *right)
{
    return left == NULL || right == NULL ? left == right : strcmp(left, right) == 0;
}

/* Days on which a place holds another mark than the input now, or than the first place. */
static void compare(struct unit_changes *unit, const struct input_marks *recorded)
{
    for (size_t day = 0; day < count_days(unit->now.days); day++)
        if (!day_mark_equal(&unit->now.of[day], &recorded->of[day]) ||
            !same_roles(unit->recorded.of[day].roles, recorded->of[day].roles))
            unit->due[day] = true;
}

static bool compare_with_places(struct changes *changes, const struct places *places, size_t number,
                                struct arena *arena, struct error *error)
{
    struct unit_changes *unit = &changes->of[number];
    for (size_t i = 0; i < places->count; i++) {
        struct input_marks recorded;
        TRY(read_marks(places->results[i], &changes->units[number], arena, &recorded, error));
        if (i == 0)
            unit->recorded = recorded;
        compare(unit, &recorded);
    }
    if (unit->unknown || (changes->units[number].bill != NULL && any_due(unit)))
        set_all(unit);
    return true;
}

/* Places are closed again before the run writes to them: a snapshot that stays open would stand in
 * the way. */
static bool compare_all(struct changes *changes, struct arena *arena, struct error *error)
{
    struct places places;
    struct arena reading;
    arena_init(&reading);
    bool done = open_places(changes->config, &reading, &places, error);
    for (size_t i = 0; done && i < changes->count; i++)
        if (is_ours(changes->config, &changes->units[i]) && changes->units[i].inventory != NULL)
            done = compare_with_places(changes, &places, i, arena, error);
    arena_close(&reading);
    return done;
}

bool changes_find(const struct config *config, struct work_unit *units, size_t count,
                  struct period days, struct arena *arena, struct changes *changes,
                  struct error *error)
{
    *changes = (struct changes){config, units, count,
                                arena_alloc_array(arena, count, sizeof *changes->of)};
    TRY(mark_units(changes, arena, error));
    for (size_t i = 0; i < count; i++) {
        changes->of[i].recorded = input_marks_open(days, arena);
        changes->of[i].due = arena_alloc_array(arena, count_days(days), sizeof(bool));
        if (is_ours(config, &units[i]) && !config->changed)
            set_all(&changes->of[i]);
    }
    return !config->changed || compare_all(changes, arena, error);
}

bool changes_any(const struct changes *changes, size_t unit)
{
    return any_due(&changes->of[unit]);
}

void changes_check_roles(struct changes *changes, const struct node_role_table *roles,
                         struct arena *arena)
{
    if (!changes->config->changed)
        return;
    const struct role_index *index = role_index_build(roles, arena);
    for (size_t i = 0; i < changes->count; i++) {
        struct unit_changes *unit = &changes->of[i];
        if (changes->units[i].cluster == NULL || !is_ours(changes->config, &changes->units[i]))
            continue;
        for (size_t day = 0; day < count_days(unit->now.days); day++)
            if (!role_mark_holds(unit->recorded.of[day].roles, index))
                unit->due[day] = true;
    }
}

bool changes_next_stretch(const struct unit_changes *unit, int32_t *next, struct period *stretch,
                          bool *due)
{
    struct period days = unit->now.days;
    if (*next > days.last)
        return false;
    *due = unit->due[*next - days.first];
    stretch->first = *next;
    while (*next <= days.last && unit->due[*next - days.first] == *due)
        ++*next;
    stretch->last = *next - 1;
    return true;
}
