/* `costagg watch`: `costagg run --changed` as a service.
 *
 * Every interval it looks at the listing of the input (run/input_listing.h) and, where there is a
 * reason (command/watch_schedule.h), makes a pass: reads the configuration anew, so that changed
 * settings, renewed passwords and a period of the last days take effect, and runs what has changed.
 * A pass that fails is logged and counted. A service that is told to stop has done its duty: the
 * unit at work is rolled back and the exit status is 0. */
#include "command/command.h"

#include "base/arena.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "command/job.h"
#include "command/progress.h"
#include "command/run_metrics.h"
#include "command/status_server.h"
#include "command/watch_schedule.h"
#include "command/whole_file.h"
#include "config/config.h"
#include "pipeline.h"
#include "result/run_summary.h"
#include "run/input_listing.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum outcome { PASS_CHANGED, PASS_UNCHANGED, PASS_FAILED, OUTCOMES };

static const char *const outcome_names[OUTCOMES] = {"changed", "unchanged", "failed"};

struct watch {
    const struct command_line *line;
    struct status_server *server; /* NULL: none */
    struct watch_schedule schedule;
    long long passes[OUTCOMES];
    double last_success; /* seconds since 1970; 0: never */
    int64_t last_look;
    int64_t last_end;
    int status;                /* of the last pass */
    char *figures;             /* of the last run that had something to do; NULL: none yet */
    struct run_observer inner; /* of the progress of a pass */
};

/* ---- the pages ---- */

static void print_counters(FILE *stream, const struct watch *watch)
{
    fputs("# HELP costagg_watch_passes_total Passes by what became of them\n"
          "# TYPE costagg_watch_passes_total counter\n",
          stream);
    for (int i = 0; i < OUTCOMES; i++)
        fprintf(stream, "costagg_watch_passes_total{outcome=\"%s\"} %lld\n", outcome_names[i],
                watch->passes[i]);
    fprintf(stream,
            "# HELP costagg_watch_failures_in_a_row Passes that failed since the last good one, "
            "for a reason that may pass\n"
            "# TYPE costagg_watch_failures_in_a_row gauge\n"
            "costagg_watch_failures_in_a_row %d\n"
            "# HELP costagg_watch_last_look_timestamp_seconds When the input was last listed\n"
            "# TYPE costagg_watch_last_look_timestamp_seconds gauge\n"
            "costagg_watch_last_look_timestamp_seconds %lld\n",
            watch->schedule.failures, (long long)watch->last_look);
}

static void print_health(FILE *stream, const struct watch *watch)
{
    fputs("ok\n", stream);
    if (watch->status != 0)
        fprintf(stream, "the last pass failed with status %d, see the log\n", watch->status);
}

/* Shows how things stand, over HTTP and in the metrics file (NULL: none). */
static bool publish(struct watch *watch, const char *metrics_file, struct error *error)
{
    char *metrics = NULL, *health = NULL;
    size_t length = 0, health_length = 0;
    FILE *stream = open_memstream(&metrics, &length);
    FILE *health_stream = open_memstream(&health, &health_length);
    if (stream == NULL || health_stream == NULL)
        return error_set(error, ERROR_INTERNAL, "out of memory");
    run_metrics_print_times(stream, watch->last_success, watch->last_end, watch->status);
    print_counters(stream, watch);
    if (watch->figures != NULL)
        fputs(watch->figures, stream);
    print_health(health_stream, watch);
    bool done = fclose(stream) == 0;
    done = fclose(health_stream) == 0 && done;
    if (done) {
        status_server_set(watch->server, metrics, health);
        if (metrics_file != NULL)
            done = whole_file_write(metrics_file, "metrics file", metrics, length, error);
    } else {
        error_set(error, ERROR_INTERNAL, "out of memory");
    }
    free(metrics);
    free(health);
    return done;
}

static void keep_figures(struct watch *watch, const struct run_summary *summary)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    if (stream == NULL)
        return;
    run_metrics_print_figures(stream, summary);
    if (fclose(stream) == 0) {
        free(watch->figures);
        watch->figures = text;
    } else {
        free(text);
    }
}

/* ---- a pass ---- */

static void unit_begins(void *context, const char *stage, const char *name, struct period days,
                        int64_t rows, int64_t bytes)
{
    struct watch *watch = context;
    status_server_beat(watch->server);
    watch->inner.unit_begins(watch->inner.context, stage, name, days, rows, bytes);
}

static void count(void *context, int64_t rows, int64_t bytes)
{
    struct watch *watch = context;
    status_server_beat(watch->server);
    watch->inner.progress(watch->inner.context, rows, bytes);
}

static void unit_ends(void *context)
{
    struct watch *watch = context;
    status_server_beat(watch->server);
    watch->inner.unit_ends(watch->inner.context);
}

static bool run_changed(struct watch *watch, const struct config *config, struct arena *arena,
                        struct run_summary *summary, struct error *error)
{
    struct progress progress;
    const struct run_observer observer = {watch, unit_begins, count, unit_ends};
    progress_open(&progress, PROGRESS_NEVER);
    watch->inner = progress.observer;
    bool done = pipeline_run(config, &observer, arena, summary, error);
    progress_close(&progress);
    return done && job_check_money(config, summary, error);
}

