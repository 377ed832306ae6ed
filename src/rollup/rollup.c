#include "rollup/rollup.h"

#include "aggregate/usage_row.h"
#include "attribute/cost_row.h"
#include "base/exact_sum.h"
#include "base/key_map.h"
#include "base/uuid.h"
#include "rollup/rollup_rows.h"
#include "rollup/stored_number.h"
#include "rollup/text_array.h"
#include "rollup/text_carry.h"

#include <stdlib.h>
#include <string.h>

/* A namespace of its own, for names that hold a rollup's key. */
static const unsigned char uuid_namespace[UUID_SIZE] = {
    0x5e, 0x1c, 0x0a, 0x74, 0x3b, 0x29, 0x5f, 0x0d, 0x9a, 0x6e, 0x41, 0xd7, 0x8c, 0x22, 0xb0, 0x93};

enum { WORD_DAY, WORD_PASS, WORD_FIRST_KEY, MOST_WORDS = 16, NO_FIELD = -1 };

/* A column of the input that some rollup reads. */
struct rollup_field {
    const struct column *column;
    uint32_t word; /* of the row at hand: a text id in the set's pool, or an integer */
    double number;
};

union rollup_cell {
    struct exact_sum sum;
    double number;
    int32_t integer;
    uint32_t text;
};

/* One table's groups. Cells stand column by column beside them; a list's elements in a map. */
struct rollup {
    const struct rollup_table *definition;
    int *fields; /* by column: number of the field it reads; NO_FIELD */
    struct key_map groups;
    union rollup_cell *cells; /* groups × columns */
    uint32_t room;            /* of cells, in groups */
    struct key_map elements;  /* (group, text id) of the list */
    size_t list_field;        /* SIZE_MAX: the table has no list */
    unsigned char *rows;
    size_t row_room;
};

struct rollup_set {
    enum rollup_input input;
    const char *source;
    struct rollup *rollups;
    size_t count;
    struct rollup_field *fields;
    size_t field_count;
    struct text_pool texts;
    struct text_carry carry;
    struct arena arena; /* of printed lists */
    int64_t emptied;
};

/* ---- opening ---- */

static const struct table *input_table(enum rollup_input input)
{
    return input == ROLLUP_USAGE ? &usage_table : &cost_table;
}

static int find_field(struct rollup_set *set, const char *name)
{
    const struct table *table = input_table(set->input);
    for (size_t i = 0; i < set->field_count; i++)
        if (strcmp(set->fields[i].column->name, name) == 0)
            return (int)i;
    for (size_t i = 0; i < table->column_count; i++)
        if (strcmp(table->columns[i].name, name) == 0) {
            set->fields[set->field_count].column = &table->columns[i];
            return (int)set->field_count++;
        }
    return NO_FIELD;
}

static void open_rollup(struct rollup_set *set, struct rollup *rollup,
                        const struct rollup_table *definition, struct arena *arena)
{
    const struct table *table = &definition->table;
    uint32_t words = WORD_FIRST_KEY;
    *rollup = (struct rollup){.definition = definition, .list_field = SIZE_MAX};
    rollup->fields = arena_alloc_array(arena, table->column_count, sizeof *rollup->fields);
    for (size_t i = 0; i < table->column_count; i++) {
        rollup->fields[i] = find_field(set, definition->columns[i].from);
        words += definition->columns[i].rule == RULE_KEY;
        if (definition->columns[i].rule == RULE_LIST)
            rollup->list_field = (size_t)rollup->fields[i];
    }
    key_map_init(&rollup->groups, words);
    key_map_init(&rollup->elements, 2);
}

static void close_set(void *resource)
{
    struct rollup_set *set = resource;
    for (size_t i = 0; i < set->count; i++) {
        key_map_close(&set->rollups[i].groups);
        key_map_close(&set->rollups[i].elements);
        free(set->rollups[i].cells);
        free(set->rollups[i].rows);
    }
    text_carry_close(&set->carry);
    text_pool_close(&set->texts);
    arena_close(&set->arena);
}

struct rollup_set *rollup_set_open(enum rollup_input input, const char *source, struct arena *arena)
{
    struct rollup_set *set = arena_alloc(arena, sizeof *set);
    const struct rollup_table *tables = rollup_tables(input, &set->count);
    set->input = input;
    set->source = source;
    set->rollups = arena_alloc_array(arena, set->count, sizeof *set->rollups);
    set->fields = arena_alloc_array(arena, input_table(input)->column_count, sizeof *set->fields);
    text_pool_init(&set->texts);
    arena_init(&set->arena);
    for (size_t i = 0; i < set->count; i++)
        open_rollup(set, &set->rollups[i], &tables[i], arena);
    arena_on_close(arena, close_set, set);
    return set;
}

