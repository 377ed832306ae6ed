#include "run/rollups.h"

#include "aggregate/usage_row.h"
#include "attribute/cost_row.h"
#include "attribute/notices.h"
#include "base/arena.h"
#include "config/config.h"
#include "result/run_summary.h"
#include "rollup/infrastructure_rows.h"
#include "rollup/rollup.h"
#include "rollup/tag_summary.h"
#include "run/stored_rows.h"

#include <stdlib.h>
#include <string.h>

/* Days are taken together until they have this many stored rows, so that memory does not grow with
 * the period and a table is not searched once a day. */
enum { WINDOW_ROWS = 200000 };

struct rollups {
    struct arena arena;
    const struct run *run;
    struct period days;
    const struct table *daily;
    const char *source;
    struct rollup_set *set;
    size_t table_count;         /* of the set */
    struct stored_rows *stored; /* by output */
    bool *has_daily;            /* by output: the daily table is there, and may hold such rows */
    const enum tag_kind *tags;
    size_t tag_count;
    struct tag_summary **summaries; /* outputs × tag_count */
    int32_t owner_number;           /* of the summaries */
};

/* ---- scopes ---- */

static bool is_on(const struct run *run)
{
    return run->config->rollups && run->outputs.count > 0;
}

/* The tables there are, the input's rollups, then the summaries. `part` is of the first. */
static struct sink_scope extend(const struct sink_scope *scope, enum table_part part,
                                enum rollup_input input, const enum tag_kind *tags,
                                size_t tag_count, struct arena *arena)
{
    size_t count, at = scope->table_count;
    const struct rollup_table *rollups = rollup_tables(input, &count);
    size_t most = at + count + tag_count;
    const struct table **tables = arena_alloc_array(arena, most, sizeof *tables);
    enum table_part *parts = arena_alloc_array(arena, most, sizeof *parts);
    struct sink_scope extended = *scope;
    memcpy(tables, scope->tables, at * sizeof *tables);
    parts[0] = part;
    for (size_t i = 0; i < count; i++)
        tables[at++] = &rollups[i].table;
    for (size_t i = 0; i < tag_count; i++)
        tables[at++] = tag_summary_table(tags[i]);
    extended.tables = tables;
    extended.table_count = most;
    extended.parts = parts;
    return extended;
}

static const enum tag_kind usage_tags[] = {TAG_POD_LABELS, TAG_VOLUME_LABELS};
static const enum tag_kind cost_tags[] = {TAG_AWS_TAGS};

/* The caller's array of tables need not outlive the call. */
static struct sink_scope keep(const struct sink_scope *scope, struct arena *arena)
{
    const struct table **tables = arena_alloc_array(arena, scope->table_count, sizeof *tables);
    struct sink_scope kept = *scope;
    memcpy(tables, scope->tables, scope->table_count * sizeof *tables);
    kept.tables = tables;
    return kept;
}

struct sink_scope rollups_usage_scope(const struct run *run, const struct sink_scope *scope,
                                      const struct cluster *cluster, struct arena *arena)
{
    if (!is_on(run))
        return keep(scope, arena);
    struct sink_scope extended =
        extend(scope, TABLE_USAGE_ROWS, ROLLUP_USAGE, usage_tags, 2, arena);
    extended.owner_number = cluster->report_period_id;
    return extended;
}

struct sink_scope rollups_cost_scope(const struct run *run, const struct sink_scope *scope,
                                     const struct bill *bill, struct arena *arena)
{
    if (!is_on(run))
        return keep(scope, arena);
    struct sink_scope extended = extend(scope, TABLE_WHOLE, ROLLUP_COSTS, cost_tags, 1, arena);
    extended.owner_number = bill->bill_id;
    return extended;
}

/* ---- beside a stage ---- */

static bool open_outputs(struct rollups *rollups, struct error *error)
{
    struct arena *arena = &rollups->arena;
    const struct run *run = rollups->run;
    size_t outputs = run->outputs.count;
    rollups->stored = arena_alloc_array(arena, outputs, sizeof *rollups->stored);
    rollups->has_daily = arena_alloc_array(arena, outputs, sizeof *rollups->has_daily);
    rollups->summaries =
        arena_alloc_array(arena, outputs * rollups->tag_count, sizeof *rollups->summaries);
    for (size_t i = 0; i < outputs; i++) {
        TRY(stored_rows_open(run, i, arena, &rollups->stored[i], error));
        TRY(stored_rows_has_table(&rollups->stored[i], rollups->daily, &rollups->has_daily[i],
                                  error));
        for (size_t t = 0; t < rollups->tag_count; t++)
            rollups->summaries[i * rollups->tag_count + t] =
                tag_summary_open(rollups->tags[t], &run->config->settings, rollups->source, arena);
    }
    return true;
}

static bool open_rollups(const struct run *run, const struct rollups *wanted,
                         enum rollup_input input, struct rollups **opened, struct error *error)
{
    *opened = NULL;
    if (!is_on(run))
        return true;
    struct rollups *rollups = memory_grow(NULL, sizeof *rollups);
    *rollups = *wanted;
    arena_init(&rollups->arena);
    rollups->run = run;
    rollups->set = rollup_set_open(input, rollups->source, &rollups->arena);
    rollup_tables(input, &rollups->table_count);
    *opened = rollups;
    return open_outputs(rollups, error);
}

