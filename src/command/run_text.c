#include "command/run_text.h"

#include "attribute/notices.h"
#include "attribute/reconciliation.h"
#include "base/arena.h"
#include "base/utf8.h"
#include "command/terminal_text.h"
#include "config/config.h"
#include "result/run_summary.h"

#include <stdlib.h>
#include <string.h>

enum { TOP = 10, NAME_WIDTH = 40 };

void run_text_merge_bills(const struct run_summary *summary, struct reconciliation *sums)
{
    reconciliation_init(sums);
    for (size_t i = 0; i < summary->bill_count; i++)
        reconciliation_merge(sums, summary->bills[i].sums);
}

static const char *plural(int64_t count)
{
    return count == 1 ? "" : "s";
}

/* ---- money ---- */

static void print_share(FILE *stream, double amount, double total)
{
    char number[TERMINAL_TEXT];
    if (total > 0)
        fprintf(stream, " %7s %%", terminal_text_number(number, amount / total * 100, 1));
}

static void print_money_line(FILE *stream, const char *name, double amount, double total)
{
    char number[TERMINAL_TEXT];
    char shown[TERMINAL_TEXT];
    fprintf(stream, "  %s %18s", terminal_text_string(shown, name, NAME_WIDTH),
            terminal_text_number(number, amount, 2));
    print_share(stream, amount, total);
    fputc('\n', stream);
}

static void print_ranking(FILE *stream, const char *title, const struct money_line *lines,
                          size_t count, double total)
{
    fprintf(stream, "\n  %s\n", title);
    for (size_t i = 0; i < count && i < TOP; i++) {
        char name[TERMINAL_TEXT];
        print_money_line(stream, terminal_text_name(name, lines[i].name, NAME_WIDTH),
                         lines[i].amount, total);
    }
    if (count > TOP) {
        double others = 0;
        char name[TERMINAL_TEXT];
        for (size_t i = TOP; i < count; i++)
            others += lines[i].amount;
        snprintf(name, sizeof name, "(%zu more)", count - TOP);
        print_money_line(stream, name, others, total);
    }
}

/* Where the money went, in the lines that are not zero. */
static void print_destinations(FILE *stream, const struct reconciliation *sums, uint32_t currency,
                               double total)
{
    for (int entry = 0; entry < RECONCILE_ENTRIES; entry++) {
        double amount =
            reconciliation_amount(sums, currency, (enum reconciliation_entry)entry, COST_AMORTIZED);
        if (entry == RECONCILE_total || amount == 0)
            continue;
        const char *meaning = reconciliation_entry_meaning((enum reconciliation_entry)entry);
        bool again = entry >= RECONCILE_several_clusters;
        char number[TERMINAL_TEXT];
        fprintf(stream, "  %18s", terminal_text_number(number, again ? -amount : amount, 2));
        print_share(stream, again ? -amount : amount, total);
        fprintf(stream, "  %s\n", meaning);
    }
}

static void print_markup(FILE *stream, const struct config *config,
                         const struct reconciliation *sums, uint32_t currency)
{
    double attributed = 0;
    char number[TERMINAL_TEXT];
    if (config->cost_rules.markup == 0)
        return;
    for (int entry = RECONCILE_namespaces; entry <= RECONCILE_network_unattributed; entry++)
        attributed +=
            reconciliation_amount(sums, currency, (enum reconciliation_entry)entry, COST_AMORTIZED);
    fprintf(stream, "  %18s           markup of %g %% on what is in the table, not in these sums\n",
            terminal_text_number(number, attributed * config->cost_rules.markup, 2),
            config->cost_rules.markup * 100);
}

static void print_currency(FILE *stream, const struct config *config,
                           const struct reconciliation *sums, uint32_t currency)
{
    char name[TERMINAL_TEXT];
    char number[TERMINAL_TEXT];
    double total = reconciliation_amount(sums, currency, RECONCILE_total, COST_AMORTIZED);
    struct text code = reconciliation_currency_name(sums, currency);
    struct money_line *lines =
        memory_grow(NULL, ((size_t)sums->namespaces.count + 1) * sizeof *lines);
    fprintf(stream, "\nMoney, amortized cost in %s\n",
            code.bytes != NULL ? terminal_text_name(name, code, 3) : "no currency");
    size_t count = reconciliation_by_namespace(sums, currency, COST_AMORTIZED, lines);
    print_ranking(stream, "by namespace", lines, count, total);
    count = reconciliation_by_cluster(sums, currency, COST_AMORTIZED, lines);
    print_ranking(stream, "by cluster", lines, count, total);
    free(lines);
    fprintf(stream, "\n  where the bill went\n  %18s   100.0 %%  on the bill in the period\n",
            terminal_text_number(number, total, 2));
    print_destinations(stream, sums, currency, total);
    print_markup(stream, config, sums, currency);
}