void rollup_set_clear(struct rollup_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        key_map_clear(&set->rollups[i].groups);
        key_map_clear(&set->rollups[i].elements);
    }
    text_pool_reset(&set->texts);
    arena_reset(&set->arena);
}

/* ---- adding rows ---- */

static void read_fields(struct rollup_set *set, const unsigned char *row)
{
    for (size_t i = 0; i < set->field_count; i++) {
        struct rollup_field *field = &set->fields[i];
        const struct column *column = field->column;
        if (column->kind == COLUMN_NUMERIC) {
            memcpy(&field->number, row + column->offset, sizeof field->number);
            if (set->input == ROLLUP_USAGE)
                field->number = stored_number(field->number, column->width, column->scale);
            continue;
        }
        memcpy(&field->word, row + column->offset, sizeof field->word);
        if (column->kind != COLUMN_INTEGER && column->kind != COLUMN_DAY)
            field->word = text_carry_id(&set->carry, field->word);
    }
}

static union rollup_cell empty_cell(enum rollup_rule rule, const struct column *column)
{
    if (rule == RULE_SUM || rule == RULE_SUM_IN || rule == RULE_SUM_OUT)
        return (union rollup_cell){.sum = EXACT_SUM_NULL};
    if (rule != RULE_MAX)
        return (union rollup_cell){.integer = 0};
    return column->kind == COLUMN_NUMERIC   ? (union rollup_cell){.number = MEASURE_NULL}
           : column->kind == COLUMN_INTEGER ? (union rollup_cell){.integer = INTEGER_NULL}
                                            : (union rollup_cell){.text = TEXT_NULL};
}

static union rollup_cell *add_group(struct rollup *rollup, uint32_t group)
{
    const struct table *table = &rollup->definition->table;
    if (group >= rollup->room) {
        rollup->room = rollup->groups.capacity;
        rollup->cells =
            memory_grow(rollup->cells, rollup->room * table->column_count * sizeof *rollup->cells);
    }
    union rollup_cell *cells = rollup->cells + group * table->column_count;
    for (size_t i = 0; i < table->column_count; i++)
        cells[i] = empty_cell(rollup->definition->columns[i].rule, &table->columns[i]);
    return cells;
}

static void take_max(union rollup_cell *cell, const struct rollup_field *field,
                     const struct text_pool *texts)
{
    switch (field->column->kind) {
    case COLUMN_NUMERIC:
        cell->number = measure_max(cell->number, field->number);
        return;
    case COLUMN_INTEGER: /* the smallest stands for null */
        if ((int32_t)field->word > cell->integer)
            cell->integer = (int32_t)field->word;
        return;
    default:
        if (field->word != cell->text && text_compare(text_pool_borrow(texts, field->word),
                                                      text_pool_borrow(texts, cell->text)) > 0)
            cell->text = field->word;
    }
}

static void add_cells(const struct rollup_set *set, const struct rollup *rollup,
                      union rollup_cell *cells, unsigned pass)
{
    const struct table *table = &rollup->definition->table;
    for (size_t i = 0; i < table->column_count; i++) {
        enum rollup_rule rule = rollup->definition->columns[i].rule;
        if (rollup->fields[i] == NO_FIELD)
            continue;
        const struct rollup_field *field = &set->fields[rollup->fields[i]];
        if (rule == RULE_MAX)
            take_max(&cells[i], field, &set->texts);
        else if (rule == RULE_SUM)
            exact_sum_add(&cells[i].sum, field->number, EXACT_SUM_FINE);
        else if (rule == RULE_SUM_IN || rule == RULE_SUM_OUT)
            exact_sum_add(&cells[i].sum,
                          (rule == RULE_SUM_IN) == (pass == PASS_FIRST) ? field->number : 0,
                          EXACT_SUM_FINE);
    }
}

static void add_row(struct rollup_set *set, struct rollup *rollup, int32_t day, unsigned pass)
{
    const struct rollup_table *definition = rollup->definition;
    uint32_t key[MOST_WORDS] = {(uint32_t)day, pass}, words = WORD_FIRST_KEY;
    bool added;
    for (size_t i = 0; i < definition->table.column_count; i++)
        if (definition->columns[i].rule == RULE_KEY)
            key[words++] = set->fields[rollup->fields[i]].word;
    uint32_t group = key_map_add(&rollup->groups, key, &added);
    union rollup_cell *cells =
        added ? add_group(rollup, group) : rollup->cells + group * definition->table.column_count;
    add_cells(set, rollup, cells, pass);
    if (rollup->list_field != SIZE_MAX)
        key_map_add(&rollup->elements, (uint32_t[]){group, set->fields[rollup->list_field].word},
                    NULL);
}

