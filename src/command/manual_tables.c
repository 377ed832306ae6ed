/* docs/tables.md: every column of every output table, from the .def files that define them. */
#include "command/manual.h"

#include "aggregate/usage_row.h"
#include "attribute/cost_row.h"
#include "base/arena.h"
#include "rollup/rollup_table.h"
#include "rollup/tag_summary.h"
#include "sink/sink_table.h"

static void print_table(FILE *stream, const struct table *table, struct arena *arena)
{
    fprintf(stream, "\n## %s\n\n%s.\n\n| column | PostgreSQL | meaning |\n|---|---|---|\n",
            table->name, table->meaning);
    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];
        if (!column->state_only)
            fprintf(stream, "| `%s` | %s%s | %s |\n", column->name,
                    sink_table_postgresql_type(column, arena), column->required ? " not null" : "",
                    column->meaning);
    }
}

void manual_print_tables(FILE *stream)
{
    struct arena arena;
    size_t count;
    arena_init(&arena);
    fputs("# Tables\n\nThe two daily tables, and those that `rollups: on` adds. Types are those of "
          "PostgreSQL; SQLite has TEXT,\nREAL and INTEGER, Parquet string, double, int32 and "
          "date32, CSV text. `costagg schema` prints the DDL.\n",
          stream);
    print_table(stream, &usage_table, &arena);
    print_table(stream, &cost_table, &arena);
    for (int input = ROLLUP_USAGE; input <= ROLLUP_COSTS; input++) {
        const struct rollup_table *rollups = rollup_tables((enum rollup_input)input, &count);
        for (size_t i = 0; i < count; i++)
            print_table(stream, &rollups[i].table, &arena);
    }
    for (int kind = 0; kind < TAG_KINDS; kind++)
        print_table(stream, tag_summary_table((enum tag_kind)kind), &arena);
    arena_close(&arena);
}
