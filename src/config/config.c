#include "config/config.h"

#include "base/arena.h"
#include "base/log.h"
#include "config/command_line.h"
#include "config/config_places.h"
#include "config/config_settings.h"
#include "config/config_shard.h"
#include "config/config_sources.h"
#include "config/config_templates.h"
#include "config/config_values.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* ---- what to say ---- */

static void open_log(const struct config_values *values, struct config *config)
{
    config->log_format = (enum log_format)config_values_choice(values, OPTION_LOG_FORMAT, LOG_TEXT);
    config->log_level = (enum log_level)config_values_choice(values, OPTION_LOG_LEVEL, LOG_INFO);
    log_open(config->log_format, config->log_level, NULL);
    if (values->ignored != NULL)
        log_event(LOG_WARNING, "keys without meaning here were ignored", "file", values->file,
                  "keys", values->ignored, NULL);
}

static bool build_messages(const struct config_values *values, struct config *config,
                           struct error *error)
{
    config->progress =
        (enum progress_mode)config_values_choice(values, OPTION_PROGRESS, PROGRESS_AUTO);
    config->metrics_file = config_values_text(values, OPTION_METRICS_FILE);
    config->report_file = config_values_text(values, OPTION_REPORT_FILE);
    config->interval_seconds = config_values_seconds(values, OPTION_INTERVAL, 300);
    config->listen = config_values_text(values, OPTION_LISTEN);
    if (config->interval_seconds < 1)
        return config_values_fail(values, OPTION_INTERVAL, error, "at least a second");
    return true;
}

/* ---- which days ---- */

static bool whole_month(const struct config_values *values, struct period *period,
                        struct error *error)
{
    int64_t year = config_values_integer(values, OPTION_YEAR, 0);
    int64_t month = config_values_integer(values, OPTION_MONTH, 0);
    if (config_values_text(values, OPTION_YEAR) == NULL)
        return config_values_fail(values, OPTION_MONTH, error, "a month without ocp.year");
    if (config_values_text(values, OPTION_MONTH) == NULL)
        return config_values_fail(values, OPTION_YEAR, error, "a year without ocp.month");
    if (year < 1970 || year > 9999)
        return config_values_fail(values, OPTION_YEAR, error, "no year: %lld", (long long)year);
    if (month < 1 || month > 12)
        return config_values_fail(values, OPTION_MONTH, error, "no month: %lld", (long long)month);
    *period = calendar_period_of_month((struct month){(int)year, (int)month});
    return true;
}

/* A period of --last-days moves with the clock, so a service and a nightly job need no dates. */
static bool last_days(const struct config_values *values, struct period *period,
                      struct error *error)
{
    enum { MOST_DAYS = 3660 };
    int64_t days = config_values_integer(values, OPTION_LAST_DAYS, 0);
    if (days < 1 || days > MOST_DAYS)
        return config_values_fail(values, OPTION_LAST_DAYS, error,
                                  "wants a number from 1 to %d, not %lld", MOST_DAYS,
                                  (long long)days);
    period->last = (int32_t)(time(NULL) / 86400);
    period->first = period->last - (int32_t)days + 1;
    return true;
}

/* Do the last days count, or dates that were given closer by (a flag beats the file)? */
static bool wants_last_days(const struct config_values *values, bool *wanted, struct error *error)
{
    static const enum option_id others[] = {OPTION_START, OPTION_END, OPTION_YEAR, OPTION_MONTH};
    enum value_origin origin = values->of[OPTION_LAST_DAYS].origin;
    *wanted = config_values_given(values, OPTION_LAST_DAYS);
    for (size_t i = 0; *wanted && i < sizeof others / sizeof others[0]; i++) {
        const struct config_value *other = &values->of[others[i]];
        if (other->origin == origin)
            return config_values_fail(values, OPTION_LAST_DAYS, error,
                                      "the period is given by %s too: keep one", other->place);
        *wanted = other->origin < origin;
    }
    return true;
}