static void print_closing(FILE *stream, const struct reconciliation *sums)
{
    if (reconciliation_closes(sums)) {
        fputs("  The sums close: every amount of the bill is accounted for.\n", stream);
        return;
    }
    fputs("  THE SUMS DO NOT CLOSE: see `costagg reconcile`, and please report it.\n", stream);
}

static void print_money(FILE *stream, const struct config *config,
                        const struct run_summary *summary)
{
    struct reconciliation sums;
    run_text_merge_bills(summary, &sums);
    uint32_t *order = memory_grow(NULL, ((size_t)sums.currencies.count + 1) * sizeof *order);
    reconciliation_order(&sums, order);
    for (uint32_t i = 0; i < sums.currencies.count; i++)
        print_currency(stream, config, &sums, order[i]);
    if (sums.currencies.count > 0)
        print_closing(stream, &sums);
    free(order);
    reconciliation_close(&sums);
}

static void print_notices(FILE *stream, const struct run_summary *summary)
{
    struct attribution_notices all;
    attribution_notices_init(&all);
    for (size_t i = 0; i < summary->bill_count; i++)
        attribution_notices_merge(&all, summary->bills[i].notices);
    bool titled = false;
    for (int notice = 0; notice < NOTICE_COUNT; notice++) {
        if (all.counts[notice] == 0)
            continue;
        char name[TERMINAL_TEXT];
        const char *example = all.examples[notice][0];
        if (!titled)
            fputs("\nLeft out or bent on the way\n", stream);
        titled = true;
        fprintf(stream, "  %18llu  %s%s%s\n", (unsigned long long)all.counts[notice],
                attribution_notice_meaning((enum attribution_notice)notice),
                example != NULL ? ", for example " : "",
                example != NULL ? terminal_text_string(name, example, 60) : "");
    }
    attribution_notices_close(&all);
}

static double entry_amount(const struct reconciliation *sums, uint32_t currency, int entry,
                           int column)
{
    return reconciliation_amount(sums, currency, (enum reconciliation_entry)entry,
                                 (enum cost_column)column);
}

void run_text_print_reconciliation(FILE *stream, const struct reconciliation *sums)
{
    uint32_t *order = memory_grow(NULL, ((size_t)sums->currencies.count + 1) * sizeof *order);
    reconciliation_order(sums, order);
    for (uint32_t i = 0; i < sums->currencies.count; i++) {
        uint32_t currency = order[i];
        char name[TERMINAL_TEXT];
        char number[TERMINAL_TEXT];
        fprintf(stream, "%s%-18s %18s %18s %18s %18s\n", i > 0 ? "\n" : "",
                terminal_text_name(name, reconciliation_currency_name(sums, currency), 18),
                "unblended", "blended", "savings plan", "amortized");
        for (int entry = 0; entry < RECONCILE_ENTRIES; entry++) {
            bool any = entry == RECONCILE_total;
            for (int column = 0; column < COST_COLUMNS; column++)
                any |= entry_amount(sums, currency, entry, column) != 0;
            if (!any)
                continue;
            fprintf(stream, "%-18s", reconciliation_entry_name((enum reconciliation_entry)entry));
            for (int column = 0; column < COST_COLUMNS; column++)
                fprintf(
                    stream, " %18s",
                    terminal_text_number(number, entry_amount(sums, currency, entry, column), 9));
            fprintf(stream, "  %s\n",
                    reconciliation_entry_meaning((enum reconciliation_entry)entry));
        }
        fprintf(stream, "%-18s", "difference");
        for (int column = 0; column < COST_COLUMNS; column++)
            fprintf(stream, " %18s",
                    terminal_text_number(
                        number, reconciliation_difference(sums, currency, (enum cost_column)column),
                        9));
        fputs("  bill - (rows + missing - counted again)\n", stream);
    }
    free(order);
}

/* ---- hours ---- */

struct ranked_namespace {
    struct text name;
    double cpu;
    const struct namespace_summary *sums;
};

static int compare_hours(const void *left, const void *right)
{
    const struct ranked_namespace *a = left;
    const struct ranked_namespace *b = right;
    if (a->cpu != b->cpu)
        return a->cpu > b->cpu ? -1 : 1;
    return text_compare(a->name, b->name);
}

