#include "source/inventory.h"

#include "arrow/bridge.h"
#include "base/arena.h"
#include "source/fetch_pool.h"

#include <stdlib.h>
#include <string.h>

enum { S3_THREADS = 8 };

static const int64_t MS_PER_DAY = 86400000;

/* One template filled in, and what it was made from. */
struct place {
    struct path_pattern pattern;
    enum report report;
    enum template_grain grain;
    const char *convention; /* "configured" for templates of the request */
};

struct listing {
    const char *folder;
    struct arena arena; /* of its thread */
    struct arrow_entry *entries;
    size_t count;
};

struct footer {
    int64_t rows;
    bool has_row_uuid;
    char *version;                      /* malloc, as below */
    struct arrow_row_group *row_groups; /* malloc: jobs must not share an arena */
    int row_group_count;
};

/* Everything known while an inventory is made. */
struct survey {
    struct arrow_store *store;
    const struct inventory_request *request;
    struct arena *arena;
    int threads;
    struct place *places;
    size_t place_count;
    struct listing *listings;
    size_t listing_count;
    const char **folders;
    size_t folder_count;
    struct input_file *files;
    const struct place **file_places; /* where each was found */
    size_t file_count;
    struct footer *footers;
};

static const char CONFIGURED[] = "configured";

const char *inventory_time_column(enum report report)
{
    return report == REPORT_AWS_LINE_ITEMS ? "lineitem_usagestartdate" : "interval_start";
}

/* ---- where to look ---- */

static bool has_templates(const struct inventory_request *request, enum report report)
{
    for (int grain = 0; grain < TEMPLATE_COUNT; grain++)
        if (request->templates[report][grain] != NULL)
            return true;
    return false;
}

static bool add_places(struct survey *survey, const char *path_template, const char *convention,
                       const char *report_name, enum report report, enum template_grain grain,
                       struct error *error)
{
    if (path_template == NULL)
        return true;
    const struct inventory_request *request = survey->request;
    struct path_values values = {request->org_id, request->source,
                                 calendar_month(request->period.first), report_name};
    struct path_pattern patterns[2];
    size_t count;
    TRY(path_template_fill(path_template, &values, survey->arena, patterns, &count, error));
    for (size_t i = 0; i < count; i++)
        survey->places[survey->place_count++] =
            (struct place){patterns[i], report, grain, convention};
    return true;
}

/* The places in the order in which a file is tried against them: daily before hourly before
 * either, so that a folder of either kind keeps what the others leave. */
static bool find_places(struct survey *survey, struct error *error)
{
    static const enum template_grain order[] = {TEMPLATE_DAILY, TEMPLATE_HOURLY, TEMPLATE_EITHER};
    const struct inventory_request *request = survey->request;
    size_t most = (path_convention_count + 1) * REPORT_COUNT * TEMPLATE_COUNT * 2;
    survey->places = arena_alloc_array(survey->arena, most, sizeof *survey->places);
    enum report last = path_last_report(request->provider);
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        for (enum report report = path_first_report(request->provider); report <= last; report++) {
            if (has_templates(request, report)) {
                TRY(add_places(survey, request->templates[report][order[i]], CONFIGURED,
                               path_report_name(report), report, order[i], error));
                continue;
            }
            for (size_t c = 0; c < path_convention_count; c++) {
                const struct path_convention *convention = &path_conventions[c];
                TRY(add_places(survey, convention->templates[report][order[i]], convention->name,
                               convention->report_names[report], report, order[i], error));
            }
        }
    return true;
}

/* ---- listing ---- */

static bool list_folder(void *context, size_t number, struct error *error)
{
    struct survey *survey = context;
    struct listing *listing = &survey->listings[number];
    return arrow_store_list(survey->store, listing->folder, &listing->arena, &listing->entries,
                            &listing->count, error);
}

static void find_folders(struct survey *survey)
{
    survey->listings =
        arena_alloc_array(survey->arena, survey->place_count, sizeof *survey->listings);
    for (size_t i = 0; i < survey->place_count; i++) {
        const char *folder = survey->places[i].pattern.folder;
        size_t known = 0;
        while (known < survey->listing_count && strcmp(survey->listings[known].folder, folder) != 0)
            known++;
        if (known == survey->listing_count)
            survey->listings[survey->listing_count++].folder = folder;
    }
}

