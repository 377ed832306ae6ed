/* The comparison as a page without scripts; names are written as text, never as markup. */
#include "result/compare_print.h"
#include "result/page_text.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <string.h>

static void print_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            fputc(*text, out);
        }
    }
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static int64_t integer_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static double number_of(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static void print_value(FILE *out, const json_t *value)
{
    if (json_is_string(value))
        print_text(out, json_string_length(value) ? json_string_value(value) : "''");
    else if (json_is_integer(value))
        fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_number(value))
        fprintf(out, "%.12g", json_number_value(value));
    else
        fputs("<i>null</i>", out);
}

static void print_number_cell(FILE *out, double number)
{
    fprintf(out, "<td class=\"number\">%.6f</td>", number);
}

static void print_count_cell(FILE *out, int64_t count)
{
    fprintf(out, "<td class=\"number\">%" PRId64 "</td>", count);
}

/* A heading that begins with '>' is of numbers. */
static void begin_table(FILE *out, const char *title, const char *const *heads, size_t count)
{
    fprintf(out, "<h3>%s</h3>\n<div class=\"scroll\"><table class=\"data plain\"><thead><tr>",
            title);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "<th scope=\"col\"%s>%s</th>", heads[i][0] == '>' ? " class=\"number\"" : "",
                heads[i] + (heads[i][0] == '>'));
    fputs("</tr></thead><tbody>\n", out);
}

static void end_table(FILE *out)
{
    fputs("</tbody></table></div>\n", out);
}

static void print_pairs(FILE *out, const json_t *object)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value)
    {
        fprintf(out, "<span class=\"pair\"><b>%s</b> ", name);
        print_value(out, value);
        fputs("</span> ", out);
    }
}

static void print_example_cells(FILE *out, const json_t *example)
{
    static const char *const sides[] = {"a", "b"};
    fputs("<td class=\"key\">", out);
    print_pairs(out, json_object_get(example, "key"));
    fputs("</td>", out);
    for (int side = 0; side < 2; side++) {
        const json_t *cells = json_object_get(example, sides[side]);
        fputs("<td class=\"key\">", out);
        if (json_is_null(cells))
            fputs("<i>no such row</i>", out);
        else
            print_pairs(out, cells);
        fputs("</td>", out);
    }
}

static void print_rows(FILE *out, const json_t *table)
{
    static const char *const heads[] = {">rows in A", ">rows in B", ">equal",
                                        ">different", ">only in A", ">only in B"};
    static const char *const keys[] = {"a", "b", "equal", "different", "only_a", "only_b"};
    const json_t *rows = json_object_get(table, "rows");
    begin_table(out, "Rows", heads, sizeof heads / sizeof *heads);
    fputs("<tr>", out);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        print_count_cell(out, integer_of(rows, keys[i]));
    fputs("</tr>\n", out);
    end_table(out);
}

static void print_places(FILE *out, const json_t *table, const char *list, const char *kind,
                         const char *title)
{
    const char *heads[] = {kind,       ">rows in A", ">rows in B", ">differences",
                           ">total A", ">total B",   ">B − A"};
    size_t index;
    json_t *place;
    begin_table(out, title, heads, sizeof heads / sizeof *heads);
    json_array_foreach(json_object_get(table, list), index, place)
    {
        double a = number_of(place, "total_a"), b = number_of(place, "total_b");
        fputs("<tr><th scope=\"row\">", out);
        print_value(out, json_object_get(place, kind));
        fputs("</th>", out);
        print_count_cell(out, integer_of(place, "rows_a"));
        print_count_cell(out, integer_of(place, "rows_b"));
        print_count_cell(out, integer_of(place, "differences"));
        print_number_cell(out, a);
        print_number_cell(out, b);
        print_number_cell(out, b - a);
        fputs("</tr>\n", out);
    }
    end_table(out);
}