static void print_hours(FILE *stream, const struct run_summary *summary)
{
    size_t count = summary->namespaces.count;
    struct ranked_namespace *ranked = memory_grow(NULL, (count + 1) * sizeof *ranked);
    for (uint32_t i = 0; i < count; i++)
        ranked[i] = (struct ranked_namespace){
            .name = text_pool_borrow(&summary->texts, *key_map_key(&summary->namespaces, i)),
            .cpu = measure_coalesce(
                exact_sum_value(summary->by_namespace[i].usage_cpu_core_hours, EXACT_SUM_FINE), -1),
            .sums = &summary->by_namespace[i],
        };
    qsort(ranked, count, sizeof *ranked, compare_hours);
    fprintf(stream, "\n%-42s %15s %15s %15s %15s\n", "Usage by namespace", "CPU core-hours",
            "requested", "memory GiB-h", "requested");
    for (size_t i = 0; i < count && i < TOP; i++) {
        const struct namespace_summary *sums = ranked[i].sums;
        const struct exact_sum columns[] = {
            sums->usage_cpu_core_hours, sums->request_cpu_core_hours,
            sums->usage_memory_gigabyte_hours, sums->request_memory_gigabyte_hours};
        char text[TERMINAL_TEXT];
        fprintf(stream, "  %s", terminal_text_name(text, ranked[i].name, NAME_WIDTH));
        for (size_t column = 0; column < sizeof columns / sizeof columns[0]; column++) {
            double value = exact_sum_value(columns[column], EXACT_SUM_FINE);
            fprintf(stream, " %15s",
                    measure_is_null(value) ? "-" : terminal_text_number(text, value, 2));
        }
        fputc('\n', stream);
    }
    if (count > TOP)
        fprintf(stream, "  (%zu more)\n", count - TOP);
    free(ranked);
}

/* ---- what it took ---- */

static void print_effort(FILE *stream, const struct config *config,
                         const struct run_summary *summary)
{
    char first[CALENDAR_TEXT_SIZE];
    char last[CALENDAR_TEXT_SIZE];
    char a[TERMINAL_TEXT];
    char b[TERMINAL_TEXT];
    char c[TERMINAL_TEXT];
    char d[TERMINAL_TEXT];
    char e[TERMINAL_TEXT];
    fprintf(stream, "\n%s to %s: %s row%s in (%s), %s usage row%s and %s cost row%s out\n",
            calendar_format(summary->period.first, first),
            calendar_format(summary->period.last, last), terminal_text_count(a, summary->rows_in),
            plural(summary->rows_in), terminal_text_bytes(b, summary->bytes_in),
            terminal_text_count(c, summary->usage_rows_out), plural(summary->usage_rows_out),
            terminal_text_count(d, summary->cost_rows_out), plural(summary->cost_rows_out));
    fprintf(stream,
            "%lld day%s of usage over %zu cluster%s; %.2f s (usage %.2f, cost %.2f) on %d "
            "thread%s; peak memory %s\n",
            (long long)summary->days_with_rows, plural(summary->days_with_rows),
            config->cluster_count, plural((int64_t)config->cluster_count), summary->total_seconds,
            summary->usage_seconds, summary->cost_seconds, config->threads, plural(config->threads),
            terminal_text_bytes(e, summary->peak_memory_bytes));
    if (summary->retries > 0)
        fprintf(stream, "%lld request%s had to be repeated\n", (long long)summary->retries,
                plural(summary->retries));
    if (summary->malformed_labels.count > 0)
        fprintf(stream, "%lld label text%s malformed and read as far as possible; the first: %s\n",
                (long long)summary->malformed_labels.count,
                summary->malformed_labels.count == 1 ? " was" : "s were",
                summary->first_malformed != NULL
                    ? terminal_text_string(a, summary->first_malformed,
                                           (int)strlen(summary->first_malformed))
                    : "unknown");
    if (config->dry_run)
        fputs("Nothing was written: a dry run.\n", stream);
}

/* Holds names from the data, line by line. */
static void print_explanation(FILE *stream, const char *text)
{
    while (*text != '\0') {
        size_t length = *text == '\n' ? 1 : utf8_printable_length(text);
        if (length == 0)
            fputc('?', stream);
        else
            fwrite(text, 1, length, stream);
        text += length > 0 ? length : 1;
    }
}

void run_text_print(FILE *stream, const struct config *config, const struct run_summary *summary)
{
    if (summary->explanation != NULL)
        print_explanation(stream, summary->explanation);
    if (summary->bill_count > 0)
        print_money(stream, config, summary);
    print_notices(stream, summary);
    if (summary->namespaces.count > 0)
        print_hours(stream, summary);
    print_effort(stream, config, summary);
}
