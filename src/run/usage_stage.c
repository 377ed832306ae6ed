#include "run/usage_stage.h"

#include "aggregate/usage_fold.h"
#include "arrow/bridge.h"
#include "base/arena.h"
#include "config/config.h"
#include "decode/decode.h"
#include "result/run_summary.h"
#include "run/input_mark.h"
#include "run/role_mark.h"
#include "run/rollups.h"
#include "run/turns.h"
#include "run/usage_spool.h"
#include "run/usage_state.h"

#include <stdlib.h>

/* A thread's own things. */
struct usage_worker {
    struct usage_fold fold;
    struct arena arena; /* of one span */
};

struct usage_work {
    const struct usage_stage *stage;
    struct day_span *spans;
    size_t span_count;
    struct usage_worker *workers;
    struct rollups *rollups; /* NULL: none are written */
    int64_t rows_in;         /* delivered in turns, so no lock */
    int64_t capacity_rows;
    int64_t rows_out;
};

/* ---- reading a span ---- */

static bool open_part(const struct usage_work *work, struct usage_worker *worker,
                      const struct input_part *part, const struct report_layout *layout,
                      uint64_t columns, struct decode **decode, struct error *error)
{
    struct decode_request request = {
        .layout = layout, .columns = columns, .texts = &worker->fold.texts};
    request.slices = run_slices(part, &worker->arena, &request.slice_count);
    return decode_open(work->stage->run->input, &request, &worker->arena, decode, error);
}

static bool read_node_labels(const struct usage_work *work, struct usage_worker *worker,
                             const struct input_part *part, struct error *error)
{
    struct node_labels_batch batch;
    struct decode *decode;
    TRY(open_part(work, worker, part, &node_labels_layout, REPORT_ALL_COLUMNS, &decode, error));
    for (;;) {
        TRY(decode_next(decode, &batch, error));
        if (batch.rows == 0)
            break;
        TRY(usage_fold_add_node_labels(&worker->fold, &batch, error));
        TRY(run_between_batches(work->stage->run, (int64_t)batch.rows, error));
    }
    decode_close(decode);
    return true;
}

static bool read_namespace_labels(const struct usage_work *work, struct usage_worker *worker,
                                  const struct input_part *part, struct error *error)
{
    struct namespace_labels_batch batch;
    struct decode *decode;
    TRY(open_part(work, worker, part, &namespace_labels_layout, REPORT_ALL_COLUMNS, &decode,
                  error));
    for (;;) {
        TRY(decode_next(decode, &batch, error));
        if (batch.rows == 0)
            break;
        TRY(usage_fold_add_namespace_labels(&worker->fold, &batch, error));
        TRY(run_between_batches(work->stage->run, (int64_t)batch.rows, error));
    }
    decode_close(decode);
    return true;
}

static bool read_storage(const struct usage_work *work, struct usage_worker *worker,
                         const struct input_part *part, bool hourly, struct error *error)
{
    struct storage_usage_batch batch;
    struct decode *decode;
    TRY(open_part(work, worker, part, &storage_usage_layout, usage_fold_storage_columns(hourly),
                  &decode, error));
    for (;;) {
        TRY(decode_next(decode, &batch, error));
        if (batch.rows == 0)
            break;
        TRY(usage_fold_add_storage(&worker->fold, &batch, hourly, error));
        TRY(run_between_batches(work->stage->run, (int64_t)batch.rows, error));
    }
    decode_close(decode);
    return true;
}

/* Daily pods; or hourly ones, which give the node capacities in the same pass. */
static bool read_pods(const struct usage_work *work, struct usage_worker *worker,
                      const struct input_part *part, bool hourly, bool with_pod_names,
                      struct error *error)
{
    struct pod_usage_batch batch = {0};
    struct decode *decode;
    TRY(open_part(work, worker, part, &pod_usage_layout,
                  usage_fold_pod_columns(hourly, with_pod_names), &decode, error));
    for (;;) {
        TRY(decode_next(decode, &batch, error));
        if (batch.rows == 0)
            break;
        TRY(usage_fold_add_pods(&worker->fold, &batch, hourly, error));
        if (hourly)
            usage_fold_add_capacity(&worker->fold, &batch);
        TRY(run_between_batches(work->stage->run, (int64_t)batch.rows, error));
    }
    decode_close(decode);
    return true;
}