static bool build_period(const struct config_values *values, bool required, struct config *config,
                         struct error *error)
{
    const char *start = config_values_text(values, OPTION_START);
    const char *end = config_values_text(values, OPTION_END);
    bool month = config_values_text(values, OPTION_YEAR) != NULL ||
                 config_values_text(values, OPTION_MONTH) != NULL;
    config->period = (struct period){0, -1};
    bool relative;
    TRY(wants_last_days(values, &relative, error));
    if (relative)
        return last_days(values, &config->period, error);
    if ((start == NULL || end == NULL) && month)
        TRY(whole_month(values, &config->period, error));
    else if ((start == NULL) != (end == NULL))
        return config_values_fail(values, start != NULL ? OPTION_START : OPTION_END, error,
                                  "the %s day is missing: give --start and --end",
                                  start != NULL ? "last" : "first");
    else if (start == NULL && required)
        return error_set(error, ERROR_BAD_CONFIG,
                         "no period: give --start and --end, --last-days, the key 'period', or "
                         "COSTAGG_START and COSTAGG_END");
    if ((start != NULL && !calendar_parse(start, &config->period.first)) ||
        (end != NULL && !calendar_parse(end, &config->period.last)))
        return error_set(error, ERROR_INTERNAL, "a date that was checked is none");
    if ((start != NULL || end != NULL) && config->period.last < config->period.first) {
        char first[CALENDAR_TEXT_SIZE];
        char last[CALENDAR_TEXT_SIZE];
        return config_values_fail(values, end != NULL ? OPTION_END : OPTION_START, error,
                                  "the end %s is before the start %s",
                                  calendar_format(config->period.last, last),
                                  calendar_format(config->period.first, first));
    }
    return true;
}

static bool build_work_to_do(const struct config_values *values, bool required,
                             struct config *config, struct error *error)
{
    static const enum config_stage stages[] = {STAGE_USAGE, STAGE_COST, STAGE_ALL};
    config->org_id = config_values_text(values, OPTION_ORG_ID);
    if (config->org_id == NULL && required)
        return error_set(error, ERROR_BAD_CONFIG,
                         "no organisation: give --org-id, the key 'org_id', or COSTAGG_ORG_ID");
    if (config->org_id != NULL && strchr(config->org_id, '/') != NULL)
        return config_values_fail(values, OPTION_ORG_ID, error, "'/' cannot be part of an id");
    config->changed = config_values_boolean(values, OPTION_CHANGED);
    config->stage = stages[config_values_choice(values, OPTION_STAGE, 2)];
    TRY(build_period(values, required, config, error));
    return config_shard_build(values, config, error);
}

/* ---- by which rules ---- */

static bool build_weights(const struct config_values *values, struct config *config,
                          struct error *error)
{
    static const enum option_id clouds[][2] = {
        {OPTION_WEIGHT_AWS_CPU, OPTION_WEIGHT_AWS_MEMORY},
        {OPTION_WEIGHT_AZURE_CPU, OPTION_WEIGHT_AZURE_MEMORY},
        {OPTION_WEIGHT_GCP_CPU, OPTION_WEIGHT_GCP_MEMORY},
    };
    for (size_t i = 0; i < sizeof clouds / sizeof clouds[0]; i++) {
        bool cpu_given = config_values_given(values, clouds[i][0]);
        bool memory_given = config_values_given(values, clouds[i][1]);
        double cpu = config_values_number(values, clouds[i][0]);
        double memory = config_values_number(values, clouds[i][1]);
        if (cpu_given && !memory_given)
            memory = 1 - cpu;
        if (memory_given && !cpu_given)
            cpu = 1 - memory;
        if (cpu < 0 || memory < 0 || fabs(cpu + memory - 1) > 1e-9)
            return config_values_fail(values, clouds[i][cpu_given ? 0 : 1], error,
                                      "the weights of CPU and memory are not negative and add up "
                                      "to 1, not %g and %g",
                                      cpu, memory);
        if (i == 0) {
            config->cost_rules.cpu_weight = cpu;
            config->cost_rules.memory_weight = memory;
        }
    }
    return true;
}

/* Settings come from the database where there is one and the file lists none, as the concept
 * paper's program does it. */
