#include "result/compare_print.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

static void head(FILE *out, const char *name, const char *help)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

/* One sample a table: the integer at rows.<key>. */
static void row_samples(FILE *out, const json_t *tables, const char *label, const char *key)
{
    size_t index;
    json_t *table;
    json_array_foreach(tables, index, table)
    {
        const json_t *rows = json_object_get(table, "rows");
        fprintf(out, "costagg_compare_rows{table=\"%s\",kind=\"%s\"} %" JSON_INTEGER_FORMAT "\n",
                json_string_value(json_object_get(table, "table")), label,
                json_integer_value(json_object_get(rows, key)));
    }
}

static void total_samples(FILE *out, const json_t *tables, const char *side, const char *key)
{
    size_t index, at;
    json_t *table, *day;
    json_array_foreach(tables, index, table)
    {
        double total = 0;
        json_array_foreach(json_object_get(table, "days"), at, day) total +=
            json_number_value(json_object_get(day, key));
        fprintf(out, "costagg_compare_total{table=\"%s\",side=\"%s\"} %.9f\n",
                json_string_value(json_object_get(table, "table")), side, total);
    }
}

/* Rows by cause, all details of a cause together. */
static void cause_samples(FILE *out, const json_t *tables)
{
    size_t index, at;
    json_t *table, *cause, *rows;
    const char *name;
    json_array_foreach(tables, index, table)
    {
        json_t *sums = json_object();
        json_array_foreach(json_object_get(table, "causes"), at, cause)
        {
            name = json_string_value(json_object_get(cause, "cause"));
            json_int_t sum = json_integer_value(json_object_get(sums, name)) +
                             json_integer_value(json_object_get(cause, "rows"));
            json_object_set_new(sums, name, json_integer(sum));
        }
        json_object_foreach(sums, name, rows) fprintf(
            out, "costagg_compare_cause_rows{table=\"%s\",cause=\"%s\"} %" JSON_INTEGER_FORMAT "\n",
            json_string_value(json_object_get(table, "table")), name, json_integer_value(rows));
        json_decref(sums);
    }
}

void compare_print_metrics(FILE *out, const json_t *document, int64_t limit, int64_t now)
{
    static const char *const kinds[][2] = {{"a", "a"},           {"b", "b"},
                                           {"equal", "equal"},   {"different", "different"},
                                           {"only_a", "only_a"}, {"only_b", "only_b"}};
    const json_t *tables = json_object_get(document, "tables");
    int64_t differences = json_integer_value(json_object_get(document, "differences"));
    head(out, "costagg_compare_rows", "Rows of a comparison by kind.");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        row_samples(out, tables, kinds[i][0], kinds[i][1]);
    head(out, "costagg_compare_total", "Sum of the table's leading amount on a side.");
    total_samples(out, tables, "a", "total_a");
    total_samples(out, tables, "b", "total_b");
    head(out, "costagg_compare_cause_rows", "Differing rows by likely cause.");
    cause_samples(out, tables);
    head(out, "costagg_compare_differences", "Rows that differ, over all tables.");
    fprintf(out, "costagg_compare_differences %" PRId64 "\n", differences);
    head(out, "costagg_compare_max_differences", "The number of differences that is still fine.");
    fprintf(out, "costagg_compare_max_differences %" PRId64 "\n", limit);
    head(out, "costagg_compare_success", "1 when the differences stay within the limit.");
    fprintf(out, "costagg_compare_success %d\n", differences <= limit);
    head(out, "costagg_compare_timestamp_seconds", "When the comparison ended.");
    fprintf(out, "costagg_compare_timestamp_seconds %" PRId64 "\n", now);
}
