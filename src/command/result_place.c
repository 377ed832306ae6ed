#include "command/result_place.h"

#include "base/arena.h"
#include "config/command_line.h"

#include <ctype.h>
#include <string.h>

bool result_place_load(const struct command_line *line, struct arena *arena,
                       struct result_place *place, struct error *error)
{
    *place = (struct result_place){0};
    TRY(config_load_places(line, arena, &place->config, error));
    const struct config *config = &place->config;
    place->options.s3 = &config->s3;
    place->options.login = &config->postgresql;
    place->scope.days =
        config->period.last >= config->period.first ? config->period : RESULT_ALL_DAYS;
    const char *source = command_line_text(line, OPTION_SOURCE);
    if (source) {
        char *lower = arena_printf(arena, "%s", source);
        for (char *byte = lower; *byte; byte++)
            *byte = (char)tolower((unsigned char)*byte);
        place->scope.source = lower;
    }
    return true;
}

/* The configuration's first output in PostgreSQL; NULL: there is none. */
static const char *postgresql_output(const struct config *config)
{
    for (size_t i = 0; i < config->outputs.count; i++)
        if (strncmp(config->outputs.items[i], "postgresql:", strlen("postgresql:")) == 0 ||
            strncmp(config->outputs.items[i], "postgres:", strlen("postgres:")) == 0)
            return config->outputs.items[i];
    return NULL;
}

bool result_place_open(struct result_place *place, const char *location, struct arena *arena,
                       struct result **result, struct error *error)
{
    bool live = strcmp(location, "live") == 0, shadow = strcmp(location, "shadow") == 0;
    struct result_options *chosen = arena_alloc(arena, sizeof *chosen);
    *chosen = place->options;
    chosen->postgresql_schema = place->config.live_schema;
    if (live || shadow) {
        const char *output = postgresql_output(&place->config);
        if (!output)
            return error_set(error, ERROR_USAGE,
                             "'%s' is a schema of the configuration's PostgreSQL output: give "
                             "-c FILE with an output postgresql:…",
                             location);
        if (shadow && !place->config.shadow_schema)
            return error_set(error, ERROR_BAD_CONFIG,
                             "'shadow' needs postgresql.schema or shadow_schema in the "
                             "configuration");
        if (shadow)
            chosen->postgresql_schema = place->config.shadow_schema;
        location = output;
    }
    return result_open(location, chosen, arena, result, error);
}
