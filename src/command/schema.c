#include "command/command.h"

#include "aggregate/usage_row.h"
#include "attribute/cost_row.h"
#include "base/arena.h"
#include "base/nearest.h"
#include "config/config.h"
#include "sink/sink.h"

#include <stdio.h>
#include <string.h>

static const struct table *const tables[] = {&usage_table, &cost_table};

static bool check_kind(const char *kind, struct error *error)
{
    static const char *const kinds[] = {"sqlite", "postgresql", "parquet", "csv"};
    struct nearest nearest;
    nearest_init(&nearest, kind);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i], kind) == 0)
            return true;
        nearest_offer(&nearest, kinds[i]);
    }
    return error_set(error, ERROR_USAGE,
                     "no such kind of output: '%s'; there are sqlite, postgresql, parquet and "
                     "csv%s%s%s",
                     kind, nearest.best != NULL ? "; did you mean '" : "",
                     nearest.best != NULL ? nearest.best : "", nearest.best != NULL ? "'?" : "");
}

static bool print_schema(const struct command_line *line, struct arena *arena, struct error *error)
{
    struct config config;
    const char *text;
    const char *kind = line->argument_count > 0 ? line->arguments[0] : "sqlite";
    TRY(check_kind(kind, error));
    TRY(config_load_places(line, arena, &config, error));
    TRY(sink_schema(kind, tables, sizeof tables / sizeof tables[0], config.output_schema, arena,
                    &text, error));
    fputs(text, stdout);
    return true;
}

bool command_schema(const struct command_line *line, struct error *error)
{
    struct arena arena;
    arena_init(&arena);
    bool done = print_schema(line, &arena, error);
    arena_close(&arena);
    return done;
}
