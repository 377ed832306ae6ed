#include "command/command.h"

#include "attribute/reconciliation.h"
#include "base/arena.h"
#include "command/job.h"
#include "command/progress.h"
#include "command/run_text.h"
#include "config/config.h"
#include "pipeline.h"
#include "result/run_summary.h"

#include <stdio.h>

/* Attributes once more without writing, and shows where every amount of the bills went. */
static bool reconcile(const struct command_line *line, struct arena *arena, struct error *error)
{
    struct config config;
    struct run_summary *summary = arena_alloc(arena, sizeof *summary); /* the arena closes it */
    struct progress progress;
    run_summary_open(summary, arena);
    TRY(job_load(line, arena, &config, error));
    if (config.bill_count == 0)
        return error_set(error, ERROR_BAD_CONFIG, "no bill to reconcile: list one under 'bills'");
    config.dry_run = true;
    config.rollups = false;
    progress_open(&progress, config.progress);
    bool done = pipeline_run(&config, &progress.observer, arena, summary, error);
    progress_close(&progress);
    TRY(done);
    size_t open = 0;
    for (size_t i = 0; i < summary->bill_count; i++) {
        const struct bill_summary *bill = &summary->bills[i];
        bool closes = reconciliation_closes(bill->sums);
        printf("%sbill %s %s\n", i > 0 ? "\n" : "", bill->bill->provider, bill->bill->source);
        run_text_print_reconciliation(stdout, bill->sums);
        printf("%s\n", closes ? "The sums close." : "THE SUMS DO NOT CLOSE.");
        open += !closes;
    }
    if (open > 0)
        return error_set(error, ERROR_DIFFERENT, "the sums of %zu of %zu bills do not close", open,
                         summary->bill_count);
    return true;
}

bool command_reconcile(const struct command_line *line, struct error *error)
{
    struct arena arena;
    arena_init(&arena);
    bool done = reconcile(line, &arena, error);
    arena_close(&arena);
    return done;
}
