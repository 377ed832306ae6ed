/* Attribution: the stage's face. Whose money was a bill?
 *
 * One attribution takes one bill, the clusters on it and the days of one month, and makes the rows
 * of reporting_ocpawscostlineitem_project_daily_summary_p from the clusters' daily summaries and
 * the bill's lines. It opens no file and knows no clock; who calls it reads and writes.
 *
 * Some rules need facts of the whole range and of all clusters: which ids and tags are OpenShift's,
 * how much of a shared disk is claimed. So it goes in two passes.
 *
 *   first    attribution_add_usage_day() for every day of every cluster, in any order,
 *            attribution_end_usage(),
 *            attribution_add_bill_facts() for every batch of the bill's lines, in any order
 *            (may be left out where attribution_needs_bill_facts() says so),
 *            attribution_end_facts().
 *            Facts are kept as distinct values, copied: memory grows with names, not with lines.
 *   second   per day, several days at once: attribution_day_open(), add_usage for every cluster,
 *            add_hourly and add_bill for every batch that may hold lines of the day, finish.
 *            Only the classes of equal kept lines of one day are in memory.
 *
 * The add functions of the first pass may be called by several threads at once. After
 * attribution_end_facts() an attribution is read-only. An attribution_day belongs to one thread,
 * together with its lore and their text pool. Results don't depend on the order of anything. */
#ifndef COSTAGG_ATTRIBUTE_ATTRIBUTION_H
#define COSTAGG_ATTRIBUTE_ATTRIBUTION_H

#include "base/arena.h"
#include "base/calendar.h"
#include "base/settings.h"
#include "base/table.h"
#include "base/text_pool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct attribution;
struct attribution_day;
struct attribution_lore;
struct attribution_notices;
struct bill_line_batch;
struct reconciliation;
struct usage_fact;
struct usage_line;

struct attribution_request {
    const struct settings *settings;
    const struct cost_rules *rules;
    const struct bill *bill; /* its clusters in their order: the cluster numbers below */
    struct period period;    /* inside one month; lines and rows of other days are skipped */
    bool daily_from_hourly;  /* the bill has no daily report: add_bill gets hourly lines and makes
                                daily ones of them */
    const char *explain;     /* a bill resource id whose path is to be told, or NULL */
};

/* Opens; what the request points to must live as long. Memory is released with the arena. */
struct attribution *attribution_open(const struct attribution_request *request,
                                     struct arena *arena);

/* ---- first pass ---- */

/* A day of a cluster: its summary rows and facts of the raw reports. Facts of other days than `day`
 * are skipped, as are days outside the period. Nothing is borrowed. */
void attribution_add_usage_day(struct attribution *attribution, size_t cluster, int32_t day,
                               const struct usage_line *rows, size_t row_count,
                               const struct usage_fact *facts, size_t fact_count,
                               const struct text_pool *texts);

/* After the last usage day: builds what bill lines are matched with. */
void attribution_end_usage(struct attribution *attribution);

/* False when no rule asks for facts of the bill (no disk has a CSI handle and no tag key is
 * enabled for both sides): the pass over the bill may be left out. */
bool attribution_needs_bill_facts(const struct attribution *attribution);

/* Lines of the bill: of the daily report, or of the hourly one with daily_from_hourly. Needs the
 * columns lineitem_resourceid, lineitem_usagestartdate and resourcetags only. */
void attribution_add_bill_facts(struct attribution *attribution,
                                const struct bill_line_batch *batch, const struct text_pool *texts);

void attribution_end_facts(struct attribution *attribution);

/* ---- second pass ---- */

/* Columns that attribution_day_add_bill() and attribution_day_add_hourly() read, as masks for
 * decode (decode/report.h). */
uint64_t attribution_bill_columns(const struct attribution *attribution);
uint64_t attribution_hourly_columns(void);

/* What is known of the texts of a pool: read labels, merged tags, who got cost and in which order.
 * Texts come again from day to day, so days pass it on; several may be open with one lore. `texts`
 * must hold the ids of everything that will be added, and gets the new texts of the results; it may
 * be reset between days, and the lore is forgotten with it. Released with the arena. */
struct attribution_lore *attribution_lore_build(const struct attribution *attribution,
                                                struct text_pool *texts, struct arena *arena);

/* Bytes held, until the pool is reset. */
size_t attribution_lore_size(const struct attribution_lore *lore);

/* An object to be opened for one day after the other; released with the arena. */
struct attribution_day *attribution_day_build(const struct attribution *attribution,
                                              struct attribution_lore *lore, struct arena *arena);

/* Starts a day; forgets the day before and the rows it gave. */
void attribution_day_open(struct attribution_day *day, int32_t date);

/* Summary rows of a cluster; copied as far as needed. */
void attribution_day_add_usage(struct attribution_day *day, size_t cluster,
                               const struct usage_line *rows, size_t row_count);

/* False when no hourly line can matter: no disk of this day's rows has a CSI handle. To be asked
 * after the usage of all clusters was added. */
bool attribution_day_needs_hourly(const struct attribution_day *day);

/* Lines of the hourly report, for disk capacities. All usage comes before. */
void attribution_day_add_hourly(struct attribution_day *day, const struct bill_line_batch *batch);

/* Lines of the daily report, or the hourly ones with daily_from_hourly. All usage comes before. */
void attribution_day_add_bill(struct attribution_day *day, const struct bill_line_batch *batch);

/* Attributes. `sums` gets the day's share; it only ever grows, in any order of days, but not by two
 * threads at once. */
void attribution_day_finish(struct attribution_day *day, struct reconciliation *sums);

/* The next rows of cost_table, at most MOST_BATCH_ROWS, sorted by their natural key; they live
 * until the next call, their texts until the day object is opened again or the pool is reset. False
 * when there are no more: then `notices` has got the day's share, as the sums have. */
bool attribution_day_take_rows(struct attribution_day *day, struct row_batch *rows,
                               struct attribution_notices *notices);

/* Gives back the memory of lines and rows of a finished day, where many days are open at once. The
 * rows are void then; the explanation stays. The object can be opened again. */
void attribution_day_release(struct attribution_day *day);

/* What the day did with the bill resource of attribution_request.explain: lines of text, each
 * ended by '\n', to be shown in order of days; "" when the bill has no such line that day. */
const char *attribution_day_explanation(const struct attribution_day *day);

/* Bytes held, for the memory limit. */
size_t attribution_size(const struct attribution *attribution);
size_t attribution_day_size(const struct attribution_day *day);

/* Notices of the first pass (tags left out …), to be merged into those of the days. */
const struct attribution_notices *attribution_facts_notices(const struct attribution *attribution);

#endif