static bool build_settings(const struct config_values *values, struct arena *arena,
                           struct config *config, struct error *error)
{
    bool listed = config_settings_listed(values);
    int otherwise =
        !listed && config_places_have_server(values) ? SETTINGS_POSTGRESQL : SETTINGS_INLINE;
    config->settings_from =
        (enum settings_from)config_values_choice(values, OPTION_SETTINGS_FROM, otherwise);
    config->settings_location = "postgresql:";
    for (size_t i = config->outputs.count; i > 0; i--)
        if (strncmp(config->outputs.items[i - 1], "postgres", 8) == 0)
            config->settings_location = config->outputs.items[i - 1];
    if (config->settings_from == SETTINGS_POSTGRESQL && listed)
        return config_values_fail(
            values, OPTION_SETTINGS_FROM, error,
            "settings come from PostgreSQL but are listed here too: keep one");
    return config_settings_build(values, arena, &config->settings, error);
}

static bool build_rules(const struct config_values *values, struct arena *arena,
                        struct config *config, struct error *error)
{
    config->cost_rules.markup = config_values_number(values, OPTION_MARKUP);
    config->cost_rules.distribution =
        (enum cost_distribution)config_values_choice(values, OPTION_DISTRIBUTION, 0);
    config->cost_rules.non_csi_to_namespace =
        config_values_choice(values, OPTION_NON_CSI_STORAGE, 0) == 1;
    config->rollups = config_values_boolean(values, OPTION_ROLLUPS);
    config->strict = config_values_boolean(values, OPTION_STRICT);
    config->dry_run = config_values_boolean(values, OPTION_DRY_RUN);
    config->explain = config_values_text(values, OPTION_EXPLAIN);
    TRY(build_weights(values, config, error));
    return build_settings(values, arena, config, error);
}

/* ---- how ---- */

/* Processors this process may use: its affinity, or less where its control group has a quota. */
static int processors(void)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    FILE *quota = fopen("/sys/fs/cgroup/cpu.max", "re");
    if (quota != NULL) {
        double allowed;
        double period;
        if (fscanf(quota, "%lf %lf", &allowed, &period) == 2 && period > 0 &&
            ceil(allowed / period) < count)
            count = (int)ceil(allowed / period);
        fclose(quota);
    }
    return count > 0 ? count : 1;
}

static bool build_performance(const struct config_values *values, struct config *config,
                              struct error *error)
{
    int64_t threads = config_values_integer(values, OPTION_THREADS, 0);
    if (config_values_given(values, OPTION_THREADS) && (threads < 1 || threads > 1024))
        return config_values_fail(values, OPTION_THREADS, error,
                                  "wants a number from 1 to 1024, not %lld", (long long)threads);
    config->threads = threads > 0 ? (int)threads : processors();
    config->use_streaming =
        (enum streaming)config_values_choice(values, OPTION_USE_STREAMING, STREAMING_AUTO);
    config->chunk_size = config_values_integer(values, OPTION_CHUNK_SIZE, 100000);
    if (config->chunk_size < 1 || config->chunk_size > 100000000)
        return config_values_fail(values, OPTION_CHUNK_SIZE, error,
                                  "wants a number from 1 to 100000000");
    config->use_bulk_copy = config_values_boolean(values, OPTION_USE_BULK_COPY);
    config->memory_limit = config_values_integer(values, OPTION_MEMORY_LIMIT, 0);
    return true;
}

static bool load(const struct command_line *line, bool required, struct arena *arena,
                 struct config *config, struct error *error)
{
    struct config_values values;
    *config = (struct config){0};
    TRY(config_values_load(line, arena, &values, error));
    open_log(&values, config);
    config->file = values.file;
    TRY(build_work_to_do(&values, required, config, error));
    TRY(config_places_build(&values, required, arena, config, error));
    TRY(build_rules(&values, arena, config, error));
    TRY(config_sources_build(&values, required, arena, config, error));
    config_templates_build(&values, arena, config);
    TRY(build_performance(&values, config, error));
    return build_messages(&values, config, error);
}

bool config_load(const struct command_line *line, struct arena *arena, struct config *config,
                 struct error *error)
{
    return load(line, true, arena, config, error);
}

bool config_load_places(const struct command_line *line, struct arena *arena, struct config *config,
                        struct error *error)
{
    return load(line, false, arena, config, error);
}
