#include "result/ranking.h"

#include "base/arena.h"

#include <stdlib.h>

static int by_total(const void *left, const void *right)
{
    const struct ranking_item *a = left, *b = right;
    if (a->total != b->total)
        return a->total < b->total ? 1 : -1;
    return (a->name > b->name) - (a->name < b->name);
}

static bool passes(const uint32_t *key, const struct ranking_filter *filters, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (filters[i].is != RANKING_ANY && key[filters[i].at] != filters[i].is)
            return false;
    return true;
}

void ranking_build(const struct cube *cube, const struct cube_series *series, uint32_t by,
                   uint32_t which, const struct ranking_filter *filters, size_t filter_count,
                   struct arena *arena, struct ranking *ranking)
{
    struct key_map names;
    key_map_init(&names, 1);
    *ranking = (struct ranking){
        .items = arena_alloc_array(arena, series->keys.count, sizeof *ranking->items),
        .days = arena_alloc_array(arena, cube->day_count, sizeof *ranking->days)};
    for (uint32_t i = 0; i < series->keys.count; i++) {
        const uint32_t *key = key_map_key(&series->keys, i);
        if (!passes(key, filters, filter_count))
            continue;
        uint32_t at = key_map_add(&names, &key[by], NULL);
        double total = cube_series_total(series, i, which);
        ranking->items[at].name = key[by];
        ranking->items[at].total += total;
        ranking->total += total;
        const double *values = cube_series_values(series, i) + (size_t)which * series->days;
        for (uint32_t day = 0; day < cube->day_count; day++)
            ranking->days[day] += values[day];
    }
    ranking->count = names.count;
    key_map_close(&names);
    if (ranking->count > 1)
        qsort(ranking->items, ranking->count, sizeof *ranking->items, by_total);
}