static const struct place *place_of(const struct survey *survey, const char *path)
{
    for (size_t i = 0; i < survey->place_count; i++)
        if (path_pattern_fits(&survey->places[i].pattern, path))
            return &survey->places[i];
    return NULL;
}

static int compare_entries(const void *a, const void *b)
{
    return strcmp(((const struct arrow_entry *)a)->path, ((const struct arrow_entry *)b)->path);
}

/* All listed files in one sorted array, each once though folders may lie in one another. */
static struct arrow_entry *merge_listings(const struct survey *survey, size_t *count)
{
    size_t total = 0;
    for (size_t i = 0; i < survey->listing_count; i++)
        total += survey->listings[i].count;
    struct arrow_entry *entries = arena_alloc_array(survey->arena, total, sizeof *entries);
    *count = 0;
    for (size_t i = 0; i < survey->listing_count; i++)
        for (size_t e = 0; e < survey->listings[i].count; e++)
            entries[(*count)++] = survey->listings[i].entries[e];
    qsort(entries, *count, sizeof *entries, compare_entries);
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++)
        if (kept == 0 || strcmp(entries[kept - 1].path, entries[i].path) != 0)
            entries[kept++] = entries[i];
    *count = kept;
    return entries;
}

static void choose_files(struct survey *survey)
{
    size_t count;
    struct arrow_entry *entries = merge_listings(survey, &count);
    survey->files = arena_alloc_array(survey->arena, count, sizeof *survey->files);
    survey->file_places = arena_alloc_array(survey->arena, count, sizeof *survey->file_places);
    for (size_t i = 0; i < count; i++) {
        const struct place *place = place_of(survey, entries[i].path);
        if (place == NULL)
            continue;
        survey->file_places[survey->file_count] = place;
        survey->files[survey->file_count++] = (struct input_file){
            .path = arena_copy(survey->arena, entries[i].path, strlen(entries[i].path)),
            .size = entries[i].size,
            .modified_ns = entries[i].modified_ns,
            .report = place->report,
        };
    }
}

/* Leaves the folders that hold files, for inventory_check_unchanged(). */
static void keep_folders(struct survey *survey)
{
    survey->folders = arena_alloc_array(survey->arena, survey->listing_count, sizeof(char *));
    for (size_t i = 0; i < survey->listing_count; i++)
        if (survey->listings[i].count > 0)
            survey->folders[survey->folder_count++] = survey->listings[i].folder;
}

static bool list_files(struct survey *survey, struct error *error)
{
    find_folders(survey);
    for (size_t i = 0; i < survey->listing_count; i++)
        arena_init(&survey->listings[i].arena);
    bool ok = fetch_pool_run(list_folder, survey, survey->listing_count, survey->threads, error);
    if (ok) {
        choose_files(survey);
        keep_folders(survey);
    }
    for (size_t i = 0; i < survey->listing_count; i++)
        arena_close(&survey->listings[i].arena);
    return ok;
}

/* ---- one convention only ---- */

/* A source in two conventions would be counted twice. It is the data that has to change. */
static bool check_conventions(const struct survey *survey, struct inventory *inventory,
                              struct error *error)
{
    const struct place *first = NULL;
    for (size_t i = 0; i < survey->file_count; i++) {
        const struct place *place = survey->file_places[i];
        if (place->convention == CONFIGURED)
            continue;
        if (first == NULL)
            first = place;
        if (place->convention != first->convention)
            return error_set(error, ERROR_BAD_DATA,
                             "source %s lies in two places of %s, %s (%s) and %s (%s): nothing may "
                             "be counted twice, move one away",
                             survey->request->source, arrow_store_location(survey->store),
                             first->pattern.folder, first->convention, place->pattern.folder,
                             place->convention);
    }
    inventory->convention = first != NULL ? first->convention : CONFIGURED;
    return true;
}

/* ---- footers ---- */

/* Was a file that was listed removed meanwhile? One that cannot be read is still listed. */
static bool is_gone(const struct survey *survey, const char *path)
{
    struct arena arena;
    struct arrow_entry *entries;
    struct error error = {0};
    size_t count = 0;
    bool listed = false;
    arena_init(&arena);
    const char *slash = strrchr(path, '/');
    const char *folder = slash == NULL ? "" : arena_copy(&arena, path, (size_t)(slash - path));
    bool known = arrow_store_list(survey->store, folder, &arena, &entries, &count, &error);
    for (size_t i = 0; known && i < count; i++)
        listed = listed || strcmp(entries[i].path, path) == 0;
    arena_close(&arena);
    return known && !listed;
}