void rollup_set_add(struct rollup_set *set, const struct row_batch *batch)
{
    text_carry_begin(&set->carry, batch->texts, &set->texts);
    for (size_t r = 0; r < batch->count; r++) {
        const unsigned char *row = (const unsigned char *)batch->rows + r * batch->table->row_size;
        unsigned char passes[ROWS_KINDS] = {0};
        int32_t day;
        if (set->input == ROLLUP_USAGE) {
            day = ((const struct usage_row *)(const void *)row)->usage_start;
            rollup_rows_of_usage((const void *)row, batch->texts, passes);
        } else {
            day = ((const struct cost_row *)(const void *)row)->usage_start;
            rollup_rows_of_costs((const void *)row, batch->texts, passes);
        }
        read_fields(set, row);
        for (size_t i = 0; i < set->count; i++)
            for (unsigned pass = PASS_FIRST; pass <= PASS_SECOND; pass++)
                if (passes[set->rollups[i].definition->rows] & pass)
                    add_row(set, &set->rollups[i], day, pass);
    }
}

/* ---- rows made of groups ---- */

struct group_order {
    const struct rollup_set *set;
    const struct rollup *rollup;
};

static int compare_key(const struct text_pool *texts, const struct column *column, uint32_t a,
                       uint32_t b)
{
    if (a == b)
        return 0;
    if (column->kind == COLUMN_INTEGER)
        return (int32_t)a < (int32_t)b ? -1 : 1;
    return text_compare(text_pool_borrow(texts, a), text_pool_borrow(texts, b));
}

static int compare_groups(const void *left, const void *right, void *context)
{
    const struct group_order *order = context;
    const struct rollup_table *definition = order->rollup->definition;
    const uint32_t *a = key_map_key(&order->rollup->groups, *(const uint32_t *)left);
    const uint32_t *b = key_map_key(&order->rollup->groups, *(const uint32_t *)right);
    uint32_t word = WORD_FIRST_KEY;
    if (a[WORD_DAY] != b[WORD_DAY])
        return (int32_t)a[WORD_DAY] < (int32_t)b[WORD_DAY] ? -1 : 1;
    for (size_t i = 0; i < definition->table.column_count; i++) {
        if (definition->columns[i].rule != RULE_KEY)
            continue;
        int result =
            compare_key(&order->set->texts, &definition->table.columns[i], a[word], b[word]);
        if (result != 0)
            return result;
        word++;
    }
    return (a[WORD_PASS] > b[WORD_PASS]) - (a[WORD_PASS] < b[WORD_PASS]);
}

static void hash_word(struct sha1 *hash, uint32_t word)
{
    const unsigned char bytes[4] = {(unsigned char)(word >> 24), (unsigned char)(word >> 16),
                                    (unsigned char)(word >> 8), (unsigned char)word};
    sha1_update(hash, bytes, sizeof bytes);
}

/* Table, source, day, pass and key; a null text has a length of its own. */
static void name_row(const struct rollup_set *set, const struct rollup *rollup, const uint32_t *key,
                     unsigned char uuid[UUID_SIZE])
{
    const struct rollup_table *definition = rollup->definition;
    struct sha1 hash;
    uint32_t word = WORD_FIRST_KEY;
    uuid_v5_init(&hash, uuid_namespace);
    sha1_update(&hash, definition->table.name, strlen(definition->table.name) + 1);
    sha1_update(&hash, set->source, strlen(set->source) + 1);
    hash_word(&hash, key[WORD_DAY]);
    hash_word(&hash, key[WORD_PASS]);
    for (size_t i = 0; i < definition->table.column_count; i++) {
        if (definition->columns[i].rule != RULE_KEY)
            continue;
        uint32_t value = key[word++];
        if (definition->table.columns[i].kind == COLUMN_INTEGER) {
            hash_word(&hash, value);
            continue;
        }
        struct text text = text_pool_borrow(&set->texts, value);
        hash_word(&hash, value == TEXT_NULL ? UINT32_MAX : text.length);
        sha1_update(&hash, text.bytes == NULL ? "" : text.bytes, text.length);
    }
    uuid_v5_finish(&hash, uuid);
}

/* Elements by group: where those of each begin, and their text ids. */
struct group_lists {
    uint32_t *starts; /* one more than groups */
    uint32_t *ids;
};

