#include "source/path_template.h"

#include "base/arena.h"

#include <stdio.h>
#include <string.h>

#define MONTH_FOLDER "/source={source}/year={year}/month={month}"

#define KOKU_HOURLY         "data/parquet/{org}/OCP/{report}" MONTH_FOLDER
#define KOKU_DAILY          "data/parquet/daily/{org}/OCP/{report}" MONTH_FOLDER
#define REPORT_FIRST_HOURLY "data/{org}/OCP/{report}" MONTH_FOLDER
#define REPORT_FIRST_DAILY  "data/{org}/OCP/{report}_daily" MONTH_FOLDER
#define SOURCE_FIRST_HOURLY "data/{org}/OCP" MONTH_FOLDER "/**/{report}/**"
#define SOURCE_FIRST_DAILY  "data/{org}/OCP" MONTH_FOLDER "/**/{report}_daily/**"

#define OCP_TEMPLATES(hourly, daily)                                                            \
    [REPORT_POD_USAGE] = {hourly, daily, NULL}, [REPORT_STORAGE_USAGE] = {hourly, daily, NULL}, \
    [REPORT_NODE_LABELS] = {hourly, daily, NULL},                                               \
    [REPORT_NAMESPACE_LABELS] = {hourly, daily, NULL}

#define LONG_NAMES                                                                       \
    {                                                                                    \
        "openshift_pod_usage_line_items", "openshift_storage_usage_line_items",          \
            "openshift_node_labels_line_items", "openshift_namespace_labels_line_items", \
            "aws_line_items"                                                             \
    }

const struct path_convention path_conventions[] = {
    {
        "koku",
        {"pod_usage", "storage_usage", "node_labels", "namespace_labels", "aws_line_items"},
        {
            OCP_TEMPLATES(KOKU_HOURLY, KOKU_DAILY),
            [REPORT_AWS_LINE_ITEMS] = {"data/parquet/{org}/AWS" MONTH_FOLDER,
                                       "data/parquet/daily/{org}/AWS/raw" MONTH_FOLDER, NULL},
        },
    },
    {
        "report first",
        LONG_NAMES,
        {
            OCP_TEMPLATES(REPORT_FIRST_HOURLY, REPORT_FIRST_DAILY),
            [REPORT_AWS_LINE_ITEMS] = {"data/{org}/AWS/{report}" MONTH_FOLDER,
                                       "data/{org}/AWS/{report}_daily" MONTH_FOLDER, NULL},
        },
    },
    {
        "source first",
        LONG_NAMES,
        {
            OCP_TEMPLATES(SOURCE_FIRST_HOURLY, SOURCE_FIRST_DAILY),
            [REPORT_AWS_LINE_ITEMS] = {"data/{org}/AWS" MONTH_FOLDER "/**/{report}/**",
                                       "data/{org}/AWS" MONTH_FOLDER "/**/{report}_daily/**",
                                       "data/{org}/AWS" MONTH_FOLDER},
        },
    },
};

const size_t path_convention_count = sizeof path_conventions / sizeof path_conventions[0];

enum report path_first_report(enum provider provider)
{
    return provider == PROVIDER_OCP ? REPORT_POD_USAGE : REPORT_AWS_LINE_ITEMS;
}

enum report path_last_report(enum provider provider)
{
    return provider == PROVIDER_OCP ? REPORT_NAMESPACE_LABELS : REPORT_AWS_LINE_ITEMS;
}

const char *path_report_name(enum report report)
{
    static const char *const names[REPORT_COUNT] = LONG_NAMES;
    return names[report];
}

/* ---- filling in ---- */

/* The value of a placeholder of `length` bytes; NULL: there is none of that name. */
static const char *placeholder_value(const char *name, size_t length,
                                     const struct path_values *values, const char *year,
                                     const char *month)
{
    const struct {
        const char *name;
        const char *value;
    } known[] = {
        {"org", values->org},     {"org_id", values->org},    {"source", values->source},
        {"uuid", values->source}, {"report", values->report}, {"provider_uuid", values->source},
        {"year", year},           {"month", month},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strlen(known[i].name) == length && memcmp(known[i].name, name, length) == 0)
            return known[i].value;
    return NULL;
}

