#include "run/cost_stage.h"

#include "arrow/bridge.h"
#include "attribute/attribution.h"
#include "attribute/cost_row.h"
#include "attribute/notices.h"
#include "attribute/reconciliation.h"
#include "base/arena.h"
#include "base/label_json.h"
#include "config/config.h"
#include "decode/decode.h"
#include "result/run_summary.h"
#include "run/input_mark.h"
#include "run/rollups.h"
#include "run/turns.h"
#include "run/usage_spool.h"

#include <stdlib.h>

/* A pool that grew beyond these, or of which that much is known, is emptied between spans. */
enum { MOST_TEXT_BYTES = 16 << 20, MOST_TEXTS = 200000, MOST_LORE_BYTES = 16 << 20 };

struct cost_worker {
    struct text_pool texts;
    struct usage_spool_reader spool; /* into `texts` */
    struct key_map checked;          /* ids of texts that --strict has looked at in this span */
    struct arena arena;              /* of one span */
    struct arena days_arena;         /* of lore and day objects */
    struct attribution_lore *lore;   /* NULL in the first pass */
    struct attribution_day **days;   /* as many as the longest span met so far has days */
    int32_t day_room;
};

struct cost_work {
    const struct cost_stage *stage;
    struct attribution *attribution;
    struct day_span *spans;
    size_t span_count;
    struct cost_worker *workers;
    struct rollups *rollups; /* NULL: none are written */
    enum grain grain;        /* of the lines that are attributed */
    int64_t rows_in;
    int64_t rows_out;
};

static struct run *run_of(const struct cost_work *work)
{
    return (struct run *)work->stage->run;
}

static void renew_texts(struct cost_worker *worker)
{
    arena_reset(&worker->arena);
    size_t lore_bytes = worker->lore == NULL ? 0 : attribution_lore_size(worker->lore);
    if (worker->texts.bytes > MOST_TEXT_BYTES || worker->texts.count > MOST_TEXTS ||
        lore_bytes > MOST_LORE_BYTES)
        text_pool_reset(&worker->texts);
    key_map_clear(&worker->checked);
}

/* ---- first pass ---- */

static bool gather_usage(void *context, struct turns *turns, size_t task, int number,
                         struct error *error)
{
    (void)turns;
    struct cost_work *work = context;
    struct cost_worker *worker = &work->workers[number];
    const struct cost_stage *stage = work->stage;
    size_t cluster = task % stage->bill->cluster_count;
    int32_t date = stage->days.first + (int32_t)(task / stage->bill->cluster_count);
    struct spooled_day day;
    renew_texts(worker);
    TRY(usage_spool_get(&worker->spool, stage->spool_clusters[cluster], date, &worker->arena, &day,
                        error));
    attribution_add_usage_day(work->attribution, cluster, date, day.lines, day.line_count,
                              day.facts, day.fact_count, &worker->texts);
    return run_between_batches(stage->run, 0, error);
}

static bool open_lines(const struct cost_work *work, struct cost_worker *worker,
                       const struct input_part *part, uint64_t columns, struct decode **decode,
                       struct error *error)
{
    struct decode_request request = {
        .layout = &bill_line_layout, .columns = columns, .texts = &worker->texts};
    request.slices = run_slices(part, &worker->arena, &request.slice_count);
    return decode_open(work->stage->run->input, &request, &worker->arena, decode, error);
}

static bool gather_lines(void *context, struct turns *turns, size_t task, int number,
                         struct error *error)
{
    (void)turns;
    struct cost_work *work = context;
    struct cost_worker *worker = &work->workers[number];
    struct bill_line_batch batch = {0};
    struct decode *decode;
    renew_texts(worker);
    TRY(open_lines(work, worker, &work->spans[task].parts[REPORT_AWS_LINE_ITEMS][work->grain],
                   BILL_LINE_MASK(lineitem_resourceid) | BILL_LINE_MASK(lineitem_usagestartdate) |
                       BILL_LINE_MASK(resourcetags),
                   &decode, error));
    for (;;) {
        TRY(decode_next(decode, &batch, error));
        if (batch.rows == 0)
            break;
        attribution_add_bill_facts(work->attribution, &batch, &worker->texts);
        TRY(run_between_batches(work->stage->run, 0, error));
    }
    decode_close(decode);
    return true;
}

static bool gather_facts(struct cost_work *work, struct error *error)
{
    const struct cost_stage *stage = work->stage;
    int threads = stage->run->config->threads;
    size_t days = (size_t)(stage->days.last - stage->days.first + 1);
    TRY(turns_run(days * stage->bill->cluster_count, threads, gather_usage, work, error));
    attribution_end_usage(work->attribution);
    if (attribution_needs_bill_facts(work->attribution))
        TRY(turns_run(work->span_count, threads, gather_lines, work, error));
    attribution_end_facts(work->attribution);
    return true;
}

/* ---- second pass ---- */

