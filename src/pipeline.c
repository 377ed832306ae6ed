#include "pipeline.h"

#include "aggregate/usage_fold.h"
#include "arrow/bridge.h"
#include "attribute/notices.h"
#include "attribute/reconciliation.h"
#include "base/arena.h"
#include "base/log.h"
#include "config/config.h"
#include "result/run_summary.h"
#include "run/changes.h"
#include "run/cost_stage.h"
#include "run/role_search.h"
#include "run/rollups.h"
#include "run/usage_spool.h"
#include "run/usage_stage.h"
#include "run/usage_state.h"
#include "run/work_list.h"

#include <string.h>

/* ---- one month ---- */

struct month_work {
    struct run *run;
    struct period days;
    struct work_unit *units; /* clusters first, then bills */
    size_t count;
    struct changes changes; /* which of their days are to be run */
    struct usage_rules rules;
    struct usage_spool *spool; /* NULL: no bill is attributed */
    bool *in_spool;            /* by cluster: its days are in the spool */
    size_t done;               /* units that had input */
    struct error missing;      /* of the first bill, or else cluster, without */
};

static void note_missing(struct month_work *month, const struct work_unit *unit)
{
    log_write(LOG_WARNING, "%s", unit->missing);
    if (month->missing.kind == ERROR_NONE || unit->bill != NULL)
        error_set(&month->missing, ERROR_NO_INPUT, "%s", unit->missing);
}

/* Has the unit, one of ours, days to be run? */
static bool is_due(const struct month_work *month, size_t unit)
{
    return work_list_is_ours(month->run->config, &month->units[unit]) &&
           changes_any(&month->changes, unit);
}

/* Does a bill of ours need this cluster's days? */
static bool is_on_our_bill(const struct month_work *month, const struct cluster *cluster)
{
    for (size_t i = 0; i < month->count; i++) {
        const struct bill *bill = month->units[i].bill;
        if (bill == NULL || !is_due(month, i) || month->units[i].inventory == NULL)
            continue;
        for (size_t c = 0; c < bill->cluster_count; c++)
            if (bill->clusters[c] == cluster)
                return true;
    }
    return false;
}

static bool has_bill_of_ours(const struct month_work *month)
{
    for (size_t i = 0; i < month->count; i++)
        if (month->units[i].bill != NULL && is_due(month, i))
            return true;
    return false;
}

static bool has_usage_of_ours(const struct month_work *month)
{
    for (size_t i = 0; i < month->count; i++)
        if (is_due(month, i))
            return true;
    return false;
}

static bool find_roles(const struct month_work *month, struct node_role_table *roles,
                       struct error *error)
{
    const struct settings *settings = &month->run->config->settings;
    if (settings->node_roles_given) {
        node_role_table_load(roles, settings);
        return true;
    }
    for (size_t i = 0; i < month->count; i++)
        if (month->units[i].cluster != NULL && month->units[i].inventory != NULL)
            TRY(role_search_derive(month->run, month->units[i].inventory, month->days, roles,
                                   error));
    return true;
}

/* `inventory` is the part of the unit's that lies in `days`. */
static void tell_begin(const struct month_work *month, const struct work_unit *unit,
                       const char *name, struct period days, const struct inventory *inventory)
{
    const struct run_observer *observer = month->run->observer;
    if (observer != NULL && observer->unit_begins != NULL)
        observer->unit_begins(observer->context, unit->stage, name, days, inventory->rows,
                              inventory->bytes);
}

static void tell_end(const struct month_work *month)
{
    const struct run_observer *observer = month->run->observer;
    if (observer != NULL && observer->unit_ends != NULL)
        observer->unit_ends(observer->context);
}

/* With --changed a reader of the log wants to know why there is work. */
static void tell_changed(const struct month_work *month, const struct work_unit *unit,
                         struct period days, bool due)
{
    char first[CALENDAR_TEXT_SIZE], last[CALENDAR_TEXT_SIZE];
    if (month->run->config->changed)
        log_event(LOG_INFO, due ? "input or settings have changed" : "unchanged, read for a bill",
                  "stage", unit->stage, "source", unit->source, "start",
                  calendar_format(days.first, first), "end", calendar_format(days.last, last),
                  NULL);
}