bool rollups_open_usage(const struct run *run, const struct cluster *cluster, struct period days,
                        struct rollups **rollups, struct error *error)
{
    const struct rollups wanted = {.days = days,
                                   .daily = &usage_table,
                                   .source = cluster->source,
                                   .tags = usage_tags,
                                   .tag_count = 2,
                                   .owner_number = cluster->report_period_id};
    return open_rollups(run, &wanted, ROLLUP_USAGE, rollups, error);
}

bool rollups_open_costs(const struct run *run, const struct bill *bill, struct period days,
                        struct rollups **rollups, struct error *error)
{
    const struct rollups wanted = {.days = days,
                                   .daily = &cost_table,
                                   .source = bill->source,
                                   .tags = cost_tags,
                                   .tag_count = 1,
                                   .owner_number = bill->bill_id};
    return open_rollups(run, &wanted, ROLLUP_COSTS, rollups, error);
}

void rollups_close(struct rollups *rollups)
{
    if (rollups == NULL)
        return;
    arena_close(&rollups->arena);
    free(rollups);
}

static void add_to_set(void *set, const struct row_batch *batch)
{
    rollup_set_add(set, batch);
}

static bool write_set(struct rollup_set *set, size_t table_count, struct sink *sink,
                      struct error *error)
{
    for (size_t i = 0; i < table_count; i++) {
        struct row_batch rows = rollup_set_rows(set, i);
        TRY(sink_write(sink, &rows, error));
    }
    return true;
}

/* Adds the rows that were written back into this output, which a usage run leaves. */
static bool add_written_back(struct rollups *rollups, size_t output, int32_t day,
                             struct error *error)
{
    static const char *const unread[] = {"pod_labels", "volume_labels", "all_labels",
                                         "infrastructure_usage_cost"};
    const struct result_scope scope = {
        .source = rollups->source, .days = {day, day}, .part = TABLE_INFRASTRUCTURE_ROWS};
    if (rollups->daily != &usage_table || !rollups->has_daily[output])
        return true;
    return stored_rows_read(&rollups->stored[output], &usage_table, &scope, unread,
                            sizeof unread / sizeof unread[0], add_to_set, rollups->set, error);
}

static void add_to_summaries(struct rollups *rollups, const struct row_batch *rows)
{
    for (size_t i = 0; i < rollups->run->outputs.count * rollups->tag_count; i++)
        tag_summary_add(rollups->summaries[i], rows);
}

bool rollups_add_usage(struct rollups *rollups, int32_t day, const struct row_batch *rows,
                       struct error *error)
{
    if (rollups == NULL)
        return true;
    for (size_t i = 0; i < rollups->run->outputs.count; i++) {
        rollup_set_clear(rollups->set);
        rollup_set_add(rollups->set, rows);
        TRY(add_written_back(rollups, i, day, error));
        TRY(write_set(rollups->set, rollups->table_count, rollups->run->outputs.sinks[i], error));
    }
    add_to_summaries(rollups, rows);
    return true;
}

void rollups_add_costs(struct rollups *rollups, const struct row_batch *rows)
{
    if (rollups == NULL)
        return;
    rollup_set_add(rollups->set, rows);
    add_to_summaries(rollups, rows);
}

bool rollups_end_costs(struct rollups *rollups, struct error *error)
{
    if (rollups == NULL)
        return true;
    for (size_t i = 0; i < rollups->table_count; i++) { /* the same for all outputs: made once */
        struct row_batch rows = rollup_set_rows(rollups->set, i);
        TRY(outputs_write(&rollups->run->outputs, &rows, error));
    }
    rollup_set_clear(rollups->set);
    return true;
}

static void add_to_summary(void *summary, const struct row_batch *batch)
{
    tag_summary_add_stored(summary, batch);
}

static bool write_summary(struct rollups *rollups, size_t output, size_t tag, struct error *error)
{
    struct tag_summary *summary = rollups->summaries[output * rollups->tag_count + tag];
    const struct result_scope scope = {
        .days = calendar_period_of_month(calendar_month(rollups->days.first)),
        .owner_number = &rollups->owner_number};
    TRY(stored_rows_read(&rollups->stored[output], tag_summary_table(rollups->tags[tag]), &scope,
                         NULL, 0, add_to_summary, summary, error));
    struct row_batch rows = tag_summary_rows(summary);
    return sink_write(rollups->run->outputs.sinks[output], &rows, error);
}

bool rollups_finish(struct rollups *rollups, struct attribution_notices *notices,
                    struct error *error)
{
    if (rollups == NULL)
        return true;
    for (size_t i = 0; i < rollups->run->outputs.count; i++)
        for (size_t t = 0; t < rollups->tag_count; t++)
            TRY(write_summary(rollups, i, t, error));
    if (notices != NULL)
        attribution_notices_count(notices, NOTICE_null_currency,
                                  (uint64_t)rollup_set_emptied(rollups->set));
    return true;
}

