#include "command/run_report.h"

#include "attribute/notices.h"
#include "attribute/reconciliation.h"
#include "base/arena.h"
#include "command/whole_file.h"
#include "config/config.h"
#include "result/run_summary.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static json_t *day(int32_t number)
{
    char text[CALENDAR_TEXT_SIZE];
    return json_string(calendar_format(number, text));
}

static json_t *moment(int64_t seconds)
{
    char text[32];
    struct tm utc;
    time_t time = (time_t)seconds;
    gmtime_r(&time, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return json_string(text);
}

/* Null for null and for what is no UTF-8, which JSON cannot hold. */
static json_t *name(struct text text)
{
    json_t *string = text.bytes != NULL ? json_stringn(text.bytes, text.length) : NULL;
    return string != NULL ? string : json_null();
}

static json_t *hours(struct exact_sum sum)
{
    double value = exact_sum_value(sum, EXACT_SUM_FINE);
    json_t *number = measure_is_null(value) ? NULL : json_real(value);
    return number != NULL ? number : json_null();
}

static void put(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

static void put_count(json_t *object, const char *key, int64_t count)
{
    put(object, key, json_integer(count));
}

static void put_text(json_t *object, const char *key, const char *text)
{
    json_t *string = text != NULL ? json_string(text) : NULL;
    put(object, key, string != NULL ? string : json_null());
}

static json_t *units(const struct run_summary *summary)
{
    json_t *list = json_array();
    for (size_t i = 0; i < summary->unit_count; i++) {
        const struct unit_summary *unit = &summary->units[i];
        json_t *object = json_object();
        put_text(object, "stage", unit->stage);
        put_text(object, "source", unit->source);
        put_text(object, "name", unit->name);
        put(object, "start", day(unit->days.first));
        put(object, "end", day(unit->days.last));
        put_count(object, "rows_in", unit->rows_in);
        put_count(object, "rows_out", unit->rows_out);
        put_count(object, "bytes_in", unit->bytes_in);
        put(object, "seconds", json_real(unit->seconds));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *namespaces(const struct run_summary *summary)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < summary->namespaces.count; i++) {
        const struct namespace_summary *sums = &summary->by_namespace[i];
        json_t *object = json_object();
        put(object, "namespace",
            name(text_pool_borrow(&summary->texts, *key_map_key(&summary->namespaces, i))));
        put(object, "usage_cpu_core_hours", hours(sums->usage_cpu_core_hours));
        put(object, "request_cpu_core_hours", hours(sums->request_cpu_core_hours));
        put(object, "usage_memory_gigabyte_hours", hours(sums->usage_memory_gigabyte_hours));
        put(object, "request_memory_gigabyte_hours", hours(sums->request_memory_gigabyte_hours));
        json_array_append_new(list, object);
    }
    return list;
}

static const char *const column_names[COST_COLUMNS] = {"unblended", "blended", "savingsplan",
                                                       "amortized"};

static json_t *currency(const struct reconciliation *sums, uint32_t number)
{
    json_t *object = json_object();
    put(object, "currency", name(reconciliation_currency_name(sums, number)));
    for (enum cost_column column = 0; column < COST_COLUMNS; column++) {
        json_t *amounts = json_object();
        for (int entry = 0; entry < RECONCILE_ENTRIES; entry++)
            put(amounts, reconciliation_entry_name((enum reconciliation_entry)entry),
                json_real(
                    reconciliation_amount(sums, number, (enum reconciliation_entry)entry, column)));
        put(amounts, "difference", json_real(reconciliation_difference(sums, number, column)));
        put(object, column_names[column], amounts);
    }
    return object;
}

static json_t *money_by_namespace(const struct reconciliation *sums, uint32_t number)
{
    json_t *list = json_array();
    struct money_line *lines =
        memory_grow(NULL, ((size_t)sums->namespaces.count + 1) * sizeof *lines);
    size_t count = reconciliation_by_namespace(sums, number, COST_AMORTIZED, lines);
    for (size_t i = 0; i < count; i++) {
        json_t *object = json_object();
        put(object, "namespace", name(lines[i].name));
        put(object, "amortized", json_real(lines[i].amount));
        json_array_append_new(list, object);
    }
    free(lines);
    return list;
}

static json_t *notices(const struct attribution_notices *seen)
{
    json_t *object = json_object();
    for (int notice = 0; notice < NOTICE_COUNT; notice++) {
        if (seen->counts[notice] == 0)
            continue;
        json_t *entry = json_object();
        json_t *examples = json_array();
        for (int i = 0; i < NOTICE_EXAMPLES; i++)
            if (seen->examples[notice][i] != NULL)
                json_array_append_new(examples, json_string(seen->examples[notice][i]));
        put_count(entry, "count", (int64_t)seen->counts[notice]);
        put_text(entry, "meaning", attribution_notice_meaning((enum attribution_notice)notice));
        put(entry, "examples", examples);
        put(object, attribution_notice_name((enum attribution_notice)notice), entry);
    }
    return object;
}

static json_t *bills(const struct run_summary *summary)
{
    json_t *list = json_array();
    for (size_t i = 0; i < summary->bill_count; i++) {
        const struct bill_summary *bill = &summary->bills[i];
        json_t *object = json_object();
        json_t *currencies = json_array();
        uint32_t *order =
            memory_grow(NULL, ((size_t)bill->sums->currencies.count + 1) * sizeof *order);
        reconciliation_order(bill->sums, order);
        for (uint32_t c = 0; c < bill->sums->currencies.count; c++) {
            json_t *sums = currency(bill->sums, order[c]);
            put(sums, "namespaces", money_by_namespace(bill->sums, order[c]));
            json_array_append_new(currencies, sums);
        }
        free(order);
        put_text(object, "provider", bill->bill->provider);
        put_text(object, "source", bill->bill->source);
        put(object, "closes", json_boolean(reconciliation_closes(bill->sums)));
        put(object, "currencies", currencies);
        put(object, "notices", notices(bill->notices));
        json_array_append_new(list, object);
    }
    return list;
}

static void put_effort(json_t *root, const struct config *config, const struct run_summary *summary)
{
    json_t *seconds = json_object();
    put(seconds, "total", json_real(summary->total_seconds));
    put(seconds, "usage", json_real(summary->usage_seconds));
    put(seconds, "cost", json_real(summary->cost_seconds));
    put(root, "seconds", seconds);
    json_t *rows = json_object();
    put_count(rows, "in", summary->rows_in);
    put_count(rows, "usage_out", summary->usage_rows_out);
    put_count(rows, "cost_out", summary->cost_rows_out);
    put(root, "rows", rows);
    put_count(root, "days_with_rows", summary->days_with_rows);
    put_count(root, "bytes_in", summary->bytes_in);
    put_count(root, "files_opened", summary->files_opened);
    put_count(root, "retries", summary->retries);
    put_count(root, "peak_memory_bytes", summary->peak_memory_bytes);
    put_count(root, "malformed_labels", summary->malformed_labels.count);
    put_text(root, "first_malformed_label", summary->first_malformed);
    put_count(root, "threads", config->threads);
    put_count(root, "shard", config->shard_index);
    put_count(root, "shards", config->shard_count);
    put(root, "dry_run", json_boolean(config->dry_run));
}

static json_t *build(const struct config *config, const struct run_summary *summary,
                     const struct run_outcome *outcome)
{
    json_t *root = json_object();
    json_t *period = json_object();
    json_t *failure = NULL;
    if (outcome->failure->kind != ERROR_NONE) {
        failure = json_object();
        put_text(failure, "kind", error_kind_name(outcome->failure->kind));
        put_text(failure, "message", outcome->failure->message);
    }
    put_text(root, "program", "costagg");
    put_text(root, "version", COSTAGG_VERSION);
    put_count(root, "status", outcome->status);
    put(root, "error", failure != NULL ? failure : json_null());
    put(root, "started", moment(outcome->began));
    put(root, "ended", moment(outcome->ended));
    put_text(root, "org_id", config->org_id);
    put(period, "start", day(config->period.first));
    put(period, "end", day(config->period.last));
    put(root, "period", period);
    put_effort(root, config, summary);
    put(root, "units", units(summary));
    put(root, "bills", bills(summary));
    put(root, "namespaces", namespaces(summary));
    return root;
}

bool run_report_write(const char *path, const struct config *config,
                      const struct run_summary *summary, const struct run_outcome *outcome,
                      struct error *error)
{
    json_t *root = build(config, summary, outcome);
    char *text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    json_decref(root);
    if (text == NULL)
        return error_set(error, ERROR_INTERNAL, "the run report cannot be written as JSON");
    /* json_dumps() ends without a newline; the file's last byte is the NUL's place. */
    size_t length = strlen(text);
    text[length] = '\n';
    bool done = whole_file_write(path, "report file", text, length + 1, error);
    free(text);
    return done;
}
