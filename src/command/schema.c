#include "command/command.h"

#include "aggregate/usage_row.h"
#include "attribute/cost_row.h"
#include "base/arena.h"
#include "base/nearest.h"
#include "config/config.h"
#include "rollup/rollup_table.h"
#include "rollup/tag_summary.h"
#include "sink/sink.h"

#include <stdio.h>
#include <string.h>

enum { MOST_TABLES = 64 };

/* The daily tables; with rollups on, those that are made of them too. */
static size_t list_tables(bool rollups, const struct table *tables[MOST_TABLES])
{
    size_t count = 0, made;
    tables[count++] = rollups ? &usage_table : &usage_plain_table;
    tables[count++] = &cost_table;
    for (int input = ROLLUP_USAGE; rollups && input <= ROLLUP_COSTS; input++) {
        const struct rollup_table *rollup = rollup_tables((enum rollup_input)input, &made);
        for (size_t i = 0; i < made && count < MOST_TABLES; i++)
            tables[count++] = &rollup[i].table;
    }
    for (int kind = 0; rollups && kind < TAG_KINDS && count < MOST_TABLES; kind++)
        tables[count++] = tag_summary_table((enum tag_kind)kind);
    return count;
}

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
    const struct table *tables[MOST_TABLES];
    const char *text;
    const char *kind = line->argument_count > 0 ? line->arguments[0] : "sqlite";
    TRY(check_kind(kind, error));
    TRY(config_load_places(line, arena, &config, error));
    size_t count = list_tables(config.rollups, tables);
    TRY(sink_schema(kind, tables, count, config.output_schema, arena, &text, error));
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
