#include "command/command.h"

#include "base/arena.h"
#include "base/settings.h"
#include "command/job.h"
#include "command/terminal_text.h"
#include "config/config.h"
#include "pipeline.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *unit_name(const struct work_unit *unit)
{
    return unit->cluster != NULL ? unit->cluster->cluster_alias : unit->bill->provider;
}

/* Files of the unit with rows in its days; slices of a file share its path and lie together. */
static int64_t count_files(const struct work_unit *unit)
{
    int64_t files = 0;
    if (unit->inventory == NULL)
        return 0;
    for (int report = 0; report < REPORT_COUNT; report++)
        for (int grain = 0; grain < GRAIN_COUNT; grain++) {
            const struct input_part *part = &unit->inventory->parts[report][grain];
            for (size_t i = 0; i < part->count; i++)
                files += i == 0 || part->slices[i].path != part->slices[i - 1].path;
        }
    return files;
}

static void print_text(const struct config *config, const struct work_unit *units, size_t count)
{
    int64_t rows = 0;
    int64_t bytes = 0;
    printf("%-5s  %-36s  %-24s  %-10s  %-10s  %5s  %14s  %9s  %s\n", "stage", "source", "name",
           "start", "end", "files", "rows", "bytes", "shard");
    for (size_t i = 0; i < count; i++) {
        const struct work_unit *unit = &units[i];
        char name[TERMINAL_TEXT];
        char number[TERMINAL_TEXT];
        char size[TERMINAL_TEXT];
        char first[CALENDAR_TEXT_SIZE];
        char last[CALENDAR_TEXT_SIZE];
        printf("%-5s  %-36s  %s  %s  %s  %5lld  %14s  %9s  %d/%d%s\n", unit->stage, unit->source,
               terminal_text_string(name, unit_name(unit), 24),
               calendar_format(unit->days.first, first), calendar_format(unit->days.last, last),
               (long long)count_files(unit), terminal_text_count(number, work_unit_rows(unit)),
               terminal_text_bytes(size, work_unit_bytes(unit)), unit->shard, config->shard_count,
               unit->inventory == NULL ? "  no input" : "");
        rows += work_unit_rows(unit);
        bytes += work_unit_bytes(unit);
    }
    char number[TERMINAL_TEXT];
    char size[TERMINAL_TEXT];
    printf("%zu unit%s, %s rows, %s\n", count, count == 1 ? "" : "s",
           terminal_text_count(number, rows), terminal_text_bytes(size, bytes));
}

static json_t *text_or_null(const char *text)
{
    json_t *string = text != NULL ? json_string(text) : NULL;
    return string != NULL ? string : json_null();
}

static json_t *unit_object(const struct work_unit *unit)
{
    char first[CALENDAR_TEXT_SIZE];
    char last[CALENDAR_TEXT_SIZE];
    struct month month = calendar_month(unit->days.first);
    char month_text[16];
    snprintf(month_text, sizeof month_text, "%04d-%02d", month.year, month.month);
    json_t *object = json_object();
    json_object_set_new(object, "stage", json_string(unit->stage));
    json_object_set_new(object, "source", json_string(unit->source));
    json_object_set_new(object, "name", text_or_null(unit_name(unit)));
    json_object_set_new(object, "month", json_string(month_text));
    json_object_set_new(object, "start", json_string(calendar_format(unit->days.first, first)));
    json_object_set_new(object, "end", json_string(calendar_format(unit->days.last, last)));
    json_object_set_new(object, "days", json_integer(unit->days.last - unit->days.first + 1));
    json_object_set_new(object, "files", json_integer(count_files(unit)));
    json_object_set_new(object, "rows", json_integer(work_unit_rows(unit)));
    json_object_set_new(object, "bytes", json_integer(work_unit_bytes(unit)));
    json_object_set_new(object, "shard", json_integer(unit->shard));
    json_object_set_new(object, "missing", text_or_null(unit->missing));
    return object;
}

static bool print_json(const struct config *config, const struct work_unit *units, size_t count,
                       struct error *error)
{
    json_t *root = json_object();
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, unit_object(&units[i]));
    json_object_set_new(root, "shards", json_integer(config->shard_count));
    json_object_set_new(root, "units", list);
    char *text = json_dumps(root, JSON_INDENT(2));
    json_decref(root);
    if (text == NULL)
        return error_set(error, ERROR_INTERNAL, "the plan cannot be written as JSON");
    printf("%s\n", text);
    free(text);
    return true;
}

/* A plan without any input is an error, like the run it stands for; one without changes is none. */
static bool check_input(const struct work_unit *units, size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++)
        if (units[i].inventory != NULL)
            return true;
    return error_set(error, ERROR_NO_INPUT, "%s",
                     count > 0 ? units[0].missing : "the configuration asks for no work");
}

static bool plan(const struct command_line *line, struct arena *arena, struct error *error)
{
    struct config config;
    struct work_unit *units;
    size_t count;
    TRY(config_load(line, arena, &config, error));
    if (config.changed) /* settings are part of what may have changed */
        TRY(job_load_settings(&config, arena, error));
    TRY(pipeline_plan(&config, arena, &units, &count, error));
    if (command_line_flag(line, OPTION_JSON))
        TRY(print_json(&config, units, count, error));
    else
        print_text(&config, units, count);
    return (config.changed && count == 0) || check_input(units, count, error);
}

bool command_plan(const struct command_line *line, struct error *error)
{
    struct arena arena;
    arena_init(&arena);
    bool done = plan(line, &arena, error);
    arena_close(&arena);
    return done;
}