static bool add_usage(struct cost_work *work, struct cost_worker *worker,
                      struct attribution_day *day, int32_t date, struct error *error)
{
    const struct cost_stage *stage = work->stage;
    for (size_t cluster = 0; cluster < stage->bill->cluster_count; cluster++) {
        struct spooled_day usage;
        TRY(usage_spool_get(&worker->spool, stage->spool_clusters[cluster], date, &worker->arena,
                            &usage, error));
        attribution_day_add_usage(day, cluster, usage.lines, usage.line_count);
    }
    return true;
}

static bool check_text(struct cost_worker *worker, const struct bill_line_batch *batch, size_t row,
                       uint32_t id, const char *column, struct error *error)
{
    struct label_list list;
    bool added;
    if (id == TEXT_NULL)
        return true;
    key_map_add(&worker->checked, &id, &added);
    if (!added || label_json_parse(text_pool_borrow(&worker->texts, id), &worker->arena, &list))
        return true;
    return error_set(error, ERROR_BAD_DATA,
                     "%s: row %lld, column %s: it is no JSON object of strings; without --strict "
                     "it would read as {}",
                     batch->place.path, (long long)batch->place.first_row + (long long)row + 1,
                     column);
}

/* With --strict: every distinct text of tags and cost categories is looked at once. */
static bool check_texts(struct cost_worker *worker, const struct bill_line_batch *batch,
                        struct error *error)
{
    for (size_t row = 0; row < batch->rows; row++) {
        TRY(check_text(worker, batch, row, batch->resourcetags[row], "resourcetags", error));
        TRY(check_text(worker, batch, row, batch->costcategory[row], "costcategory", error));
    }
    return true;
}

static bool add_lines(struct cost_work *work, struct cost_worker *worker,
                      const struct day_span *span, enum grain grain, bool capacities,
                      struct error *error)
{
    struct bill_line_batch batch = {0};
    struct decode *decode;
    int32_t days = span->days.last - span->days.first + 1;
    uint64_t columns =
        capacities ? attribution_hourly_columns() : attribution_bill_columns(work->attribution);
    TRY(open_lines(work, worker, &span->parts[REPORT_AWS_LINE_ITEMS][grain], columns, &decode,
                   error));
    for (;;) {
        TRY(decode_next(decode, &batch, error));
        if (batch.rows == 0)
            break;
        if (work->stage->run->config->strict && !capacities)
            TRY(check_texts(worker, &batch, error));
        for (int32_t i = 0; i < days; i++) {
            if (capacities)
                attribution_day_add_hourly(worker->days[i], &batch);
            else
                attribution_day_add_bill(worker->days[i], &batch);
        }
        TRY(run_between_batches(work->stage->run, (int64_t)batch.rows, error));
    }
    decode_close(decode);
    return true;
}

static void cover_days(struct cost_work *work, struct cost_worker *worker, int32_t days)
{
    if (worker->lore == NULL)
        worker->lore =
            attribution_lore_build(work->attribution, &worker->texts, &worker->days_arena);
    if (days <= worker->day_room)
        return;
    worker->days = memory_grow(worker->days, (size_t)days * sizeof *worker->days);
    for (; worker->day_room < days; worker->day_room++)
        worker->days[worker->day_room] =
            attribution_day_build(work->attribution, worker->lore, &worker->days_arena);
}

static bool read_span(struct cost_work *work, struct cost_worker *worker,
                      const struct day_span *span, struct error *error)
{
    int32_t days = span->days.last - span->days.first + 1;
    bool needs_hourly = false;
    cover_days(work, worker, days);
    for (int32_t i = 0; i < days; i++) {
        attribution_day_open(worker->days[i], span->days.first + i);
        TRY(add_usage(work, worker, worker->days[i], span->days.first + i, error));
        needs_hourly = needs_hourly || attribution_day_needs_hourly(worker->days[i]);
    }
    if (needs_hourly)
        TRY(add_lines(work, worker, span, GRAIN_HOURLY, true, error));
    return add_lines(work, worker, span, work->grain, false, error);
}

static bool deliver_rows(struct cost_work *work, const struct row_batch *rows, struct error *error)
{
    work->rows_out += (int64_t)rows->count;
    rollups_add_costs(work->rollups, rows);
    return outputs_write(&run_of(work)->outputs, rows, error);
}

/* The first rows of a day are made before its turn comes, so that only long days keep others
 * waiting. */
static bool deliver_day(struct cost_work *work, struct attribution_day *day, struct turns *turns,
                        size_t task, struct attribution_notices *notices, struct error *error)
{
    struct row_batch rows;
    bool some = attribution_day_take_rows(day, &rows, notices);
    TRY(turns_take(turns, task, error));
    for (; some; some = attribution_day_take_rows(day, &rows, notices))
        TRY(deliver_rows(work, &rows, error));
    run_summary_add_explanation(run_of(work)->summary, attribution_day_explanation(day));
    return rollups_end_costs(work->rollups, error);
}