/* An object that is replaced by one of another size after the listing has no footer where it should
 * be; it is asked for its size then, and that it changed is found out before the commit. */
static bool open_file(const struct survey *survey, const struct input_file *input,
                      struct arena *arena, struct arrow_file **file, struct error *error)
{
    if (survey->request->versions)
        return arrow_file_open(survey->store, input->path, -1, arena, file, error);
    return arrow_file_open(survey->store, input->path, input->size, arena, file, error) ||
           (error->kind == ERROR_BAD_DATA &&
            arrow_file_open(survey->store, input->path, -1, arena, file, error));
}

static bool read_footer(void *context, size_t number, struct error *error)
{
    struct survey *survey = context;
    const struct input_file *input = &survey->files[number];
    struct footer *footer = &survey->footers[number];
    struct arena arena;
    arena_init(&arena);
    struct arrow_file *file;
    bool ok = open_file(survey, input, &arena, &file, error);
    if (ok) {
        int count = arrow_file_row_groups(file);
        footer->rows = arrow_file_rows(file);
        footer->has_row_uuid = arrow_file_column(file, "row_uuid", NULL);
        if (arrow_file_version(file) != NULL)
            footer->version = strdup(arrow_file_version(file));
        footer->row_groups = memory_grow(NULL, (size_t)count * sizeof *footer->row_groups);
        footer->row_group_count = count;
        for (int i = 0; i < count; i++)
            arrow_file_row_group(file, i, inventory_time_column(input->report),
                                 &footer->row_groups[i]);
    }
    arena_close(&arena);
    if (!ok && error->kind == ERROR_NO_INPUT && is_gone(survey, input->path))
        return error_set(error, ERROR_TRY_AGAIN,
                         "%s/%s: was removed while the run looked at it: run again",
                         arrow_store_location(survey->store), input->path);
    return ok;
}

/* Is a folder on the path named "daily" or "…_daily"? */
static bool path_says_daily(const char *path)
{
    for (const char *slash; (slash = strchr(path, '/')) != NULL; path = slash + 1) {
        size_t length = (size_t)(slash - path);
        if (length >= 5 && memcmp(slash - 5, "daily", 5) == 0 && (length == 5 || slash[-6] == '_'))
            return true;
    }
    return false;
}

static enum grain grain_of(const struct input_file *file, const struct place *place,
                           const struct footer *footer)
{
    if (place->grain == TEMPLATE_EITHER)
        return footer->has_row_uuid || path_says_daily(file->path) ? GRAIN_DAILY : GRAIN_HOURLY;
    return place->grain == TEMPLATE_DAILY ? GRAIN_DAILY : GRAIN_HOURLY;
}

/* ---- slices ---- */

static int32_t day_of_ms(int64_t ms)
{
    int64_t day = ms / MS_PER_DAY - (ms % MS_PER_DAY < 0);
    return day < INT32_MIN ? INT32_MIN : day > INT32_MAX ? INT32_MAX : (int32_t)day;
}

/* False: the row group has no row of the period. */
static bool clip_days(const struct arrow_row_group *row_group, struct period period,
                      struct input_slice *slice)
{
    slice->days_known = row_group->times_known;
    slice->first_day = period.first;
    slice->last_day = period.last;
    if (!row_group->times_known)
        return true;
    int32_t first = day_of_ms(row_group->first_ms), last = day_of_ms(row_group->last_ms);
    if (last < period.first || first > period.last)
        return false;
    if (first > period.first)
        slice->first_day = first;
    if (last < period.last)
        slice->last_day = last;
    return true;
}