/* Days of a unit that are all due, or all read only for a bill. */
static bool run_stretch(struct month_work *month, size_t number, struct period days, bool due,
                        struct usage_spool *spool, struct error *error)
{
    const struct work_unit *unit = &month->units[number];
    bool whole = days.first == month->days.first && days.last == month->days.last;
    struct arena arena;
    struct inventory inventory = *unit->inventory;
    arena_init(&arena);
    if (!whole)
        inventory_clip(unit->inventory, days, &arena, &inventory);
    const struct usage_stage stage = {
        .run = month->run,
        .rules = &month->rules,
        .cluster = unit->cluster,
        .inventory = &inventory,
        .days = days,
        .write = due,
        .marks = &month->changes.of[number].now,
        .may_be_empty = !whole,
        .spool = spool,
        .spool_cluster = number,
    };
    tell_changed(month, unit, days, due);
    tell_begin(month, unit, unit->cluster->cluster_alias, days, &inventory);
    bool done = usage_stage_run(&stage, error);
    tell_end(month);
    arena_close(&arena);
    return done;
}

static bool run_usage_unit(struct month_work *month, size_t number, struct error *error)
{
    const struct work_unit *unit = &month->units[number];
    struct usage_spool *spool = is_on_our_bill(month, unit->cluster) ? month->spool : NULL;
    int32_t next = month->days.first;
    struct period stretch;
    bool due;
    if (!work_list_is_ours(month->run->config, unit) && spool == NULL)
        return true;
    if (unit->inventory == NULL) {
        note_missing(month, unit);
        return true;
    }
    while (changes_next_stretch(&month->changes.of[number], &next, &stretch, &due))
        if (due || spool != NULL)
            TRY(run_stretch(month, number, stretch, due, spool, error));
    month->done++;
    month->in_spool[number] = spool != NULL;
    return true;
}

static bool run_usage_units(struct month_work *month, struct error *error)
{
    struct node_role_table roles;
    const struct config *config = month->run->config;
    if ((config->stage & STAGE_USAGE) == 0 ||
        (!has_usage_of_ours(month) && !config->settings.node_roles_given))
        return true;
    node_role_table_init(&roles);
    month->rules.roles = &roles;
    bool done = find_roles(month, &roles, error);
    if (done)
        changes_check_roles(&month->changes, &roles, month->run->arena);
    for (size_t i = 0; done && i < month->count; i++)
        if (month->units[i].cluster != NULL)
            done = run_usage_unit(month, i, error);
    node_role_table_close(&roles);
    return done;
}

/* With --stage cost the usage days come from the state that the usage stage left. */
static bool load_state(struct month_work *month, struct error *error)
{
    const struct config *config = month->run->config;
    for (size_t i = 0; i < month->count; i++) {
        const struct work_unit *unit = &month->units[i];
        int64_t rows = 0;
        if (unit->cluster == NULL || !is_on_our_bill(month, unit->cluster))
            continue;
        if (usage_state_load(config->state, &config->s3, unit->cluster, i, month->days,
                             month->spool, &rows, error)) {
            month->in_spool[i] = true;
            continue;
        }
        if (error->kind != ERROR_NO_INPUT || unit->inventory != NULL)
            return false;
        log_write(LOG_WARNING, "%s", error->message); /* it has no input either */
    }
    return true;
}

/* Without usage nobody would get any of the bill, and the rows that are there would go. */
static void note_no_usage(struct month_work *month, const struct work_unit *unit)
{
    struct work_unit lacking = *unit;
    lacking.missing = arena_printf(month->run->arena,
                                   "bill %s: none of its clusters has usage in %04d-%02d, so its "
                                   "costs stay as they are: %s",
                                   unit->source, calendar_month(month->days.first).year,
                                   calendar_month(month->days.first).month,
                                   month->missing.kind == ERROR_NONE ? "check its clusters"
                                                                     : month->missing.message);
    note_missing(month, &lacking);
}

static bool run_cost_unit(struct month_work *month, size_t number, struct error *error)
{
    struct run *run = month->run;
    const struct work_unit *unit = &month->units[number];
    if (unit->inventory == NULL) {
        note_missing(month, unit);
        return true;
    }
    if (!is_due(month, number)) {
        month->done++;
        return true;
    }
    bool has_usage = false;
    size_t *spool_clusters =
        arena_alloc_array(run->arena, unit->bill->cluster_count, sizeof *spool_clusters);
    for (size_t c = 0; c < unit->bill->cluster_count; c++) {
        spool_clusters[c] = (size_t)(unit->bill->clusters[c] - run->config->all_clusters);
        has_usage |= month->in_spool[spool_clusters[c]];
    }
    if (!has_usage) {
        note_no_usage(month, unit);
        return true;
    }
    const struct cost_stage stage = {
        .run = run,
        .bill = unit->bill,
        .inventory = unit->inventory,
        .days = month->days,
        .marks = run->config->rollups ? NULL : &month->changes.of[number].now,
        .spool = month->spool,
        .spool_clusters = spool_clusters,
        .summary = &run->summary->bills[unit->bill_number],
    };
    tell_changed(month, unit, month->days, true);
    tell_begin(month, unit, unit->bill->provider, month->days, unit->inventory);
    bool done = cost_stage_run(&stage, error);
    tell_end(month);
    month->done += done;
    month->changes.of[number].ran = done;
    return done;
}