static bool attribute_span(void *context, struct turns *turns, size_t task, int number,
                           struct error *error)
{
    struct cost_work *work = context;
    struct cost_worker *worker = &work->workers[number];
    const struct day_span *span = &work->spans[task];
    struct bill_summary *summary = work->stage->summary;
    renew_texts(worker);
    TRY(read_span(work, worker, span, error));
    struct reconciliation sums;
    struct attribution_notices notices;
    reconciliation_init(&sums);
    attribution_notices_init(&notices);
    bool done = true;
    for (int32_t i = 0; done && i <= span->days.last - span->days.first; i++) {
        attribution_day_finish(worker->days[i], &sums);
        done = deliver_day(work, worker->days[i], turns, task, &notices, error);
        if (span->days.last > span->days.first)
            attribution_day_release(worker->days[i]);
    }
    if (done) {
        reconciliation_merge(summary->sums, &sums);
        attribution_notices_merge(summary->notices, &notices);
        work->rows_in += span->parts[REPORT_AWS_LINE_ITEMS][work->grain].rows;
    }
    reconciliation_close(&sums);
    attribution_notices_close(&notices);
    return done;
}

/* ---- the stage ---- */

/* What --strict refuses, before anything is committed. */
static bool check_strictly(const struct bill_summary *summary, struct error *error)
{
    if (reconciliation_closes(summary->sums))
        return true;
    return error_set(error, ERROR_DIFFERENT,
                     "the bill does not reconcile with what was attributed; nothing was written "
                     "(run without --strict to see the figures)");
}

static bool run_passes(struct cost_work *work, struct error *error)
{
    static const struct table *const tables[] = {&cost_table};
    const struct cost_stage *stage = work->stage;
    struct run *run = run_of(work);
    const struct sink_scope daily = {
        .tables = tables, .table_count = 1, .source = stage->bill->source, .days = stage->days};
    TRY(gather_facts(work, error));
    struct sink_scope scope = rollups_cost_scope(run, &daily, stage->bill, run->arena);
    if (run->keeps_marks)
        scope = input_marks_scope(&scope, run->arena);
    TRY(outputs_begin(&run->outputs, &scope, error));
    TRY(rollups_open_costs(run, stage->bill, stage->days, &work->rollups, error));
    TRY(turns_run(work->span_count, run->config->threads, attribute_span, work, error));
    attribution_notices_merge(stage->summary->notices,
                              attribution_facts_notices(work->attribution));
    if (run->config->strict)
        TRY(check_strictly(stage->summary, error));
    TRY(inventory_check_unchanged(run->input, stage->inventory, error));
    TRY(rollups_finish(work->rollups, stage->summary->notices, error));
    if (run->keeps_marks && stage->marks != NULL)
        TRY(input_marks_write(stage->marks, stage->days, "cost", stage->bill->source, &run->outputs,
                              error));
    return outputs_commit(&run->outputs, error);
}

static struct cost_worker *open_workers(struct usage_spool *spool, int count)
{
    struct cost_worker *workers = memory_grow(NULL, (size_t)count * sizeof *workers);
    for (int i = 0; i < count; i++) {
        workers[i] = (struct cost_worker){0};
        text_pool_init(&workers[i].texts);
        usage_spool_reader_init(&workers[i].spool, spool, &workers[i].texts);
        key_map_init(&workers[i].checked, 1);
        arena_init(&workers[i].arena);
        arena_init(&workers[i].days_arena);
    }
    return workers;
}

static void close_workers(struct cost_worker *workers, int count)
{
    for (int i = 0; i < count; i++) {
        arena_close(&workers[i].days_arena);
        arena_close(&workers[i].arena);
        usage_spool_reader_close(&workers[i].spool);
        text_pool_close(&workers[i].texts);
        key_map_close(&workers[i].checked);
        free(workers[i].days);
    }
    free(workers);
}

bool cost_stage_run(const struct cost_stage *stage, struct error *error)
{
    struct run *run = (struct run *)stage->run;
    const struct config *config = run->config;
    struct arena arena;
    double began = run_clock();
    arena_init(&arena);
    struct cost_work work = {.stage = stage};
    work.grain = inventory_grain(stage->inventory, REPORT_AWS_LINE_ITEMS);
    const struct attribution_request request = {
        .settings = &config->settings,
        .rules = &config->cost_rules,
        .bill = stage->bill,
        .period = stage->days,
        .daily_from_hourly = work.grain == GRAIN_HOURLY,
        .explain = config->explain,
    };
    work.attribution = attribution_open(&request, &arena);
    day_span_build(stage->inventory, stage->days, &arena, &work.spans, &work.span_count);
    work.workers = open_workers(stage->spool, config->threads);
    bool done = run_passes(&work, error);
    rollups_close(work.rollups);
    if (!done)
        outputs_abort(&run->outputs);
    close_workers(work.workers, config->threads);
    arena_close(&arena);
    if (!done)
        return error_add_context(error, "bill %s", stage->bill->source);
    const struct unit_summary unit = {
        "cost",       stage->bill->source, stage->bill->provider,   stage->days,
        work.rows_in, work.rows_out,       stage->inventory->bytes, run_clock() - began};
    run_summary_add_unit(run->summary, &unit);
    return true;
}