/* The template with its placeholders replaced; *named is set when the source is among them. */
static bool replace_placeholders(const char *path_template, const struct path_values *values,
                                 const char *month, struct arena *arena, const char **path,
                                 struct error *error)
{
    char year[16];
    snprintf(year, sizeof year, "%04d", values->month.year);
    const char *filled = "";
    const char *rest = path_template;
    for (const char *open; (open = strchr(rest, '{')) != NULL;) {
        const char *close = strchr(open, '}');
        size_t length = close == NULL ? 0 : (size_t)(close - open - 1);
        const char *value =
            close == NULL ? NULL : placeholder_value(open + 1, length, values, year, month);
        if (value == NULL)
            return error_set(error, ERROR_BAD_CONFIG,
                             "path template \"%s\": what stands at \"%.40s\" is none of {org}, "
                             "{source}, {year}, {month}, {report}",
                             path_template, open);
        if (strpbrk(value, "/*") != NULL || value[0] == '\0')
            return error_set(error, ERROR_BAD_CONFIG,
                             "path template \"%s\": \"%s\" cannot be part of a path", path_template,
                             value);
        filled = arena_printf(arena, "%s%.*s%s", filled, (int)(open - rest), rest, value);
        rest = close + 1;
    }
    *path = arena_printf(arena, "%s%s", filled, rest);
    return true;
}

static bool ends_in(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* Cuts a whole path with wildcards into the folder to list and the pattern. */
static void split_pattern(const char *path, struct arena *arena, struct path_pattern *pattern)
{
    while (strncmp(path, "./", 2) == 0 || path[0] == '/')
        path += path[0] == '/' ? 1 : 2;
    size_t length = strlen(path);
    while (length > 0 && path[length - 1] == '/')
        length--;
    path = arena_copy(arena, path, length);
    bool whole_folder = !ends_in(path, ".parquet") && !ends_in(path, "/**");
    pattern->pattern = whole_folder ? arena_printf(arena, "%s/**", path) : path;
    const char *wildcard = strchr(pattern->pattern, '*');
    if (wildcard == NULL)
        wildcard = pattern->pattern + strlen(pattern->pattern);
    while (wildcard > pattern->pattern && wildcard[-1] != '/')
        wildcard--;
    size_t folder = (size_t)(wildcard - pattern->pattern);
    pattern->folder = arena_copy(arena, pattern->pattern, folder > 0 ? folder - 1 : 0);
}

bool path_template_fill(const char *path_template, const struct path_values *values,
                        struct arena *arena, struct path_pattern patterns[2], size_t *count,
                        struct error *error)
{
    const char *formats[] = {"%02d", "%d"};
    bool two_spellings = values->month.month < 10 && strstr(path_template, "{month}") != NULL;
    *count = two_spellings ? 2 : 1;
    for (size_t i = 0; i < *count; i++) {
        char month[16];
        snprintf(month, sizeof month, i == 0 ? formats[0] : formats[1], values->month.month);
        const char *path = NULL;
        TRY(replace_placeholders(path_template, values, month, arena, &path, error));
        if (strstr(path, values->source) == NULL)
            return error_set(error, ERROR_BAD_CONFIG,
                             "path template \"%s\": names no source: put {source} into it",
                             path_template);
        split_pattern(path, arena, &patterns[i]);
    }
    return true;
}

/* ---- fitting ---- */

/* One segment, up to its '/' or end, against one of the pattern's. */
static bool segment_fits(const char *pattern, size_t pattern_length, const char *segment,
                         size_t length)
{
    size_t p = 0, s = 0, star = SIZE_MAX, star_s = 0;
    while (s < length) {
        if (p < pattern_length && pattern[p] == '*') {
            star = p++;
            star_s = s;
        } else if (p < pattern_length && pattern[p] == segment[s]) {
            p++;
            s++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            s = ++star_s;
        } else {
            return false;
        }
    }
    while (p < pattern_length && pattern[p] == '*')
        p++;
    return p == pattern_length;
}

static size_t segment_length(const char *path)
{
    return strcspn(path, "/");
}

static const char *next_segment(const char *path)
{
    path += segment_length(path);
    return path[0] == '/' ? path + 1 : path;
}

/* As segment_fits(), one level up: segments for bytes, "**" for '*'. */
static bool path_fits(const char *pattern, const char *path)
{
    const char *star = NULL, *star_path = NULL;
    while (path[0] != '\0') {
        size_t length = segment_length(pattern);
        if (length == 2 && memcmp(pattern, "**", 2) == 0) {
            star = pattern = next_segment(pattern);
            star_path = path;
        } else if (length > 0 && segment_fits(pattern, length, path, segment_length(path))) {
            pattern = next_segment(pattern);
            path = next_segment(path);
        } else if (star != NULL) {
            pattern = star;
            path = star_path = next_segment(star_path);
        } else {
            return false;
        }
    }
    while (pattern[0] == '*' && strncmp(pattern, "**", segment_length(pattern)) == 0)
        pattern = next_segment(pattern);
    return pattern[0] == '\0';
}

bool path_pattern_fits(const struct path_pattern *pattern, const char *path)
{
    if (!ends_in(path, ".parquet") || !path_fits(pattern->pattern, path))
        return false;
    const char *below = path + strlen(pattern->folder);
    for (const char *segment = below[0] == '/' ? below + 1 : below; segment[0] != '\0';
         segment = next_segment(segment))
        if (segment[0] == '.' || segment[0] == '_')
            return false;
    return true;
}