static void add_slices(const struct survey *survey, size_t number, struct inventory *inventory)
{
    struct input_file *file = &survey->files[number];
    const struct footer *footer = &survey->footers[number];
    struct input_part *part = &inventory->parts[file->report][file->grain];
    for (int i = 0; i < footer->row_group_count; i++) {
        const struct arrow_row_group *row_group = &footer->row_groups[i];
        struct input_slice slice = {
            .path = file->path, .row_group = i, .rows = row_group->rows, .bytes = row_group->bytes};
        if (row_group->rows == 0)
            continue;
        if (!clip_days(row_group, survey->request->period, &slice)) {
            file->pruned_row_groups++;
            inventory->pruned_row_groups++;
            inventory->pruned_rows += row_group->rows;
            continue;
        }
        part->slices[part->count++] = slice;
        part->rows += slice.rows;
        part->bytes += slice.bytes;
        inventory->rows += slice.rows;
        inventory->bytes += slice.bytes;
    }
}

static void fill_inventory(const struct survey *survey, struct inventory *inventory)
{
    size_t room[REPORT_COUNT][GRAIN_COUNT] = {{0}};
    for (size_t i = 0; i < survey->file_count; i++) {
        struct input_file *file = &survey->files[i];
        const struct footer *footer = &survey->footers[i];
        file->grain = grain_of(file, survey->file_places[i], footer);
        file->rows = footer->rows;
        if (footer->version != NULL)
            file->version = arena_copy(survey->arena, footer->version, strlen(footer->version));
        file->row_groups = footer->row_group_count;
        inventory->has_daily[file->report] |= file->grain == GRAIN_DAILY;
        room[file->report][file->grain] += (size_t)footer->row_group_count;
    }
    for (int report = 0; report < REPORT_COUNT; report++)
        for (int grain = 0; grain < GRAIN_COUNT; grain++)
            inventory->parts[report][grain].slices =
                arena_alloc_array(survey->arena, room[report][grain], sizeof(struct input_slice));
    for (size_t i = 0; i < survey->file_count; i++)
        add_slices(survey, i, inventory);
    inventory->files = survey->files;
    inventory->file_count = survey->file_count;
    inventory->folders = survey->folders;
    inventory->folder_count = survey->folder_count;
}

/* ---- nothing there ---- */

static bool refuse_no_files(const struct survey *survey, struct error *error)
{
    const struct inventory_request *request = survey->request;
    struct month month = calendar_month(request->period.first);
    const char *looked = "";
    for (size_t i = 0; i < survey->place_count; i++) {
        const struct place *place = &survey->places[i];
        size_t same = 0;
        while (survey->places[same].convention != place->convention)
            same++;
        if (same == i) /* the first of its convention stands for all of them */
            looked = arena_printf(survey->arena, "%s%s%s", looked, i == 0 ? "" : ", ",
                                  place->pattern.folder);
    }
    return error_set(error, ERROR_NO_INPUT,
                     "no Parquet file of %s source %s for %04d-%02d in %s: looked in %s and their "
                     "like; check org_id, the source's uuid, the period and the input location",
                     request->provider == PROVIDER_OCP ? "OpenShift" : "AWS", request->source,
                     month.year, month.month, arrow_store_location(survey->store), looked);
}

static bool refuse_no_rows(const struct survey *survey, const struct inventory *inventory,
                           struct error *error)
{
    char first[CALENDAR_TEXT_SIZE], last[CALENDAR_TEXT_SIZE];
    calendar_format(survey->request->period.first, first);
    calendar_format(survey->request->period.last, last);
    return error_set(error, ERROR_NO_INPUT,
                     "source %s has no rows from %s to %s in %s: its %zu files of the month hold "
                     "%lld rows of other days",
                     survey->request->source, first, last, arrow_store_location(survey->store),
                     inventory->file_count, (long long)inventory->pruned_rows);
}

static bool look(struct survey *survey, struct arrow_store *store,
                 const struct inventory_request *request, struct arena *arena, struct error *error)
{
    bool remote = strncmp(arrow_store_location(store), "s3://", 5) == 0;
    *survey = (struct survey){.store = store,
                              .request = request,
                              .arena = arena,
                              .threads = remote                 ? S3_THREADS
                                         : request->threads > 0 ? request->threads
                                                                : 1};
    return find_places(survey, error) && list_files(survey, error);
}

bool inventory_list(struct arrow_store *store, const struct inventory_request *request,
                    struct arena *arena, struct input_file **files, size_t *count,
                    struct error *error)
{
    struct survey survey;
    TRY(look(&survey, store, request, arena, error));
    *files = survey.files;
    *count = survey.file_count;
    return true;
}

