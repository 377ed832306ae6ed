#include "source/day_span.h"

#include "base/arena.h"

#include <string.h>

/* For every day of the period: which days it must stay together with. `joined[d]` is true when day
 * d + 1 belongs to the span of day d, `used[d]` when some slice has rows on d. */
struct day_map {
    int32_t first;
    size_t count;
    bool *used;
    bool *joined;
};

static void mark_slice(struct day_map *map, const struct input_slice *slice)
{
    size_t first = (size_t)(slice->first_day - map->first);
    size_t last = (size_t)(slice->last_day - map->first);
    for (size_t day = first; day <= last; day++) {
        map->used[day] = true;
        if (day < last)
            map->joined[day] = true;
    }
}

/* The parts of an inventory or a span are walked by number. */
enum { PART_COUNT = REPORT_COUNT * GRAIN_COUNT };

static const struct input_part *part_at(const struct input_part parts[][GRAIN_COUNT], int number)
{
    return &parts[number / GRAIN_COUNT][number % GRAIN_COUNT];
}

static struct input_part *span_part(struct day_span *span, int number)
{
    return &span->parts[number / GRAIN_COUNT][number % GRAIN_COUNT];
}

static struct day_map map_days(const struct inventory *inventory, struct period period,
                               struct arena *arena)
{
    struct day_map map = {.first = period.first, .count = (size_t)(period.last - period.first) + 1};
    map.used = arena_alloc_array(arena, map.count, sizeof *map.used);
    map.joined = arena_alloc_array(arena, map.count, sizeof *map.joined);
    for (int number = 0; number < PART_COUNT; number++) {
        const struct input_part *part = part_at(inventory->parts, number);
        for (size_t i = 0; i < part->count; i++)
            mark_slice(&map, &part->slices[i]);
    }
    return map;
}

/* Spans without their slices, and for every day the number of its span. */
static struct day_span *cut_days(const struct day_map *map, struct arena *arena, size_t *span_of,
                                 size_t *count)
{
    struct day_span *spans = arena_alloc_array(arena, map->count, sizeof *spans);
    *count = 0;
    for (size_t day = 0; day < map->count; day++) {
        if (!map->used[day])
            continue;
        bool continues = day > 0 && map->joined[day - 1];
        if (!continues)
            spans[(*count)++].days.first = map->first + (int32_t)day;
        spans[*count - 1].days.last = map->first + (int32_t)day;
        span_of[day] = *count - 1;
    }
    return spans;
}

static void add_slice(struct day_span *span, struct input_part *part,
                      const struct input_slice *slice)
{
    part->slices[part->count++] = *slice;
    part->rows += slice->rows;
    part->bytes += slice->bytes;
    span->rows += slice->rows;
    span->bytes += slice->bytes;
}

/* Deals the slices of one part out: counted first, so that every span's lie side by side. */
static void deal_part(const struct input_part *from, int number, const struct day_map *map,
                      const size_t *span_of, struct day_span *spans, size_t span_count,
                      struct arena *arena)
{
    if (from->count == 0)
        return;
    struct input_slice *slices = arena_alloc_array(arena, from->count, sizeof *slices);
    size_t *counts = arena_alloc_array(arena, span_count, sizeof *counts);
    for (size_t i = 0; i < from->count; i++)
        counts[span_of[from->slices[i].first_day - map->first]]++;
    for (size_t i = 0; i < span_count; i++) {
        span_part(&spans[i], number)->slices = slices;
        slices += counts[i];
    }
    for (size_t i = 0; i < from->count; i++) {
        struct day_span *span = &spans[span_of[from->slices[i].first_day - map->first]];
        add_slice(span, span_part(span, number), &from->slices[i]);
    }
}

void day_span_build(const struct inventory *inventory, struct period period, struct arena *arena,
                    struct day_span **spans, size_t *count)
{
    struct day_map map = map_days(inventory, period, arena);
    size_t *span_of = arena_alloc_array(arena, map.count, sizeof *span_of);
    *spans = cut_days(&map, arena, span_of, count);
    for (int number = 0; number < PART_COUNT; number++)
        deal_part(part_at(inventory->parts, number), number, &map, span_of, *spans, *count, arena);
}

static void append_span(struct day_span *to, struct day_span *from, struct arena *arena)
{
    to->days.last = from->days.last;
    for (int number = 0; number < PART_COUNT; number++) {
        struct input_part *left = span_part(to, number);
        const struct input_part *right = span_part(from, number);
        struct input_slice *both =
            arena_alloc_array(arena, left->count + right->count, sizeof *both);
        if (left->count > 0)
            memcpy(both, left->slices, left->count * sizeof *both);
        left->slices = both;
        for (size_t i = 0; i < right->count; i++)
            add_slice(to, left, &right->slices[i]);
    }
}

void day_span_join(struct day_span *spans, size_t *count, int64_t least_rows, struct arena *arena)
{
    size_t kept = 0;
    for (size_t i = 1; i < *count; i++) {
        if (spans[kept].rows < least_rows)
            append_span(&spans[kept], &spans[i], arena);
        else
            spans[++kept] = spans[i];
    }
    if (*count > 0)
        *count = kept + 1;
}
