#include "attribute/tag_rows.h"

void tag_rows_init(struct tag_rows *rows, const struct usage_index *usage)
{
    *rows = (struct tag_rows){.usage = usage};
    for (int by = 0; by < ROWS_BY_KINDS; by++)
        row_list_init(&rows->lists[by], 2);
}

void tag_rows_close(struct tag_rows *rows)
{
    for (int by = 0; by < ROWS_BY_KINDS; by++)
        row_list_close(&rows->lists[by]);
}

void tag_rows_open(struct tag_rows *rows)
{
    static const char *const names[] = {"Storage unattributed", "Network unattributed",
                                        "Platform unallocated", "Worker unallocated"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        rows->synthetic[i] = text_pool_intern_string(rows->usage->texts, names[i]);
    for (int by = 0; by < ROWS_BY_KINDS; by++)
        rows->made[by] = false;
}

static bool is_real(const struct tag_rows *rows, uint32_t namespace_name)
{
    if (namespace_name == TEXT_NULL)
        return false;
    for (size_t i = 0; i < sizeof rows->synthetic / sizeof rows->synthetic[0]; i++)
        if (namespace_name == rows->synthetic[i])
            return false;
    return true;
}

static uint32_t text_of(const struct usage_line *line, enum tag_rows_by by)
{
    switch (by) {
    case ROWS_BY_NAMESPACE:
        return line->namespace_name;
    case ROWS_BY_NODE:
        return line->node;
    case ROWS_BY_POD_LABELS:
        return line->pod_labels;
    default:
        return line->volume_labels;
    }
}

static void make_list(const struct tag_rows *rows, enum tag_rows_by by, struct row_list *list)
{
    row_list_clear(list);
    for (uint32_t row = 0; row < rows->usage->count; row++) {
        const struct usage_line *line = &rows->usage->lines[row];
        uint32_t key[2] = {line->cluster, TEXT_NULL};
        if (!is_real(rows, line->namespace_name))
            continue;
        if (by != ROWS_BY_CLUSTER) {
            key[1] = text_of(line, by);
            if (key[1] == TEXT_NULL)
                continue;
        }
        row_list_add(list, key, row);
    }
}

const struct row_list *tag_rows_list(struct tag_rows *rows, enum tag_rows_by by)
{
    if (!rows->made[by]) {
        rows->made[by] = true;
        make_list(rows, by, &rows->lists[by]);
    }
    return &rows->lists[by];
}