/* ---- after the bills ---- */

struct write_back {
    const struct run *run;
    const struct cluster *cluster;
    struct period days;
    struct sink *sink;
    struct stored_rows stored;
    struct infrastructure_rows *infrastructure;
    struct rollup_set *set;
    int64_t *counts; /* stored rows by day */
    int64_t rows_in;
    int64_t rows_out;
};

static void add_costs(void *context, const struct row_batch *batch)
{
    struct write_back *back = context;
    back->rows_in += (int64_t)batch->count;
    infrastructure_rows_add(back->infrastructure, batch);
}

static void add_usage(void *context, const struct row_batch *batch)
{
    struct write_back *back = context;
    back->rows_in += (int64_t)batch->count;
    rollup_set_add(back->set, batch);
}

static bool write_window(struct write_back *back, struct period days, struct error *error)
{
    static const char *const unread_costs[] = {
        "tags",           "aws_cost_category", "blended_cost", "markup_cost_blended",
        "unblended_cost", "markup_cost",       "usage_amount"};
    static const char *const unread_usage[] = {"pod_labels", "volume_labels", "all_labels",
                                               "infrastructure_usage_cost"};
    const struct result_scope costs = {.days = days};
    const struct result_scope usage = {
        .source = back->cluster->source, .days = days, .part = TABLE_USAGE_ROWS};
    size_t table_count;
    rollup_tables(ROLLUP_USAGE, &table_count);
    infrastructure_rows_clear(back->infrastructure);
    rollup_set_clear(back->set);
    TRY(stored_rows_read(&back->stored, &cost_table, &costs, unread_costs,
                         sizeof unread_costs / sizeof unread_costs[0], add_costs, back, error));
    struct row_batch rows = infrastructure_rows_make(back->infrastructure);
    TRY(sink_write(back->sink, &rows, error));
    back->rows_out += (int64_t)rows.count;
    rollup_set_add(back->set, &rows);
    TRY(stored_rows_read(&back->stored, &usage_table, &usage, unread_usage,
                         sizeof unread_usage / sizeof unread_usage[0], add_usage, back, error));
    return write_set(back->set, table_count, back->sink, error);
}

static bool count_rows(struct write_back *back, struct arena *arena, struct error *error)
{
    const struct result_scope costs = {.days = back->days};
    const struct result_scope usage = {.source = back->cluster->source, .days = back->days};
    size_t days = (size_t)(back->days.last - back->days.first + 1);
    back->counts = arena_alloc_array(arena, days, sizeof *back->counts);
    TRY(stored_rows_count(&back->stored, &cost_table, &costs, back->counts, error));
    return stored_rows_count(&back->stored, &usage_table, &usage, back->counts, error);
}

static bool write_windows(struct write_back *back, struct error *error)
{
    struct period window = {back->days.first, back->days.first};
    int64_t rows = back->counts[0];
    for (int32_t day = back->days.first + 1; day <= back->days.last; day++) {
        int64_t more = back->counts[day - back->days.first];
        if (rows + more > WINDOW_ROWS) {
            TRY(write_window(back, window, error));
            window.first = day;
            rows = 0;
        }
        window.last = day;
        rows += more;
    }
    return write_window(back, window, error);
}

static bool write_back_output(struct write_back *back, size_t output, struct arena *arena,
                              struct error *error)
{
    static const struct table *const tables[] = {&usage_table};
    const struct sink_scope daily = {
        .tables = tables, .table_count = 1, .source = back->cluster->source, .days = back->days};
    const struct sink_scope scope =
        extend(&daily, TABLE_INFRASTRUCTURE_ROWS, ROLLUP_USAGE, NULL, 0, arena);
    TRY(sink_begin(back->sink, &scope, error));
    TRY(stored_rows_open(back->run, output, arena, &back->stored, error));
    TRY(count_rows(back, arena, error));
    TRY(write_windows(back, error));
    return sink_commit(back->sink, error);
}

bool rollups_write_back(const struct run *run, const struct cluster *cluster, struct period days,
                        struct error *error)
{
    double began = run_clock();
    struct write_back back = {.run = run, .cluster = cluster, .days = days};
    for (size_t i = 0; i < run->outputs.count; i++) {
        struct arena arena;
        arena_init(&arena);
        back.sink = run->outputs.sinks[i];
        back.infrastructure = infrastructure_rows_open(cluster, &arena);
        back.set = rollup_set_open(ROLLUP_USAGE, cluster->source, &arena);
        bool done = write_back_output(&back, i, &arena, error);
        if (!done)
            sink_abort(back.sink);
        arena_close(&arena);
        if (!done)
            return error_add_context(error, "rollups of cluster %s", cluster->cluster_id);
    }
    const struct unit_summary unit = {.stage = "rollup",
                                      .source = cluster->source,
                                      .name = cluster->cluster_alias,
                                      .days = days,
                                      .rows_in = back.rows_in,
                                      .rows_out = back.rows_out,
                                      .seconds = run_clock() - began};
    run_summary_add_unit(run->summary, &unit);
    return true;
}