static struct group_lists gather_lists(const struct rollup *rollup)
{
    uint32_t groups = rollup->groups.count, count = rollup->elements.count;
    struct group_lists lists = {memory_grow(NULL, (groups + 2) * sizeof(uint32_t)),
                                memory_grow(NULL, (count + 1) * sizeof(uint32_t))};
    memset(lists.starts, 0, (groups + 2) * sizeof *lists.starts);
    for (uint32_t i = 0; i < count; i++)
        lists.starts[key_map_key(&rollup->elements, i)[0] + 2]++;
    for (uint32_t i = 2; i < groups + 2; i++)
        lists.starts[i] += lists.starts[i - 1];
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t *element = key_map_key(&rollup->elements, i);
        lists.ids[lists.starts[element[0] + 1]++] = element[1];
    }
    return lists;
}

static uint32_t print_list(struct rollup_set *set, const struct group_lists *lists, uint32_t group)
{
    uint32_t start = lists->starts[group];
    struct text text = text_array_print(lists->ids + start, lists->starts[group + 1] - start,
                                        &set->texts, &set->arena);
    return text_pool_intern(&set->texts, text.bytes, text.length);
}

static uint32_t count_list(const struct group_lists *lists, uint32_t group)
{
    uint32_t count = 0;
    for (uint32_t i = lists->starts[group]; i < lists->starts[group + 1]; i++)
        count += lists->ids[i] != TEXT_NULL;
    return count;
}

static uint32_t max_word(const struct column *column, const union rollup_cell *cell)
{
    return column->kind == COLUMN_INTEGER ? (uint32_t)cell->integer : cell->text;
}

/* The value of a column that is no number and no uuid. */
static uint32_t word_of(struct rollup_set *set, const struct rollup *rollup,
                        const struct group_lists *lists, uint32_t group, size_t column,
                        const uint32_t **next_key)
{
    const struct table *table = &rollup->definition->table;
    switch (rollup->definition->columns[column].rule) {
    case RULE_DAY:
        return key_map_key(&rollup->groups, group)[WORD_DAY];
    case RULE_KEY:
        return *(*next_key)++;
    case RULE_OWNER:
        return text_pool_intern_string(&set->texts, set->source);
    case RULE_LIST:
        return print_list(set, lists, group);
    case RULE_COUNT:
        return count_list(lists, group);
    case RULE_MAX:
        return max_word(&table->columns[column],
                        &rollup->cells[group * table->column_count + column]);
    default:
        return table->columns[column].kind == COLUMN_INTEGER ? (uint32_t)INTEGER_NULL : TEXT_NULL;
    }
}

static double number_of(const struct rollup *rollup, uint32_t group, size_t column)
{
    const struct rollup_table *definition = rollup->definition;
    const union rollup_cell *cell = &rollup->cells[group * definition->table.column_count + column];
    return definition->columns[column].rule == RULE_MAX
               ? cell->number
               : exact_sum_value(cell->sum, EXACT_SUM_FINE);
}

static void make_row(struct rollup_set *set, const struct rollup *rollup,
                     const struct group_lists *lists, uint32_t group, unsigned char *row)
{
    const struct table *table = &rollup->definition->table;
    const uint32_t *key = key_map_key(&rollup->groups, group), *next_key = key + WORD_FIRST_KEY;
    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];
        if (column->kind == COLUMN_UUID) {
            name_row(set, rollup, key, row + column->offset);
        } else if (column->kind == COLUMN_NUMERIC) {
            double number = number_of(rollup, group, i);
            memcpy(row + column->offset, &number, sizeof number);
        } else {
            uint32_t word = word_of(set, rollup, lists, group, i, &next_key);
            if (column->required && column->kind == COLUMN_TEXT && word == TEXT_NULL) {
                word = TEXT_EMPTY;
                set->emptied++;
            }
            memcpy(row + column->offset, &word, sizeof word);
        }
    }
}

struct row_batch rollup_set_rows(struct rollup_set *set, size_t number)
{
    struct rollup *rollup = &set->rollups[number];
    const struct table *table = &rollup->definition->table;
    size_t count = rollup->groups.count;
    uint32_t *order = memory_grow(NULL, (count + 1) * sizeof *order);
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    struct group_order context = {set, rollup};
    qsort_r(order, count, sizeof *order, compare_groups, &context);
    if (count > rollup->row_room) {
        rollup->row_room = count * 2;
        rollup->rows = memory_grow(rollup->rows, rollup->row_room * table->row_size);
    }
    struct group_lists lists = gather_lists(rollup);
    for (size_t i = 0; i < count; i++)
        make_row(set, rollup, &lists, order[i], rollup->rows + i * table->row_size);
    free(lists.starts);
    free(lists.ids);
    free(order);
    return (struct row_batch){table, rollup->rows, count, &set->texts};
}

int64_t rollup_set_emptied(const struct rollup_set *set)
{
    return set->emptied;
}
