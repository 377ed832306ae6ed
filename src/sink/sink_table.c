#include "sink/sink_table.h"

#include "base/arena.h"
#include "sink/row_value.h"

#include <string.h>

const struct column **sink_table_columns(const struct table *table, bool keep_state_columns,
                                         struct arena *arena, size_t *count)
{
    const struct column **columns = arena_alloc_array(arena, table->column_count, sizeof *columns);
    *count = 0;
    for (size_t i = 0; i < table->column_count; i++)
        if (keep_state_columns || !table->columns[i].state_only)
            columns[(*count)++] = &table->columns[i];
    return columns;
}

const struct column *sink_table_column(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (strcmp(table->columns[i].name, name) == 0)
            return &table->columns[i];
    return NULL;
}

const struct column *sink_table_day(const struct table *table)
{
    return sink_table_column(table, "usage_start");
}

bool sink_table_owner_is_number(const struct table *table)
{
    return sink_table_column(table, table->owner)->kind == COLUMN_INTEGER;
}

bool sink_table_in_part(const struct table *table, enum table_part part, const unsigned char *row)
{
    bool marked = table->marks[0] != NULL;
    for (size_t i = 0; marked && i < TABLE_MARKS; i++)
        marked = !row_value_is_null(sink_table_column(table, table->marks[i]), row);
    return part == TABLE_WHOLE || marked == (part == TABLE_INFRASTRUCTURE_ROWS);
}

const char *sink_table_part_condition(const struct table *table, enum table_part part,
                                      struct arena *arena)
{
    if (part == TABLE_WHOLE)
        return "";
    return arena_printf(
        arena, " AND %s(%s IS NOT NULL AND %s IS NOT NULL)", part == TABLE_USAGE_ROWS ? "NOT " : "",
        sink_table_quote(table->marks[0], arena), sink_table_quote(table->marks[1], arena));
}

const char *sink_table_number_condition(const struct table *table, const int32_t *number,
                                        struct arena *arena)
{
    if (number == NULL)
        return "";
    const char *owner = sink_table_quote(table->owner, arena);
    return *number == INTEGER_NULL ? arena_printf(arena, " AND %s IS NULL", owner)
                                   : arena_printf(arena, " AND %s = %d", owner, *number);
}

const char *sink_table_quote(const char *name, struct arena *arena)
{
    char *quoted = arena_alloc(arena, 2 * strlen(name) + 3);
    char *at = quoted;
    *at++ = '"';
    for (; *name != '\0'; name++) {
        if (*name == '"')
            *at++ = '"';
        *at++ = *name;
    }
    *at = '"';
    return quoted;
}

const char *sink_table_postgresql_type(const struct column *column, struct arena *arena)
{
    const char *brackets = column->kind == COLUMN_TEXT_ARRAY ? "[]" : "";
    switch (column->kind) {
    case COLUMN_TEXT:
    case COLUMN_TEXT_ARRAY:
        if (column->width == 0)
            return arena_printf(arena, "text%s", brackets);
        return arena_printf(arena, "varchar(%d)%s", column->width, brackets);
    case COLUMN_JSON:
        return "jsonb";
    case COLUMN_UUIDTEXT:
    case COLUMN_UUID:
        return "uuid";
    case COLUMN_NUMERIC:
        return arena_printf(arena, "numeric(%d,%d)", column->width, column->scale);
    case COLUMN_INTEGER:
        return "integer";
    case COLUMN_DAY:
        return "date";
    }
    return "text";
}

const char *sink_table_sqlite_type(const struct column *column)
{
    switch (column->kind) {
    case COLUMN_NUMERIC:
        return "REAL";
    case COLUMN_INTEGER:
        return "INTEGER";
    default:
        return "TEXT";
    }
}

const char *sink_table_postgresql_ddl(const struct table *table, const char *name,
                                      struct arena *arena)
{
    size_t count;
    const struct column **columns = sink_table_columns(table, false, arena, &count);
    const char *text = arena_printf(arena, "CREATE TABLE %s (\n", name);
    for (size_t i = 0; i < count; i++)
        text = arena_printf(
            arena, "%s    %s %s%s,\n", text, sink_table_quote(columns[i]->name, arena),
            sink_table_postgresql_type(columns[i], arena), columns[i]->required ? " NOT NULL" : "");
    const char *key = sink_table_quote(columns[0]->name, arena);
    const char *owner = sink_table_quote(table->owner, arena);
    if (sink_table_day(table) == NULL)
        return arena_printf(arena, "%s    PRIMARY KEY (%s)\n);\nCREATE INDEX ON %s (%s);\n", text,
                            key, name, owner);
    return arena_printf(arena,
                        "%s    PRIMARY KEY (usage_start, %s)\n) PARTITION BY RANGE (usage_start);\n"
                        "CREATE INDEX ON %s (%s, usage_start);\n",
                        text, key, name, owner);
}

const char *sink_table_sqlite_ddl(const struct table *table, struct arena *arena)
{
    size_t count;
    const struct column **columns = sink_table_columns(table, false, arena, &count);
    const char *name = sink_table_quote(table->name, arena);
    const char *text = arena_printf(arena, "CREATE TABLE IF NOT EXISTS %s (\n", name);
    for (size_t i = 0; i < count; i++)
        text = arena_printf(arena, "%s    %s %s%s%s\n", text,
                            sink_table_quote(columns[i]->name, arena),
                            sink_table_sqlite_type(columns[i]),
                            columns[i]->required ? " NOT NULL" : "", i + 1 < count ? "," : "");
    const char *index = arena_printf(arena, "%s_owner_day", table->name);
    return arena_printf(arena, "%s);\nCREATE INDEX IF NOT EXISTS %s ON %s (%s%s);\n", text,
                        sink_table_quote(index, arena), name, sink_table_quote(table->owner, arena),
                        sink_table_day(table) == NULL ? "" : ", usage_start");
}