static void print_causes(FILE *out, const json_t *table)
{
    static const char *const heads[] = {"Cause", ">Rows", ">Amount", "Example: key", "A", "B"};
    size_t index;
    json_t *cause;
    begin_table(out, "Likely causes", heads, sizeof heads / sizeof *heads);
    json_array_foreach(json_object_get(table, "causes"), index, cause)
    {
        fprintf(out, "<tr><th scope=\"row\">%s<br>", text_of(cause, "cause"));
        print_text(out, text_of(cause, "detail"));
        fputs("<p class=\"note\">", out);
        print_text(out, text_of(cause, "meaning"));
        fputs("</p></th>", out);
        print_count_cell(out, integer_of(cause, "rows"));
        print_number_cell(out, number_of(cause, "amount"));
        print_example_cells(out, json_array_get(json_object_get(cause, "examples"), 0));
        fputs("</tr>\n", out);
    }
    end_table(out);
}

static void print_largest(FILE *out, const json_t *table)
{
    static const char *const heads[] = {">Difference", "of", "Key", "A", "B"};
    size_t index;
    json_t *example;
    begin_table(out, "Largest differences", heads, sizeof heads / sizeof *heads);
    json_array_foreach(json_object_get(table, "largest"), index, example)
    {
        fputs("<tr>", out);
        print_number_cell(out, number_of(example, "amount"));
        fprintf(out, "<td>%s</td>", text_of(example, "column"));
        print_example_cells(out, example);
        fputs("</tr>\n", out);
    }
    end_table(out);
}

static void print_columns(FILE *out, const json_t *table)
{
    static const char *const heads[] = {"Column", ">Rows that differ"};
    size_t index;
    json_t *column;
    begin_table(out, "By column", heads, sizeof heads / sizeof *heads);
    json_array_foreach(json_object_get(table, "columns"), index, column)
    {
        fprintf(out, "<tr><th scope=\"row\">%s</th>", text_of(column, "column"));
        print_count_cell(out, integer_of(column, "rows"));
        fputs("</tr>\n", out);
    }
    end_table(out);
}

static void print_table(FILE *out, const json_t *table)
{
    fprintf(out, "<section><h2>%s</h2>\n", text_of(table, "table"));
    if (*text_of(table, "missing")) {
        const char *missing = text_of(table, "missing");
        fprintf(out, "<p class=\"note\">Not there in %s.</p></section>\n",
                strcmp(missing, "both") == 0 ? "A and B"
                : strcmp(missing, "a") == 0  ? "A"
                                             : "B");
        return;
    }
    print_rows(out, table);
    bool differs = json_array_size(json_object_get(table, "causes")) > 0;
    if (differs) {
        print_causes(out, table);
        print_columns(out, table);
    }
    if (*text_of(table, "total_column"))
        fprintf(out, "<p class=\"note\">Totals below: %s%s%s.</p>\n",
                text_of(table, "total_column"), *text_of(table, "unit") ? ", " : "",
                text_of(table, "unit"));
    print_places(out, table, "days", "day", "By day");
    print_places(out, table, "namespaces", "namespace", "By namespace");
    if (differs)
        print_largest(out, table);
    fputs("</section>\n", out);
}

void compare_print_page(FILE *out, const json_t *document)
{
    size_t index;
    json_t *table;
    int64_t differences = integer_of(document, "differences");
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
          "style-src 'unsafe-inline'\">\n<title>Two results compared</title>\n<style>\n",
          out);
    fputs(page_style_css, out);
    fputs("</style></head><body><main>\n<p class=\"eyebrow\">costagg compare</p>\n"
          "<h1>Two results compared</h1>\n<p class=\"sub\">A: ",
          out);
    print_text(out, text_of(document, "a"));
    fputs("<br>B: ", out);
    print_text(out, text_of(document, "b"));
    fprintf(out, "<br>Numbers count as equal within %g relative, or the last stored digit.</p>\n",
            number_of(document, "tolerance"));
    if (differences == 0)
        fputs("<p><span class=\"verdict same\">No differences</span></p>\n", out);
    else
        fprintf(out, "<p><span class=\"verdict differs\">%" PRId64 " differences</span></p>\n",
                differences);
    json_array_foreach(json_object_get(document, "tables"), index, table) print_table(out, table);
    fputs("</main></body></html>\n", out);
}
