#include "command/command.h"

#include "base/arena.h"
#include "base/log.h"
#include "command/job.h"
#include "command/progress.h"
#include "command/run_metrics.h"
#include "command/run_report.h"
#include "command/run_text.h"
#include "config/config.h"
#include "pipeline.h"
#include "result/run_summary.h"

#include <stdio.h>
#include <time.h>

/* The files are written whatever became of the run; its own failure is the one that counts. */
static bool write_files(const struct config *config, const struct run_summary *summary,
                        const struct run_outcome *outcome, struct error *error)
{
    if (config->report_file != NULL)
        TRY(run_report_write(config->report_file, config, summary, outcome, error));
    if (config->metrics_file != NULL)
        TRY(run_metrics_write(config->metrics_file, summary, outcome, error));
    return true;
}

static bool run_job(const struct config *config, struct arena *arena, struct run_summary *summary,
                    struct error *error)
{
    struct progress progress;
    progress_open(&progress, config->progress);
    bool done = pipeline_run(config, &progress.observer, arena, summary, error);
    progress_close(&progress);
    if (!done)
        return false;
    if (config->changed && summary->unit_count == 0) {
        puts("Nothing has changed since the last run.");
        return true;
    }
    run_text_print(stdout, config, summary);
    return job_check_money(config, summary, error);
}

static bool run(const struct command_line *line, struct arena *arena, struct error *error)
{
    struct config config;
    struct run_summary *summary = arena_alloc(arena, sizeof *summary); /* the arena closes it */
    struct error unwritten = {0};
    struct run_outcome outcome = {.failure = error, .began = (int64_t)time(NULL)};
    run_summary_open(summary, arena);
    TRY(config_load(line, arena, &config, error));
    summary->period = config.period;
    bool done = job_load_settings(&config, arena, error) && run_job(&config, arena, summary, error);
    outcome.status = job_exit_status(error);
    outcome.ended = (int64_t)time(NULL);
    if (write_files(&config, summary, &outcome, &unwritten))
        return done;
    if (done)
        *error = unwritten;
    else
        log_write(LOG_ERROR, "%s", unwritten.message);
    return false;
}

bool command_run(const struct command_line *line, struct error *error)
{
    struct arena arena;
    arena_init(&arena);
    bool done = run(line, &arena, error);
    arena_close(&arena);
    return done;
}
