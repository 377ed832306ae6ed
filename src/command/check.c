#include "command/command.h"

#include "base/arena.h"
#include "command/job.h"
#include "command/terminal_text.h"
#include "config/config.h"
#include "pipeline.h"
#include "sink/sink.h"

#include <stdio.h>
#include <string.h>

enum { CHECK_WIDTH = 50 };

/* One look at everything: what fails is said and the next thing is looked at, so that an operator
 * learns all there is to mend at once. The first failure decides the exit status. */
struct checking {
    struct config config;
    struct arena *arena;
    int checks;
    int failures;
    struct error first;
};

static void say(struct checking *checking, const char *what, const char *found)
{
    char text[TERMINAL_TEXT];
    checking->checks++;
    printf("ok      %s  %s\n", terminal_text_string(text, what, CHECK_WIDTH), found);
}

static void say_failure(struct checking *checking, const char *what, const struct error *error)
{
    char text[TERMINAL_TEXT];
    checking->checks++;
    if (checking->failures++ == 0)
        checking->first = *error;
    printf("FAILED  %s  %s\n", terminal_text_string(text, what, CHECK_WIDTH), error->message);
}

static const char *set_or_not(const char *secret)
{
    return secret != NULL ? "set" : "not set";
}

static void check_configuration(struct checking *checking)
{
    const struct config *config = &checking->config;
    char first[CALENDAR_TEXT_SIZE];
    char last[CALENDAR_TEXT_SIZE];
    say(checking, "configuration",
        arena_printf(checking->arena, "%s: organisation %s, %s to %s, %zu cluster%s, %zu bill%s",
                     config->file != NULL ? config->file : "no file", config->org_id,
                     calendar_format(config->period.first, first),
                     calendar_format(config->period.last, last), config->cluster_count,
                     config->cluster_count == 1 ? "" : "s", config->bill_count,
                     config->bill_count == 1 ? "" : "s"));
    say(checking, "secrets",
        arena_printf(checking->arena,
                     "S3 access key %s, secret key %s, session token %s; PostgreSQL password %s",
                     set_or_not(config->s3.access_key), set_or_not(config->s3.secret_key),
                     set_or_not(config->s3.session_token),
                     set_or_not(config->postgresql.password)));
}

static void check_settings(struct checking *checking)
{
    struct error error = {0};
    const struct settings *settings = &checking->config.settings;
    bool inline_settings = checking->config.settings_from == SETTINGS_INLINE;
    if (!job_load_settings(&checking->config, checking->arena, &error)) {
        say_failure(checking, "settings", &error);
        return;
    }
    say(checking, "settings",
        arena_printf(checking->arena,
                     "%s: %zu OpenShift and %zu AWS keys, %zu cost categories, %s, %zu account "
                     "aliases",
                     inline_settings ? "inline" : "from PostgreSQL",
                     settings->enabled_ocp_keys.count, settings->enabled_aws_keys.count,
                     settings->cost_category_count,
                     settings->node_roles_given ? arena_printf(checking->arena, "%zu node roles",
                                                               settings->node_role_count)
                                                : "node roles from the data",
                     settings->account_alias_count));
}

static void check_unit(struct checking *checking, const struct work_unit *unit)
{
    char rows[TERMINAL_TEXT];
    char bytes[TERMINAL_TEXT];
    char day[CALENDAR_TEXT_SIZE];
    calendar_format(unit->days.first, day);
    const char *what =
        arena_printf(checking->arena, "%s %.7s %s", unit->stage, day,
                     unit->cluster != NULL ? unit->cluster->cluster_alias : unit->source);
    if (unit->inventory == NULL) {
        struct error error;
        error_set(&error, ERROR_NO_INPUT, "%s", unit->missing);
        say_failure(checking, what, &error);
        return;
    }
    say(checking, what,
        arena_printf(checking->arena, "%zu files, %s rows of the period, %s (%s)",
                     unit->inventory->file_count, terminal_text_count(rows, work_unit_rows(unit)),
                     terminal_text_bytes(bytes, work_unit_bytes(unit)),
                     unit->inventory->convention));
}

static void check_input(struct checking *checking)
{
    struct error error = {0};
    struct work_unit *units;
    size_t count;
    if (!pipeline_plan(&checking->config, checking->arena, &units, &count, &error)) {
        say_failure(checking, "input", &error);
        return;
    }
    for (size_t i = 0; i < count; i++)
        check_unit(checking, &units[i]);
}

static void check_output(struct checking *checking, const char *location, const char *what)
{
    struct error error = {0};
    struct sink *sink;
    const char *found;
    /* Borrowed by the sink until its arena is closed. */
    struct sink_options *how = arena_alloc(checking->arena, sizeof *how);
    *how = (struct sink_options){
        .s3 = &checking->config.s3,
        .postgresql_login = &checking->config.postgresql,
        .postgresql_schema = checking->config.output_schema,
        .postgresql_timeout_seconds = checking->config.postgresql_timeout_seconds,
        .bulk_copy = checking->config.use_bulk_copy,
    };
    if (!sink_open(location, how, checking->arena, &sink, &error) ||
        !sink_check(sink, checking->arena, &found, &error)) {
        say_failure(checking, what, &error);
        return;
    }
    say(checking, what, arena_printf(checking->arena, "%s: %s", sink_location(sink), found));
}

static void check_outputs(struct checking *checking)
{
    const struct config *config = &checking->config;
    for (size_t i = 0; i < config->outputs.count; i++)
        check_output(checking, config->outputs.items[i],
                     arena_printf(checking->arena, "output %zu", i + 1));
    if (config->state_given || config->stage != STAGE_ALL)
        check_output(checking, arena_printf(checking->arena, "parquet:%s", config->state), "state");
}

static bool check(const struct command_line *line, struct arena *arena, struct error *error)
{
    struct checking checking = {.arena = arena};
    TRY(config_load(line, arena, &checking.config, error));
    check_configuration(&checking);
    check_settings(&checking);
    check_input(&checking);
    check_outputs(&checking);
    if (checking.failures == 0)
        return true;
    *error = checking.first;
    if (checking.failures > 1)
        return error_add_context(error, "%d of %d checks failed, the first", checking.failures,
                                 checking.checks);
    return false;
}

bool command_check(const struct command_line *line, struct error *error)
{
    struct arena arena;
    arena_init(&arena);
    bool done = check(line, &arena, error);
    arena_close(&arena);
    return done;
}