bool inventory_build(struct arrow_store *store, const struct inventory_request *request,
                     struct arena *arena, struct inventory *inventory, struct error *error)
{
    struct survey survey;
    *inventory = (struct inventory){0};
    TRY(look(&survey, store, request, arena, error));
    inventory->nothing = survey.file_count == 0;
    if (inventory->nothing)
        return refuse_no_files(&survey, error);
    TRY(check_conventions(&survey, inventory, error));
    survey.footers = arena_alloc_array(arena, survey.file_count, sizeof *survey.footers);
    bool ok = fetch_pool_run(read_footer, &survey, survey.file_count, survey.threads, error);
    if (ok)
        fill_inventory(&survey, inventory);
    for (size_t i = 0; i < survey.file_count; i++) {
        free(survey.footers[i].row_groups);
        free(survey.footers[i].version);
    }
    TRY(ok);
    inventory->nothing = inventory->rows == 0;
    return !inventory->nothing || refuse_no_rows(&survey, inventory, error);
}

enum grain inventory_grain(const struct inventory *inventory, enum report report)
{
    return inventory->has_daily[report] ? GRAIN_DAILY : GRAIN_HOURLY;
}

/* ---- some of its days ---- */

static struct input_part clip_part(const struct input_part *part, struct period days,
                                   struct arena *arena)
{
    struct input_part clipped = {arena_alloc_array(arena, part->count, sizeof *part->slices), 0, 0,
                                 0};
    for (size_t i = 0; i < part->count; i++) {
        struct input_slice slice = part->slices[i];
        if (slice.last_day < days.first || slice.first_day > days.last)
            continue;
        if (slice.first_day < days.first)
            slice.first_day = days.first;
        if (slice.last_day > days.last)
            slice.last_day = days.last;
        clipped.slices[clipped.count++] = slice;
        clipped.rows += slice.rows;
        clipped.bytes += slice.bytes;
    }
    return clipped;
}

void inventory_clip(const struct inventory *inventory, struct period days, struct arena *arena,
                    struct inventory *clipped)
{
    *clipped = *inventory;
    clipped->rows = clipped->bytes = 0;
    for (int report = 0; report < REPORT_COUNT; report++)
        for (int grain = 0; grain < GRAIN_COUNT; grain++) {
            struct input_part *part = &clipped->parts[report][grain];
            *part = clip_part(&inventory->parts[report][grain], days, arena);
            clipped->rows += part->rows;
            clipped->bytes += part->bytes;
        }
}

/* ---- is it still there? ---- */

struct second_look {
    struct arrow_store *store;
    const struct inventory *inventory;
};

static bool changed(const struct input_file *file, const struct arrow_entry *now)
{
    return now == NULL || now->size != file->size || now->modified_ns != file->modified_ns;
}

static bool check_folder(void *context, size_t number, struct error *error)
{
    const struct second_look *look = context;
    const struct inventory *inventory = look->inventory;
    const char *folder = inventory->folders[number];
    struct arena arena;
    struct arrow_entry *entries;
    size_t count;
    arena_init(&arena);
    bool ok = arrow_store_list(look->store, folder, &arena, &entries, &count, error);
    for (size_t i = 0; ok && i < inventory->file_count; i++) {
        const struct input_file *file = &inventory->files[i];
        if (strncmp(file->path, folder, strlen(folder)) != 0)
            continue;
        const struct arrow_entry sought = {.path = file->path};
        const struct arrow_entry *now =
            count == 0 ? NULL : bsearch(&sought, entries, count, sizeof *entries, compare_entries);
        if (changed(file, now))
            ok = error_set(error, ERROR_TRY_AGAIN,
                           "%s/%s: was %s while the run read it, so nothing was written: run again",
                           arrow_store_location(look->store), file->path,
                           now == NULL ? "removed" : "replaced");
    }
    arena_close(&arena);
    return ok;
}

bool inventory_check_unchanged(struct arrow_store *store, const struct inventory *inventory,
                               struct error *error)
{
    bool remote = strncmp(arrow_store_location(store), "s3://", 5) == 0;
    struct second_look look = {store, inventory};
    return fetch_pool_run(check_folder, &look, inventory->folder_count, remote ? S3_THREADS : 1,
                          error);
}
