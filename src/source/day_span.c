#include "source/day_span.h"

#include "base/arena.h"

#include <string.h>

/* How often a row may be read, on average, before its days are held together instead. */
#define MOST_REREADS 2.5

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

/* Rows that would be read if the days first … last were cut apart, with slices of several days read
 * once a day, and rows there are. */
static void count_rereads(const struct inventory *inventory, int32_t first, int32_t last,
                          int64_t *read, int64_t *rows)
{
    *read = *rows = 0;
    for (int number = 0; number < PART_COUNT; number++) {
        const struct input_part *part = part_at(inventory->parts, number);
        for (size_t i = 0; i < part->count; i++) {
            const struct input_slice *slice = &part->slices[i];
            if (slice->first_day < first || slice->first_day > last)
                continue;
            *rows += slice->rows;
            *read += slice->rows * (slice->last_day - slice->first_day + 1);
        }
    }
}

/* In a long file sorted by time every row group touches two days or three, and would tie the month
 * together. Reading such row groups once a day costs less than holding all days at once. */
static void cut_cheap_joints(struct day_map *map, const struct inventory *inventory)
{
    for (size_t day = 0; day < map->count; day++) {
        size_t end = day;
        int64_t read, rows;
        while (end + 1 < map->count && map->joined[end])
            end++;
        count_rereads(inventory, map->first + (int32_t)day, map->first + (int32_t)end, &read,
                      &rows);
        if ((double)read <= MOST_REREADS * (double)rows)
            memset(map->joined + day, 0, (end - day) * sizeof *map->joined);
        day = end;
    }
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
    cut_cheap_joints(&map, inventory);
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

/* The spans that a slice has rows in: neighbours. */
static void spans_of_slice(const struct input_slice *slice, const struct day_map *map,
                           const size_t *span_of, size_t *first, size_t *last)
{
    *first = span_of[slice->first_day - map->first];
    *last = span_of[slice->last_day - map->first];
}

/* Deals the slices of one part out: counted first, so that every span's lie side by side. */
static void deal_part(const struct input_part *from, int number, const struct day_map *map,
                      const size_t *span_of, struct day_span *spans, size_t span_count,
                      struct arena *arena)
{
    size_t first, last, total = 0;
    if (from->count == 0)
        return;
    size_t *counts = arena_alloc_array(arena, span_count, sizeof *counts);
    for (size_t i = 0; i < from->count; i++) {
        spans_of_slice(&from->slices[i], map, span_of, &first, &last);
        for (size_t span = first; span <= last; span++)
            counts[span]++;
        total += last - first + 1;
    }
    struct input_slice *slices = arena_alloc_array(arena, total, sizeof *slices);
    for (size_t i = 0; i < span_count; i++) {
        span_part(&spans[i], number)->slices = slices;
        slices += counts[i];
    }
    for (size_t i = 0; i < from->count; i++) {
        spans_of_slice(&from->slices[i], map, span_of, &first, &last);
        for (size_t span = first; span <= last; span++)
            add_slice(&spans[span], span_part(&spans[span], number), &from->slices[i]);
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