static bool run_cost_units(struct month_work *month, struct error *error)
{
    for (size_t i = 0; i < month->count; i++)
        if (month->units[i].bill != NULL && work_list_is_ours(month->run->config, &month->units[i]))
            TRY(run_cost_unit(month, i, error));
    return true;
}

/* After all bills: their costs as rows of the clusters' daily summaries, and what comes of them. */
static bool write_costs_back(struct month_work *month, struct error *error)
{
    const struct config *config = month->run->config;
    for (size_t i = 0; config->rollups && i < month->count; i++) {
        const struct work_unit *unit = &month->units[i];
        if (unit->cluster != NULL && is_on_our_bill(month, unit->cluster))
            TRY(rollups_write_back(month->run, unit->cluster, month->days, error));
    }
    return true;
}

/* With rollups a bill is only done when its costs are written back, so its marks come last. */
static bool mark_bills(struct month_work *month, struct error *error)
{
    struct run *run = month->run;
    for (size_t i = 0; run->config->rollups && run->keeps_marks && i < month->count; i++) {
        const char *source = month->units[i].source;
        const struct sink_scope none = {.source = source, .days = month->days};
        const struct sink_scope scope = input_marks_scope(&none, run->arena);
        if (!month->changes.of[i].ran)
            continue;
        if (!outputs_begin(&run->outputs, &scope, error) ||
            !input_marks_write(&month->changes.of[i].now, month->days, "cost", source,
                               &run->outputs, error) ||
            !outputs_commit(&run->outputs, error)) {
            outputs_abort(&run->outputs);
            return error_add_context(error, "bill %s", source);
        }
    }
    return true;
}

static bool run_month(struct run *run, struct period days, struct error *missing, size_t *done,
                      struct error *error)
{
    const struct config *config = run->config;
    struct month_work month = {.run = run, .days = days};
    month.rules.settings = &config->settings;
    month.rules.strict = config->strict;
    month.rules.label_keys =
        label_filter_keys(&config->settings, run->arena, &month.rules.label_key_count);
    TRY(work_list_find(config, run->input, days, run_writes_marks(run), run->arena, &month.units,
                       &month.count, error));
    work_list_deal(config, month.units, month.count, run->arena);
    TRY(changes_find(config, month.units, month.count, days, run->arena, &month.changes, error));
    month.in_spool =
        arena_alloc_array(run->arena, config->all_cluster_count, sizeof *month.in_spool);
    if (has_bill_of_ours(&month))
        TRY(usage_spool_open(config->all_cluster_count, days, run->arena, &month.spool, error));
    TRY(run_usage_units(&month, error));
    if (month.spool != NULL && (config->stage & STAGE_USAGE) == 0)
        TRY(load_state(&month, error));
    TRY(run_cost_units(&month, error));
    TRY(write_costs_back(&month, error));
    TRY(mark_bills(&month, error));
    *done += month.done;
    if (missing->kind == ERROR_NONE)
        *missing = month.missing;
    return true;
}

/* ---- the run ---- */

static void close_bills(void *resource)
{
    struct run_summary *summary = resource;
    for (size_t i = 0; i < summary->bill_count; i++) {
        reconciliation_close(summary->bills[i].sums);
        attribution_notices_close(summary->bills[i].notices);
    }
}

static void open_bills(const struct config *config, struct arena *arena,
                       struct run_summary *summary)
{
    summary->bills = arena_alloc_array(arena, config->bill_count, sizeof *summary->bills);
    for (size_t i = 0; i < config->bill_count; i++) {
        struct bill_summary *bill = &summary->bills[i];
        bill->bill = &config->bills[i];
        bill->sums = arena_alloc(arena, sizeof *bill->sums);
        bill->notices = arena_alloc(arena, sizeof *bill->notices);
        reconciliation_init(bill->sums);
        attribution_notices_init(bill->notices);
    }
    summary->bill_count = config->bill_count;
    arena_on_close(arena, close_bills, summary);
}

static bool open_outputs(struct run *run, struct error *error)
{
    const struct config *config = run->config;
    const struct sink_options options = {
        .s3 = &config->s3,
        .postgresql_login = &config->postgresql,
        .postgresql_schema = config->output_schema,
        .postgresql_timeout_seconds = config->postgresql_timeout_seconds,
        .bulk_copy = config->use_bulk_copy,
    };
    if (config->dry_run)
        return true;
    TRY(outputs_open(&run->outputs, config->outputs.items, config->outputs.count, &options,
                     run->arena, error));
    if (config->stage != STAGE_USAGE)
        return true;
    const char *state = arena_printf(run->arena, "parquet:%s", config->state);
    return outputs_open(&run->state, &state, 1, &options, run->arena, error);
}