static bool read_capacity(const struct usage_work *work, struct usage_worker *worker,
                          const struct input_part *part, struct error *error)
{
    struct pod_usage_batch batch = {0};
    struct decode *decode;
    TRY(open_part(work, worker, part, &pod_usage_layout, usage_fold_capacity_columns(), &decode,
                  error));
    for (;;) {
        TRY(decode_next(decode, &batch, error));
        if (batch.rows == 0)
            break;
        usage_fold_add_capacity(&worker->fold, &batch);
        TRY(run_between_batches(work->stage->run, (int64_t)batch.rows, error));
    }
    decode_close(decode);
    return true;
}

static bool read_span(const struct usage_work *work, struct usage_worker *worker,
                      const struct day_span *span, struct error *error)
{
    const struct inventory *inventory = work->stage->inventory;
    enum grain nodes = inventory_grain(inventory, REPORT_NODE_LABELS);
    enum grain namespaces = inventory_grain(inventory, REPORT_NAMESPACE_LABELS);
    enum grain storage = inventory_grain(inventory, REPORT_STORAGE_USAGE);
    enum grain pods = inventory_grain(inventory, REPORT_POD_USAGE);
    const struct input_part *storage_part = &span->parts[REPORT_STORAGE_USAGE][storage];
    TRY(read_node_labels(work, worker, &span->parts[REPORT_NODE_LABELS][nodes], error));
    TRY(read_namespace_labels(work, worker, &span->parts[REPORT_NAMESPACE_LABELS][namespaces],
                              error));
    TRY(read_storage(work, worker, storage_part, storage == GRAIN_HOURLY, error));
    TRY(read_pods(work, worker, &span->parts[REPORT_POD_USAGE][pods], pods == GRAIN_HOURLY,
                  storage_part->rows > 0, error));
    if (pods == GRAIN_DAILY)
        TRY(read_capacity(work, worker, &span->parts[REPORT_POD_USAGE][GRAIN_HOURLY], error));
    return true;
}

/* ---- delivering its days ---- */

/* One of the tables of begin_outputs(). */
static const struct table *output_table(const struct run *run)
{
    return run->config->rollups ? &usage_table : &usage_plain_table;
}

static bool deliver_day(struct usage_work *work, const struct usage_day *day, struct error *error)
{
    const struct usage_stage *stage = work->stage;
    struct run *run = (struct run *)stage->run;
    run_summary_add_usage(run->summary, day->rows.rows, day->rows.count, day->rows.texts);
    work->rows_out += (int64_t)day->rows.count;
    if (!stage->write)
        return true;
    if (run_writes_marks(run))
        stage->marks->of[day->day - stage->marks->days.first].roles =
            role_mark_of_rows(&day->rows, stage->rules->roles, run->arena);
    struct row_batch rows = day->rows, state = day->rows;
    rows.table = output_table(run);
    state.table = &usage_state_table;
    TRY(outputs_write(&run->outputs, &rows, error));
    TRY(rollups_add_usage(work->rollups, day->day, &day->rows, error));
    TRY(outputs_write(&run->state, &state, error));
    return outputs_write(&run->state, &day->facts, error);
}

static bool fold_span(void *context, struct turns *turns, size_t task, int number,
                      struct error *error)
{
    struct usage_work *work = context;
    struct usage_worker *worker = &work->workers[number];
    const struct usage_stage *stage = work->stage;
    const struct day_span *span = &work->spans[task];
    arena_reset(&worker->arena);
    usage_fold_begin(&worker->fold, stage->cluster, span->days);
    TRY(read_span(work, worker, span, error));
    usage_fold_complete(&worker->fold);
    for (int32_t date = span->days.first; date <= span->days.last; date++) {
        struct usage_day day;
        TRY(usage_fold_take_day(&worker->fold, date, &day, error));
        if (stage->spool != NULL)
            TRY(usage_spool_put(stage->spool, stage->spool_cluster, &day, error));
        if (date == span->days.first)
            TRY(turns_take(turns, task, error));
        TRY(deliver_day(work, &day, error));
    }
    struct label_filter *filter = &worker->fold.filter;
    run_summary_add_malformed(stage->run->summary, &filter->malformed, filter->first_malformed);
    key_map_clear(&filter->malformed);
    work->rows_in += (int64_t)worker->fold.rows_in;
    if (stage->inventory->has_daily[REPORT_POD_USAGE]) /* else they are the pods' own rows */
        work->capacity_rows += (int64_t)worker->fold.capacity_rows;
    return true;
}