static void say_done(const struct run_summary *summary)
{
    char units[24], usage[24], costs[24], seconds[24];
    snprintf(units, sizeof units, "%zu", summary->unit_count);
    snprintf(usage, sizeof usage, "%lld", (long long)summary->usage_rows_out);
    snprintf(costs, sizeof costs, "%lld", (long long)summary->cost_rows_out);
    snprintf(seconds, sizeof seconds, "%.2f", summary->total_seconds);
    log_event(LOG_INFO, "pass done", "units", units, "usage_rows", usage, "cost_rows", costs,
              "seconds", seconds, NULL);
}

/* Runs, and writes the report where one is wanted and there was something to do. */
static bool run_pass(struct watch *watch, const struct config *config, struct arena *arena,
                     enum outcome *outcome, struct error *error)
{
    struct run_summary *summary = arena_alloc(arena, sizeof *summary); /* the arena closes it */
    struct run_outcome ended = {.failure = error, .began = (int64_t)time(NULL)};
    struct error unwritten = {0};
    run_summary_open(summary, arena);
    bool done = run_changed(watch, config, arena, summary, error);
    *outcome = !done ? PASS_FAILED : summary->unit_count > 0 ? PASS_CHANGED : PASS_UNCHANGED;
    if (*outcome == PASS_UNCHANGED) {
        log_write(LOG_INFO, "nothing has changed");
        return true;
    }
    keep_figures(watch, summary);
    if (done)
        say_done(summary);
    ended.status = job_exit_status(error);
    ended.ended = (int64_t)time(NULL);
    if (config->report_file != NULL &&
        !run_report_write(config->report_file, config, summary, &ended, &unwritten))
        log_write(LOG_ERROR, "%s", unwritten.message);
    return done;
}

/* Looks, and runs where there is a reason to; `outcome` is OUTCOMES when there is none. */
static bool look(struct watch *watch, struct config *config, struct arena *arena,
                 enum outcome *outcome, struct error *error)
{
    struct input_listing listing = {.fingerprint = ""};
    *outcome = PASS_FAILED;
    config->changed = true;
    bool done =
        job_load_settings(config, arena, error) && input_listing_look(config, &listing, error);
    watch->last_look = (int64_t)time(NULL);
    if (done &&
        !watch_schedule_wants_run(&watch->schedule, listing.fingerprint, watch->last_look)) {
        *outcome = OUTCOMES;
        return true;
    }
    done = done && run_pass(watch, config, arena, outcome, error);
    watch_schedule_note_run(&watch->schedule, listing.fingerprint, listing.is_settled, error->kind,
                            (int64_t)time(NULL));
    return done;
}

static void note_pass(struct watch *watch, enum outcome outcome, const struct error *failure)
{
    watch->last_end = (int64_t)time(NULL);
    watch->passes[outcome]++;
    watch->status = job_exit_status(failure);
    if (outcome != PASS_FAILED)
        watch->last_success = (double)watch->last_end;
    else
        log_event(LOG_ERROR, failure->message, "kind", error_kind_name(failure->kind), NULL);
}

/* One look and its consequences. False only to end the service: when it was told to stop, or the
 * configuration of the first pass is wrong. */
static bool make_pass(struct watch *watch, struct arena *service, struct error *error)
{
    struct config config;
    struct arena arena;
    struct error failure = {0};
    enum outcome outcome = PASS_FAILED;
    arena_init(&arena);
    bool first = watch->last_end == 0;
    bool loaded = config_load(watch->line, &arena, &config, &failure);
    bool going = loaded || !first;
    if (loaded)
        watch->schedule.interval_seconds = config.interval_seconds;
    if (loaded && first && config.listen != NULL)
        going = status_server_open(arena_printf(service, "%s", config.listen), service,
                                   &watch->server, &failure);
    if (going && loaded && look(watch, &config, &arena, &outcome, &failure) &&
        outcome == OUTCOMES && watch->status == 0)
        watch->last_success = (double)watch->last_look; /* looked, and all is as it should be */
    if (failure.kind == ERROR_INTERRUPTED)
        going = false;
    if (going && outcome != OUTCOMES)
        note_pass(watch, outcome, &failure);
    struct error unpublished = {0};
    if (going && !publish(watch, loaded ? config.metrics_file : NULL, &unpublished))
        log_write(LOG_ERROR, "%s", unpublished.message);
    arena_close(&arena);
    *error = failure;
    return going;
}

/* ---- the service ---- */

static void pause_seconds(struct watch *watch, int seconds)
{
    const struct timespec tick = {0, 200000000};
    for (int64_t ticks = (int64_t)seconds * 5; ticks > 0 && interrupt_requested() == 0; ticks--) {
        status_server_beat(watch->server);
        nanosleep(&tick, NULL);
    }
}

static bool serve(struct watch *watch, struct arena *arena, struct error *error)
{
    while (interrupt_requested() == 0 && make_pass(watch, arena, error))
        pause_seconds(watch, watch_schedule_pause(&watch->schedule));
    if (interrupt_requested() == 0)
        return false;
    log_event(LOG_INFO, "stopped", "by", interrupt_requested() == SIGTERM ? "SIGTERM" : "SIGINT",
              NULL);
    *error = (struct error){0};
    return true;
}

bool command_watch(const struct command_line *line, struct error *error)
{
    struct arena arena;
    struct watch watch = {.line = line};
    arena_init(&arena);
    bool done = serve(&watch, &arena, error);
    arena_close(&arena);
    free(watch.figures);
    return done;
}
