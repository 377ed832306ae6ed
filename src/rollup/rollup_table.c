#include "rollup/rollup_table.h"

#include <pthread.h>

#define TAG_SUMMARY(table, owner, columns, meaning)

/* ---- what rollup.def says ---- */

#define ROLLUP(table, input, rows, columns, meaning) \
    static struct column columns_of_##table[] = {columns};
#define ROLLUP_COLUMN(name, rule, from, kind, width, scale, required, meaning) \
    {#name, COLUMN_##kind, width, scale, required, false, 0, meaning},
#include "rollup/rollup.def"
#undef ROLLUP
#undef ROLLUP_COLUMN

#define ROLLUP(table, input, rows, columns, meaning) \
    static const struct rollup_column rules_of_##table[] = {columns};
#define ROLLUP_COLUMN(name, rule, from, kind, width, scale, required, meaning) {RULE_##rule, #from},
#include "rollup/rollup.def"
#undef ROLLUP

#define ROLLUP(name_, input, rows_, columns_, meaning_)                         \
    {{.name = #name_,                                                           \
      .columns = columns_of_##name_,                                            \
      .column_count = sizeof columns_of_##name_ / sizeof columns_of_##name_[0], \
      .owner = "source_uuid",                                                   \
      .meaning = meaning_},                                                     \
     rules_of_##name_,                                                          \
     ROWS_##rows_},
static struct rollup_table tables[] = {
#include "rollup/rollup.def"
};
#undef ROLLUP

enum { TABLE_COUNT = sizeof tables / sizeof tables[0] };

#define ROLLUP(table, input, rows, columns, meaning) columns_of_##table,
static struct column *const layouts[TABLE_COUNT] = {
#include "rollup/rollup.def"
};
#undef ROLLUP

#define ROLLUP(table, input, rows, columns, meaning) ROLLUP_##input,
static const enum rollup_input inputs[TABLE_COUNT] = {
#include "rollup/rollup.def"
};
#undef ROLLUP

/* ---- laying rows out ---- */

static size_t size_of(const struct column *column)
{
    return column->kind == COLUMN_UUID ? 16 : column->kind == COLUMN_NUMERIC ? 8 : 4;
}

/* The widest first, so that nothing needs padding but the end. */
static void lay_out(struct table *table, struct column *columns)
{
    for (size_t size = 16; size >= 4; size /= 2)
        for (size_t i = 0; i < table->column_count; i++)
            if (size_of(&columns[i]) == size) {
                columns[i].offset = table->row_size;
                table->row_size += size;
            }
    table->row_size = (table->row_size + 7) / 8 * 8;
}

static void lay_out_all(void)
{
    for (size_t i = 0; i < TABLE_COUNT; i++)
        lay_out(&tables[i].table, layouts[i]);
}

const struct rollup_table *rollup_tables(enum rollup_input input, size_t *count)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    size_t first = 0, last;
    pthread_once(&once, lay_out_all);
    while (inputs[first] != input)
        first++;
    for (last = first; last < TABLE_COUNT && inputs[last] == input;)
        last++;
    *count = last - first;
    return &tables[first];
}
