#include "command/run_metrics.h"

#include "attribute/reconciliation.h"
#include "base/settings.h"
#include "command/whole_file.h"
#include "result/run_summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LAST_SUCCESS "costagg_last_success_timestamp_seconds"

static void head(FILE *stream, const char *name, const char *type, const char *help)
{
    fprintf(stream, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void one(FILE *stream, const char *name, const char *help, double value)
{
    head(stream, name, "gauge", help);
    fprintf(stream, "%s %.15g\n", name, value);
}

/* A label's value: quotes and backslashes escaped; nothing that could break the line. */
static void label(FILE *stream, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (c == '"' || c == '\\')
            fprintf(stream, "\\%c", c);
        else
            fputc(c < 0x20 || c >= 0x7f ? '?' : c, stream);
    }
}

/* The time of the last success from the file that is there, 0 when it has none. */
static double last_success(const char *path)
{
    char line[256];
    double value = 0;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    while (fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, LAST_SUCCESS " ", strlen(LAST_SUCCESS) + 1) == 0)
            value = strtod(line + strlen(LAST_SUCCESS), NULL);
    fclose(file);
    return value;
}

static void print_units(FILE *stream, const struct run_summary *summary)
{
    static const char *const stages[] = {"usage", "cost"};
    const double seconds[] = {summary->usage_seconds, summary->cost_seconds};
    const int64_t rows[] = {summary->usage_rows_out, summary->cost_rows_out};
    head(stream, "costagg_stage_seconds", "gauge", "Time each stage took in the last run");
    for (int i = 0; i < 2; i++)
        fprintf(stream, "costagg_stage_seconds{stage=\"%s\"} %.6f\n", stages[i], seconds[i]);
    head(stream, "costagg_rows_written", "gauge", "Rows each stage wrote in the last run");
    for (int i = 0; i < 2; i++)
        fprintf(stream, "costagg_rows_written{stage=\"%s\"} %lld\n", stages[i], (long long)rows[i]);
}

static void print_bill(FILE *stream, const struct bill_summary *bill)
{
    static const char *const columns[COST_COLUMNS] = {"unblended", "blended", "savingsplan",
                                                      "amortized"};
    for (uint32_t i = 0; i < bill->sums->currencies.count; i++)
        for (enum cost_column column = 0; column < COST_COLUMNS; column++) {
            struct text code = reconciliation_currency_name(bill->sums, i);
            fprintf(stream, "costagg_reconciliation_difference{bill=\"%s\",currency=\"",
                    bill->bill->source);
            label(stream, code.bytes, code.length);
            fprintf(stream, "\",column=\"%s\"} %.15g\n", columns[column],
                    reconciliation_difference(bill->sums, i, column));
        }
}

static void print_bills(FILE *stream, const struct run_summary *summary)
{
    if (summary->bill_count == 0)
        return;
    head(stream, "costagg_reconciliation_difference", "gauge",
         "Bill minus what became of it; 0 but for rounding");
    for (size_t i = 0; i < summary->bill_count; i++)
        print_bill(stream, &summary->bills[i]);
    head(stream, "costagg_reconciliation_closes", "gauge", "1 when the bill's sums close");
    for (size_t i = 0; i < summary->bill_count; i++)
        fprintf(stream, "costagg_reconciliation_closes{bill=\"%s\"} %d\n",
                summary->bills[i].bill->source, reconciliation_closes(summary->bills[i].sums));
}

void run_metrics_print_times(FILE *stream, double last_success, int64_t ended, int status)
{
    one(stream, LAST_SUCCESS, "When the last successful run ended", last_success);
    one(stream, "costagg_last_run_timestamp_seconds", "When the last run ended", (double)ended);
    one(stream, "costagg_last_run_exit_status", "Exit status of the last run", status);
}

void run_metrics_print_figures(FILE *stream, const struct run_summary *summary)
{
    one(stream, "costagg_run_seconds", "Time the last run took", summary->total_seconds);
    one(stream, "costagg_rows_read", "Rows the last run read", (double)summary->rows_in);
    one(stream, "costagg_bytes_read", "Bytes the last run fetched", (double)summary->bytes_in);
    one(stream, "costagg_retries", "Requests the last run had to repeat", (double)summary->retries);
    one(stream, "costagg_peak_memory_bytes", "Peak resident memory of the last run",
        (double)summary->peak_memory_bytes);
    one(stream, "costagg_malformed_labels", "Label texts that were no clean JSON",
        (double)summary->malformed_labels.count);
    print_units(stream, summary);
    print_bills(stream, summary);
}

bool run_metrics_write(const char *path, const struct run_summary *summary,
                       const struct run_outcome *outcome, struct error *error)
{
    char *text = NULL;
    size_t length = 0;
    bool success = outcome->failure->kind == ERROR_NONE;
    FILE *stream = open_memstream(&text, &length);
    if (stream == NULL)
        return error_set(error, ERROR_INTERNAL, "out of memory");
    run_metrics_print_times(stream, success ? (double)outcome->ended : last_success(path),
                            outcome->ended, outcome->status);
    run_metrics_print_figures(stream, summary);
    bool done = fclose(stream) == 0 ? whole_file_write(path, "metrics file", text, length, error)
                                    : error_set(error, ERROR_INTERNAL, "out of memory");
    free(text);
    return done;
}
