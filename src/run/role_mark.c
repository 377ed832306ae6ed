#include "run/role_mark.h"

#include "aggregate/node_role.h"
#include "aggregate/usage_row.h"
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

enum { NODE_DIGITS = 12, ROLE_DIGITS = 4, ENTRY_DIGITS = NODE_DIGITS + ROLE_DIGITS };

struct entry {
    char digits[ENTRY_DIGITS + 1];
};

struct role_index {
    struct entry *entries; /* sorted */
    size_t count;
};

/* "0000" is kept for nodes without a role. */
static void write_entry(struct entry *entry, struct text node, struct text resource_id,
                        struct text role)
{
    XXH64_hash_t first = XXH3_64bits(node.bytes, node.length);
    XXH64_hash_t both = XXH3_64bits_withSeed(resource_id.bytes, resource_id.length, first);
    unsigned short_role = 0;
    if (role.bytes != NULL)
        short_role = 1 + (unsigned)(XXH3_64bits(role.bytes, role.length) % 0xffff);
    snprintf(entry->digits, sizeof entry->digits, "%012llx%04x",
             (unsigned long long)(both & 0xffffffffffff), short_role);
}

static int compare_entries(const void *left, const void *right)
{
    return memcmp(left, right, ENTRY_DIGITS);
}

static const char *join_entries(struct entry *entries, size_t count, struct arena *arena)
{
    char *list = arena_alloc(arena, count * ENTRY_DIGITS + 1);
    qsort(entries, count, sizeof *entries, compare_entries);
    for (size_t i = 0; i < count; i++)
        memcpy(list + i * ENTRY_DIGITS, entries[i].digits, ENTRY_DIGITS);
    return list;
}

/* The (node, resource id) of the rows; a node nearly always has but one. */
static void collect_pairs(const struct row_batch *rows, struct key_map *pairs)
{
    const struct usage_row *row = rows->rows;
    uint32_t room = rows->texts->count;
    uint32_t *last_of_node = memory_grow(NULL, room * sizeof *last_of_node);
    memset(last_of_node, 0, room * sizeof *last_of_node); /* null */
    for (size_t i = 0; i < rows->count; i++) {
        if (row[i].node == TEXT_NULL || row[i].resource_id == last_of_node[row[i].node])
            continue;
        last_of_node[row[i].node] = row[i].resource_id;
        if (row[i].resource_id != TEXT_NULL)
            key_map_add(pairs, (uint32_t[]){row[i].node, row[i].resource_id}, NULL);
    }
    free(last_of_node);
}

const char *role_mark_of_rows(const struct row_batch *rows, const struct node_role_table *roles,
                              struct arena *arena)
{
    struct key_map pairs;
    key_map_init(&pairs, 2);
    collect_pairs(rows, &pairs);
    struct entry *entries = memory_grow(NULL, ((size_t)pairs.count + 1) * sizeof *entries);
    for (uint32_t i = 0; i < pairs.count; i++) {
        const uint32_t *pair = key_map_key(&pairs, i);
        struct text node = text_pool_borrow(rows->texts, pair[0]);
        struct text resource_id = text_pool_borrow(rows->texts, pair[1]);
        write_entry(&entries[i], node, resource_id, node_role_find(roles, node, resource_id));
    }
    const char *list = pairs.count > 0 ? join_entries(entries, pairs.count, arena) : NULL;
    free(entries);
    key_map_close(&pairs);
    return list;
}

const struct role_index *role_index_build(const struct node_role_table *roles, struct arena *arena)
{
    struct role_index *index = arena_alloc(arena, sizeof *index);
    index->count = roles->nodes.count;
    index->entries = arena_alloc_array(arena, index->count, sizeof *index->entries);
    for (uint32_t i = 0; i < roles->nodes.count; i++) {
        const uint32_t *pair = key_map_key(&roles->nodes, i);
        write_entry(&index->entries[i], text_pool_borrow(&roles->texts, pair[0]),
                    text_pool_borrow(&roles->texts, pair[1]),
                    text_pool_borrow(&roles->texts, roles->roles[i]));
    }
    qsort(index->entries, index->count, sizeof *index->entries, compare_entries);
    return index;
}

static int compare_node(const void *sought, const void *entry)
{
    return memcmp(sought, entry, NODE_DIGITS);
}

bool role_mark_holds(const char *list, const struct role_index *index)
{
    for (size_t left = list != NULL ? strlen(list) : 0; left >= ENTRY_DIGITS;
         left -= ENTRY_DIGITS, list += ENTRY_DIGITS) {
        const struct entry *found = NULL;
        if (index->count > 0)
            found = bsearch(list, index->entries, index->count, sizeof *found, compare_node);
        const char *role = found != NULL ? found->digits + NODE_DIGITS : "0000";
        if (memcmp(role, list + NODE_DIGITS, ROLE_DIGITS) != 0)
            return false;
    }
    return true;
}
