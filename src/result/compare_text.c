#include "result/compare_print.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

enum { SHOWN_PLACES = 10, SHOWN_LARGEST = 10, CELL_SIZE = 24 };

void compare_print_safe(FILE *out, const char *text)
{
    for (const unsigned char *byte = (const unsigned char *)text; *byte; byte++) {
        /* C1 controls are two bytes in UTF-8: C2 80 … C2 9F */
        if (*byte < 0x20 || *byte == 0x7f || (*byte == 0xc2 && byte[1] >= 0x80 && byte[1] < 0xa0))
            fprintf(out, "\\x%02x", *byte);
        else
            fputc(*byte, out);
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

/* 1234567 as 1,234,567; `text` has room for CELL_SIZE bytes. */
static const char *grouped(int64_t number, char *text)
{
    char digits[CELL_SIZE];
    int length = snprintf(digits, sizeof digits, "%" PRId64, number), to = 0;
    for (int i = 0; i < length; i++) {
        text[to++] = digits[i];
        if ((length - i - 1) % 3 == 0 && i + 1 < length && digits[i] != '-')
            text[to++] = ',';
    }
    text[to] = '\0';
    return text;
}

static void print_value(FILE *out, const json_t *value)
{
    if (json_is_string(value))
        compare_print_safe(out, json_string_length(value) ? json_string_value(value) : "''");
    else if (json_is_integer(value))
        fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_number(value))
        fprintf(out, "%.12g", json_number_value(value));
    else
        fputs("null", out);
}

static void print_key(FILE *out, const json_t *key)
{
    const char *name, *space = "";
    json_t *value;
    json_object_foreach((json_t *)key, name, value)
    {
        fprintf(out, "%s%s=", space, name);
        print_value(out, value);
        space = "  ";
    }
}

/* "pod_usage: 1.5 → 1.6, …" of a pair; where the row is alone, the side it is on. */
static void print_cells(FILE *out, const json_t *example)
{
    const json_t *a = json_object_get(example, "a"), *b = json_object_get(example, "b");
    const char *name;
    json_t *value;
    if (json_is_null(a) || json_is_null(b))
        fputs(json_is_null(b) ? "only in A  " : "only in B  ", out);
    json_object_foreach((json_t *)(json_is_null(a) ? b : a), name, value)
    {
        if ((json_is_null(a) || json_is_null(b)) && json_is_null(value))
            continue;
        fprintf(out, "%s: ", name);
        print_value(out, value);
        if (!json_is_null(a) && !json_is_null(b)) {
            fputs(" → ", out);
            print_value(out, json_object_get(b, name));
        }
        fputs("  ", out);
    }
}

static void print_example(FILE *out, const char *indent, const json_t *example)
{
    fprintf(out, "%s", indent);
    print_key(out, json_object_get(example, "key"));
    fprintf(out, "\n%s    ", indent);
    print_cells(out, example);
    fputc('\n', out);
}

static void print_columns(FILE *out, const json_t *table)
{
    size_t index;
    json_t *column;
    char text[CELL_SIZE * 2];
    json_array_foreach(json_object_get(table, "columns"), index, column)
        fprintf(out, "%s%s %s", index ? ", " : "    by column: ", text_of(column, "column"),
                grouped(integer_of(column, "rows"), text));
    if (json_array_size(json_object_get(table, "columns")))
        fputc('\n', out);
    static const char *const sides[][2] = {{"only_a_columns", "A"}, {"only_b_columns", "B"}};
    for (int side = 0; side < 2; side++) {
        const json_t *names = json_object_get(table, sides[side][0]);
        json_array_foreach(names, index, column) fprintf(
            out, "%s%s", index ? ", " : "    not compared, only in ", index ? "" : sides[side][1]),
            fprintf(out, "%s%s", index ? "" : ": ", json_string_value(column));
        if (json_array_size(names))
            fputc('\n', out);
    }
}

static void print_rows(FILE *out, const json_t *table)
{
    const json_t *rows = json_object_get(table, "rows");
    static const char *const lines[][2] = {
        {"a", "rows in A"},         {"b", "rows in B"},      {"equal", "equal"},
        {"different", "different"}, {"only_a", "only in A"}, {"only_b", "only in B"},
    };
    char text[CELL_SIZE * 2];
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        fprintf(out, "  %-12s %14s\n", lines[i][1], grouped(integer_of(rows, lines[i][0]), text));
}

/* Days or namespaces that differ, at most SHOWN_PLACES of them. */
static void print_places(FILE *out, const json_t *table, const char *list, const char *kind)
{
    size_t index, shown = 0, more = 0;
    json_t *place;
    char rows_a[CELL_SIZE * 2], rows_b[CELL_SIZE * 2];
    json_array_foreach(json_object_get(table, list), index, place)
    {
        if (integer_of(place, "differences") == 0)
            continue;
        if (shown == SHOWN_PLACES) {
            more++;
            continue;
        }
        if (shown++ == 0)
            fprintf(out, "  %s with differences (rows A, B; %s A, B)\n", list,
                    text_of(table, "total_column"));
        const json_t *name = json_object_get(place, kind);
        fputs("    ", out);
        print_value(out, name);
        fprintf(
            out, "  %s, %s;  %.6f, %.6f  (%+.6f)\n", grouped(integer_of(place, "rows_a"), rows_a),
            grouped(integer_of(place, "rows_b"), rows_b), number_of(place, "total_a"),
            number_of(place, "total_b"), number_of(place, "total_b") - number_of(place, "total_a"));
    }
    if (more > 0)
        fprintf(out, "    and %zu more\n", more);
}

static void print_totals(FILE *out, const json_t *table)
{
    size_t index;
    json_t *day;
    double a = 0, b = 0;
    json_array_foreach(json_object_get(table, "days"), index, day)
    {
        a += number_of(day, "total_a");
        b += number_of(day, "total_b");
    }
    if (*text_of(table, "total_column"))
        fprintf(out, "  %s: A %.6f, B %.6f, B − A %+.6f%s%s\n", text_of(table, "total_column"), a,
                b, b - a, *text_of(table, "unit") ? " " : "", text_of(table, "unit"));
}

static void print_largest(FILE *out, const json_t *table)
{
    size_t index;
    json_t *example;
    json_array_foreach(json_object_get(table, "largest"), index, example)
    {
        if (index == SHOWN_LARGEST)
            break;
        if (index == 0)
            fputs("  largest differences\n", out);
        fprintf(out, "    %+.9g %s\n", number_of(example, "amount"), text_of(example, "column"));
        print_example(out, "      ", example);
    }
}

static void print_causes(FILE *out, const json_t *table)
{
    size_t index, at;
    json_t *cause, *example;
    char rows[CELL_SIZE * 2];
    json_array_foreach(json_object_get(table, "causes"), index, cause)
    {
        if (index == 0)
            fputs("  likely causes\n", out);
        fprintf(out, "    %s rows, %.6f: %s: ", grouped(integer_of(cause, "rows"), rows),
                number_of(cause, "amount"), text_of(cause, "cause"));
        compare_print_safe(out, text_of(cause, "detail"));
        fprintf(out, "\n      %s\n", text_of(cause, "meaning"));
        json_array_foreach(json_object_get(cause, "examples"), at, example)
            print_example(out, "        ", example);
    }
}

static void print_table(FILE *out, const json_t *table, bool explain)
{
    fprintf(out, "\n%s\n", text_of(table, "table"));
    const char *missing = text_of(table, "missing");
    if (*missing) {
        fprintf(out, "  not there in %s\n",
                strcmp(missing, "both") == 0 ? "A and B"
                : strcmp(missing, "a") == 0  ? "A"
                                             : "B");
        return;
    }
    print_rows(out, table);
    print_columns(out, table);
    print_totals(out, table);
    print_places(out, table, "days", "day");
    print_places(out, table, "namespaces", "namespace");
    if (explain)
        print_causes(out, table);
    else
        print_largest(out, table);
}

void compare_print_text(FILE *out, const json_t *document, bool explain)
{
    size_t index;
    json_t *table;
    char count[CELL_SIZE * 2];
    fputs("A  ", out);
    compare_print_safe(out, text_of(document, "a"));
    fputs("\nB  ", out);
    compare_print_safe(out, text_of(document, "b"));
    fprintf(out, "\nnumbers equal within %g relative\n", number_of(document, "tolerance"));
    json_array_foreach(json_object_get(document, "tables"), index, table)
        print_table(out, table, explain);
    int64_t differences = integer_of(document, "differences");
    if (differences == 0)
        fputs("\nno differences\n", out);
    else
        fprintf(out, "\n%s differences%s\n", grouped(differences, count),
                explain ? "" : "; --explain groups them by likely causes");
}
