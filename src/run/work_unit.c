#include "run/work_unit.h"

#include "base/arena.h"
#include "source/inventory.h"

#include <stdlib.h>
#include <string.h>

int64_t work_unit_rows(const struct work_unit *unit)
{
    return unit->inventory == NULL ? 0 : unit->inventory->rows;
}

int64_t work_unit_bytes(const struct work_unit *unit)
{
    return unit->inventory == NULL ? 0 : unit->inventory->bytes;
}

static int size_class(const struct work_unit *unit)
{
    int64_t bytes = work_unit_bytes(unit);
    return bytes <= 0 ? 0 : 64 - __builtin_clzll((unsigned long long)bytes);
}

static int compare_units(const void *left, const void *right)
{
    const struct work_unit *a = *(struct work_unit *const *)left;
    const struct work_unit *b = *(struct work_unit *const *)right;
    if (size_class(a) != size_class(b))
        return size_class(a) > size_class(b) ? -1 : 1;
    int order = strcmp(b->stage, a->stage); /* usage before cost */
    if (order == 0)
        order = strcmp(a->source, b->source);
    return order != 0 ? order : (a->days.first > b->days.first) - (a->days.first < b->days.first);
}

void work_unit_deal(struct work_unit *units, size_t count, int shards)
{
    struct work_unit **order = memory_grow(NULL, count * sizeof *order);
    double *load = memory_grow(NULL, (size_t)shards * sizeof *load);
    for (size_t i = 0; i < count; i++)
        order[i] = &units[i];
    for (int i = 0; i < shards; i++)
        load[i] = 0;
    qsort(order, count, sizeof(struct work_unit *), compare_units);
    for (size_t i = 0; i < count; i++) {
        int least = 0;
        for (int shard = 1; shard < shards; shard++)
            if (load[shard] < load[least])
                least = shard;
        order[i]->shard = least;
        load[least] += 1.0 + (double)((uint64_t)1 << size_class(order[i]));
    }
    free(order);
    free(load);
}