/* ---- the stage ---- */

static struct usage_worker *open_workers(int count, const struct usage_rules *rules)
{
    struct usage_worker *workers = memory_grow(NULL, (size_t)count * sizeof *workers);
    for (int i = 0; i < count; i++) {
        usage_fold_init(&workers[i].fold, rules);
        arena_init(&workers[i].arena);
    }
    return workers;
}

static void close_workers(struct usage_worker *workers, int count)
{
    for (int i = 0; i < count; i++) {
        arena_close(&workers[i].arena);
        usage_fold_close(&workers[i].fold);
    }
    free(workers);
}

static bool begin_outputs(struct usage_work *work, struct error *error)
{
    const struct usage_stage *stage = work->stage;
    static const struct table *const plain_tables[] = {&usage_plain_table};
    static const struct table *const full_tables[] = {&usage_table};
    static const struct table *const state_tables[] = {&usage_state_table, &usage_fact_table,
                                                       &input_mark_table};
    struct run *run = (struct run *)stage->run;
    const struct sink_scope daily = {.tables = run->config->rollups ? full_tables : plain_tables,
                                     .table_count = 1,
                                     .source = stage->cluster->source,
                                     .days = stage->days};
    const struct sink_scope state_scope = {.tables = state_tables,
                                           .table_count = 3,
                                           .source = stage->cluster->source,
                                           .days = stage->days};
    struct sink_scope scope = rollups_usage_scope(run, &daily, stage->cluster, run->arena);
    if (run->keeps_marks)
        scope = input_marks_scope(&scope, run->arena);
    TRY(outputs_begin(&run->outputs, &scope, error));
    TRY(outputs_begin(&run->state, &state_scope, error));
    return rollups_open_usage(run, stage->cluster, stage->days, &work->rollups, error);
}

static bool write_marks(const struct usage_stage *stage, struct error *error)
{
    struct run *run = (struct run *)stage->run;
    const char *source = stage->cluster->source;
    TRY(input_marks_write(stage->marks, stage->days, "usage", source, &run->state, error));
    return !run->keeps_marks ||
           input_marks_write(stage->marks, stage->days, "usage", source, &run->outputs, error);
}

/* The state goes first: a cost stage that finds it may start while the outputs are written. */
static bool commit_outputs(struct run *run, struct error *error)
{
    TRY(outputs_commit(&run->state, error));
    return outputs_commit(&run->outputs, error);
}

static void abort_outputs(struct run *run)
{
    outputs_abort(&run->state);
    outputs_abort(&run->outputs);
}

static bool run_spans(struct usage_work *work, struct error *error)
{
    const struct usage_stage *stage = work->stage;
    struct run *run = (struct run *)stage->run;
    if (stage->write)
        TRY(begin_outputs(work, error));
    TRY(turns_run(work->span_count, run->config->threads, fold_span, work, error));
    if (work->rows_in == 0 && !stage->may_be_empty)
        return error_set(error, ERROR_NO_INPUT, "source %s: no row lies in the period",
                         stage->cluster->source);
    TRY(inventory_check_unchanged(run->input, stage->inventory, error));
    if (!stage->write)
        return true;
    TRY(rollups_finish(work->rollups, NULL, error));
    TRY(write_marks(stage, error));
    return commit_outputs(run, error);
}

bool usage_stage_run(const struct usage_stage *stage, struct error *error)
{
    struct run *run = (struct run *)stage->run;
    struct arena arena;
    double began = run_clock();
    arena_init(&arena);
    struct usage_work work = {.stage = stage};
    day_span_build(stage->inventory, stage->days, &arena, &work.spans, &work.span_count);
    work.workers = open_workers(run->config->threads, stage->rules);
    bool done = run_spans(&work, error);
    rollups_close(work.rollups);
    if (!done)
        abort_outputs(run);
    close_workers(work.workers, run->config->threads);
    arena_close(&arena);
    if (!done)
        return error_add_context(error, "cluster %s", stage->cluster->cluster_id);
    const struct unit_summary unit = {"usage",
                                      stage->cluster->source,
                                      stage->cluster->cluster_alias,
                                      stage->days,
                                      work.rows_in + work.capacity_rows,
                                      work.rows_out,
                                      stage->inventory->bytes,
                                      run_clock() - began};
    run_summary_add_unit(run->summary, &unit);
    return true;
}
