#include "config/config_templates.h"

#include "base/arena.h"
#include "config/config.h"
#include "config/config_values.h"

#include <string.h>

static size_t length_without(const char *text, const char *ending)
{
    size_t length = strlen(text);
    size_t tail = strlen(ending);
    return length >= tail && strcmp(text + length - tail, ending) == 0 ? length - tail : length;
}

/* The folder a path means: without a slash, or a slash and stars, at its end. */
static const char *folder_of(const char *path, struct arena *arena)
{
    static const char *const endings[] = {"/", "/*", "/**"};
    size_t length = strlen(path);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t shorter = length_without(path, endings[i]);
        length = shorter < length ? shorter : length;
    }
    return arena_copy(arena, path, length);
}

static void set_report(const struct config_values *values, enum option_id id, enum report report,
                       struct arena *arena, struct config *config)
{
    const char *text = config_values_text(values, id);
    if (text == NULL)
        return;
    const char *folder = folder_of(text, arena);
    const char **templates = config->templates[report];
    if (strstr(folder, "_daily") != NULL || strstr(folder, "/daily/") != NULL) {
        templates[TEMPLATE_DAILY] = folder;
        return;
    }
    templates[TEMPLATE_HOURLY] = folder;
    if (length_without(folder, path_report_name(report)) < strlen(folder))
        templates[TEMPLATE_DAILY] = arena_printf(arena, "%s_daily", folder);
}

static void set_grain(const struct config_values *values, enum option_id id, enum report report,
                      enum template_grain grain, struct arena *arena, struct config *config)
{
    const char *text = config_values_text(values, id);
    if (text != NULL)
        config->templates[report][grain] = folder_of(text, arena);
}

void config_templates_build(const struct config_values *values, struct arena *arena,
                            struct config *config)
{
    set_report(values, OPTION_PATH_POD, REPORT_POD_USAGE, arena, config);
    set_report(values, OPTION_PATH_STORAGE, REPORT_STORAGE_USAGE, arena, config);
    set_report(values, OPTION_PATH_NODE_LABELS, REPORT_NODE_LABELS, arena, config);
    set_report(values, OPTION_PATH_NAMESPACE_LABELS, REPORT_NAMESPACE_LABELS, arena, config);
    set_grain(values, OPTION_PATH_POD_HOURLY, REPORT_POD_USAGE, TEMPLATE_HOURLY, arena, config);
    set_grain(values, OPTION_PATH_STORAGE_HOURLY, REPORT_STORAGE_USAGE, TEMPLATE_HOURLY, arena,
              config);
    set_grain(values, OPTION_PATH_AWS, REPORT_AWS_LINE_ITEMS, TEMPLATE_EITHER, arena, config);
    set_grain(values, OPTION_PATH_AWS_DAILY, REPORT_AWS_LINE_ITEMS, TEMPLATE_DAILY, arena, config);
}