static void say_how(const struct config *config)
{
    const char *asked = config->use_streaming == STREAMING_AUTO ? "auto"
                        : config->use_streaming == STREAMING_ON ? "on"
                                                                : "off";
    log_write(config->changed ? LOG_DEBUG : LOG_INFO,
              "streaming: on (use_streaming is %s): a span of days is read, aggregated and "
              "forgotten at a time, on %d thread%s, so memory does not grow with the period",
              asked, config->threads, config->threads == 1 ? "" : "s");
}

static bool run_months(struct run *run, struct error *error)
{
    const struct config *config = run->config;
    struct period rest = config->period, days;
    struct error missing = {0};
    size_t done = 0;
    bool more = true;
    while (more) {
        more = calendar_split_month(rest, &days, &rest);
        TRY(run_month(run, days, &missing, &done, error));
    }
    bool bill_missing = missing.kind != ERROR_NONE && (config->stage & STAGE_COST) != 0 &&
                        run->summary->cost_rows_out == 0 && config->bill_count > 0 &&
                        config->shard_count == 1 && !config->changed;
    if (missing.kind != ERROR_NONE && (done == 0 || bill_missing || config->strict)) {
        *error = missing;
        return false;
    }
    return true;
}

bool pipeline_run(const struct config *config, const struct run_observer *observer,
                  struct arena *arena, struct run_summary *summary, struct error *error)
{
    struct run run = {.config = config, .arena = arena, .summary = summary, .observer = observer};
    struct arrow_counters before; /* of earlier passes of the same process */
    double began = run_clock();
    arrow_counters_read(&before);
    summary->period = config->period;
    open_bills(config, arena, summary);
    say_how(config);
    arrow_limit_memory(config->memory_limit);
    bool ok = arrow_store_open(config->input, &config->s3, false, arena, &run.input, error) &&
              open_outputs(&run, error) && changes_keep_marks(config, &run.keeps_marks, error) &&
              run_months(&run, error);
    struct arrow_counters after;
    arrow_counters_read(&after);
    summary->bytes_in = after.bytes_read - before.bytes_read;
    summary->files_opened = after.files_opened - before.files_opened;
    summary->retries = after.retries - before.retries;
    summary->total_seconds = run_clock() - began;
    summary->peak_memory_bytes = run_peak_memory();
    return ok;
}

/* A unit of which only some days are due, as one unit a stretch of days. */
static void plan_changes(const struct work_unit *unit, const struct unit_changes *changes,
                         struct arena *arena, struct work_unit *units, size_t *count)
{
    int32_t next = unit->days.first;
    struct period stretch;
    bool due;
    while (changes_next_stretch(changes, &next, &stretch, &due)) {
        if (!due)
            continue;
        struct inventory *clipped = arena_alloc(arena, sizeof *clipped);
        inventory_clip(unit->inventory, stretch, arena, clipped);
        units[*count] = *unit;
        units[*count].days = stretch;
        units[(*count)++].inventory = clipped;
    }
}

static bool plan_month(const struct config *config, struct arrow_store *store, struct period days,
                       struct arena *arena, struct work_unit *units, size_t *count,
                       struct error *error)
{
    struct work_unit *found;
    struct changes changes;
    size_t found_count;
    TRY(work_list_find(config, store, days, config->changed, arena, &found, &found_count, error));
    work_list_deal(config, found, found_count, arena);
    if (config->changed)
        TRY(changes_find(config, found, found_count, days, arena, &changes, error));
    for (size_t i = 0; i < found_count; i++)
        if (found[i].shard >= 0 && config->changed && found[i].inventory != NULL)
            plan_changes(&found[i], &changes.of[i], arena, units, count);
        else if (found[i].shard >= 0)
            units[(*count)++] = found[i];
    return true;
}

enum { MOST_STRETCHES = 16 }; /* every other day of a month */

static size_t count_months(struct period period)
{
    struct period days;
    size_t months = 1;
    while (calendar_split_month(period, &days, &period))
        months++;
    return months;
}

bool pipeline_plan(const struct config *config, struct arena *arena, struct work_unit **units,
                   size_t *count, struct error *error)
{
    struct arrow_store *store;
    struct period rest = config->period, days;
    bool more = true;
    TRY(arrow_store_open(config->input, &config->s3, false, arena, &store, error));
    size_t most = count_months(rest) * (config->all_cluster_count + config->bill_count);
    *units =
        arena_alloc_array(arena, config->changed ? most * MOST_STRETCHES : most, sizeof **units);
    *count = 0;
    while (more) {
        more = calendar_split_month(rest, &days, &rest);
        TRY(plan_month(config, store, days, arena, *units, count, error));
    }
    return true;
}
