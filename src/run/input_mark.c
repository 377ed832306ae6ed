#include "run/input_mark.h"

#include "base/arena.h"
#include "base/uuid.h"
#include "config/config.h"
#include "result/result.h"
#include "run/mark_digest.h"
#include "run/outputs.h"
#include "run/work_unit.h"
#include "source/inventory.h"

#include <stdlib.h>
#include <string.h>

/* Raised when rows change though neither input nor settings nor the program's version do. */
static const char FORMAT[] = "1";

static const struct column columns[] = {
#define COLUMN_ENTRY(name, kind, width, scale, required, state, meaning) \
    ROW_COLUMN(input_mark, name, kind, width, scale, required, state, meaning)
#include "run/input_mark.def"
#undef COLUMN_ENTRY
};

const struct table input_mark_table = {
    .name = "costagg_inputs",
    .columns = columns,
    .column_count = sizeof columns / sizeof columns[0],
    .row_size = sizeof(struct input_mark),
    .owner = "source_uuid",
    .meaning = "What each source's days were made of, for runs of what has changed",
};

static size_t count_days(struct period days)
{
    return (size_t)(days.last - days.first) + 1;
}

struct input_marks input_marks_open(struct period days, struct arena *arena)
{
    return (struct input_marks){
        days, arena_alloc_array(arena, count_days(days), sizeof(struct day_mark))};
}

bool day_mark_equal(const struct day_mark *left, const struct day_mark *right)
{
    return left->files == right->files && strcmp(left->fingerprint, right->fingerprint) == 0;
}

/* ---- rules ---- */

static void add_list(struct mark_digest *digest, const struct string_list *list)
{
    mark_digest_integer(digest, (int64_t)list->count);
    for (size_t i = 0; i < list->count; i++)
        mark_digest_text(digest, list->items[i]);
}

static void add_settings(struct mark_digest *digest, const struct settings *settings)
{
    add_list(digest, &settings->enabled_ocp_keys);
    add_list(digest, &settings->enabled_aws_keys);
    add_list(digest, &settings->disabled_ocp_keys);
    add_list(digest, &settings->disabled_aws_keys);
    mark_digest_integer(digest, (int64_t)settings->cost_category_count);
    for (size_t i = 0; i < settings->cost_category_count; i++) {
        mark_digest_text(digest, settings->cost_categories[i].namespace_pattern);
        mark_digest_integer(digest, settings->cost_categories[i].id);
    }
    mark_digest_integer(digest, (int64_t)settings->account_alias_count);
    for (size_t i = 0; i < settings->account_alias_count; i++) {
        mark_digest_text(digest, settings->account_aliases[i].account_id);
        mark_digest_integer(digest, settings->account_aliases[i].id);
    }
    mark_digest_integer(digest, settings->node_roles_given);
}

static void add_roles(struct mark_digest *digest, const struct settings *settings)
{
    for (size_t i = 0; i < settings->node_role_count; i++) {
        mark_digest_text(digest, settings->node_roles[i].node);
        mark_digest_text(digest, settings->node_roles[i].resource_id);
        mark_digest_text(digest, settings->node_roles[i].role);
    }
}

static void add_cost_rules(struct mark_digest *digest, const struct cost_rules *rules)
{
    mark_digest_number(digest, rules->markup);
    mark_digest_integer(digest, rules->distribution);
    mark_digest_number(digest, rules->cpu_weight);
    mark_digest_number(digest, rules->memory_weight);
    mark_digest_integer(digest, rules->non_csi_to_namespace);
}

static void add_cluster(struct mark_digest *digest, const struct cluster *cluster)
{
    mark_digest_text(digest, cluster->source);
    mark_digest_text(digest, cluster->cluster_id);
    mark_digest_text(digest, cluster->cluster_alias);
    mark_digest_integer(digest, cluster->report_period_id);
}

static void add_bill(struct mark_digest *digest, const struct bill *bill)
{
    mark_digest_text(digest, bill->provider);
    mark_digest_text(digest, bill->source);
    mark_digest_integer(digest, bill->bill_id);
    for (size_t i = 0; i < bill->cluster_count; i++)
        add_cluster(digest, bill->clusters[i]);
}

static void begin_rules(struct mark_digest *digest, const struct config *config)
{
    mark_digest_begin(digest);
    mark_digest_text(digest, FORMAT);
    mark_digest_text(digest, COSTAGG_VERSION);
    mark_digest_integer(digest, config->rollups);
    add_settings(digest, &config->settings);
}

/* Everything of a unit that is the same for all its days. */
static void digest_unit(const struct config *config, const struct work_unit *unit,
                        const char *depends, char text[FINGERPRINT_SIZE])
{
    struct mark_digest digest;
    begin_rules(&digest, config);
    mark_digest_text(&digest, unit->stage);
    mark_digest_text(&digest, depends);
    if (unit->cluster != NULL) {
        add_cluster(&digest, unit->cluster);
    } else {
        add_roles(&digest, &config->settings);
        add_cost_rules(&digest, &config->cost_rules);
        add_bill(&digest, unit->bill);
    }
    for (int report = 0; report < REPORT_COUNT; report++)
        mark_digest_integer(&digest, unit->inventory->has_daily[report]);
    mark_digest_end(&digest, text);
}

void input_marks_digest_rules(const struct config *config, char fingerprint[FINGERPRINT_SIZE])
{
    struct mark_digest digest;
    begin_rules(&digest, config);
    add_roles(&digest, &config->settings);
    add_cost_rules(&digest, &config->cost_rules);
    for (size_t i = 0; i < config->all_cluster_count; i++)
        add_cluster(&digest, &config->all_clusters[i]);
    for (size_t i = 0; i < config->bill_count; i++)
        add_bill(&digest, &config->bills[i]);
    mark_digest_integer(&digest, config->period.first);
    mark_digest_integer(&digest, config->period.last);
    for (size_t i = 0; i < config->outputs.count; i++)
        mark_digest_text(&digest, config->outputs.items[i]);
    mark_digest_end(&digest, fingerprint);
}

/* ---- files ---- */

/* Days of the period a file has rows of, as bits from its first day; a month has 31 at most. */
static void find_file_days(const struct inventory *inventory, struct period days, uint32_t *bits)
{
    for (int report = 0; report < REPORT_COUNT; report++)
        for (int grain = 0; grain < GRAIN_COUNT; grain++) {
            const struct input_part *part = &inventory->parts[report][grain];
            size_t file = 0; /* slices and files have one order */
            for (size_t i = 0; i < part->count; i++) {
                const struct input_slice *slice = &part->slices[i];
                while (inventory->files[file].path != slice->path)
                    file++;
                for (int32_t day = slice->first_day; day <= slice->last_day; day++)
                    bits[file] |= (uint32_t)1 << (day - days.first);
            }
        }
}

static void add_file(struct mark_digest *digest, const struct input_file *file)
{
    mark_digest_text(digest, file->path);
    mark_digest_integer(digest, file->report);
    mark_digest_integer(digest, file->size);
    mark_digest_text(digest, file->version);
    mark_digest_integer(digest, file->version == NULL ? file->modified_ns : 0);
}

static void mark_day(const struct inventory *inventory, const uint32_t *file_days, uint32_t bit,
                     const char *unit, struct day_mark *mark)
{
    struct mark_digest digest;
    mark_digest_begin(&digest);
    mark_digest_text(&digest, unit);
    for (size_t i = 0; i < inventory->file_count; i++) {
        if ((file_days[i] & bit) == 0)
            continue;
        mark->files++;
        add_file(&digest, &inventory->files[i]);
    }
    mark_digest_end(&digest, mark->fingerprint);
    if (mark->files == 0)
        mark->fingerprint[0] = '\0';
}

struct input_marks input_marks_build(const struct config *config, const struct work_unit *unit,
                                     const char *depends, struct arena *arena)
{
    struct input_marks marks = input_marks_open(unit->days, arena);
    const struct inventory *inventory = unit->inventory;
    if (inventory == NULL)
        return marks;
    char text[FINGERPRINT_SIZE];
    uint32_t *file_days = arena_alloc_array(arena, inventory->file_count, sizeof *file_days);
    digest_unit(config, unit, depends, text);
    find_file_days(inventory, unit->days, file_days);
    for (size_t i = 0; i < count_days(unit->days); i++)
        mark_day(inventory, file_days, (uint32_t)1 << i, text, &marks.of[i]);
    return marks;
}

void input_marks_digest(const struct input_marks *const *list, size_t count,
                        char fingerprint[FINGERPRINT_SIZE])
{
    struct mark_digest digest;
    mark_digest_begin(&digest);
    for (size_t i = 0; i < count; i++)
        for (size_t day = 0; day < count_days(list[i]->days); day++) {
            const struct day_mark *mark = &list[i]->of[day];
            mark_digest_integer(&digest, mark->files);
            mark_digest_text(&digest, mark->fingerprint);
            mark_digest_text(&digest, mark->roles);
        }
    mark_digest_end(&digest, fingerprint);
}

/* ---- to and from outputs ---- */

/* The namespace of the uuids of this table. */
static const unsigned char uuid_namespace[UUID_SIZE] = {
    0x8d, 0x41, 0x0c, 0xe7, 0x52, 0x3b, 0x4f, 0x96, 0xa1, 0x5e, 0x07, 0x93, 0xc8, 0x6a, 0x2d, 0xb4};

static void name_row(struct input_mark *row, const char *stage, const char *source)
{
    char day[CALENDAR_TEXT_SIZE];
    struct sha1 hash;
    uuid_v5_init(&hash, uuid_namespace);
    sha1_update(&hash, source, strlen(source) + 1);
    sha1_update(&hash, stage, strlen(stage) + 1);
    sha1_update(&hash, calendar_format(row->usage_start, day), CALENDAR_TEXT_SIZE);
    uuid_v5_finish(&hash, row->uuid);
}

struct sink_scope input_marks_scope(const struct sink_scope *scope, struct arena *arena)
{
    size_t count = scope->table_count;
    const struct table **tables = arena_alloc_array(arena, count + 1, sizeof *tables);
    enum table_part *parts = arena_alloc_array(arena, count + 1, sizeof *parts);
    struct sink_scope extended = *scope;
    if (count > 0)
        memcpy(tables, scope->tables, count * sizeof *tables);
    if (scope->parts != NULL)
        memcpy(parts, scope->parts, count * sizeof *parts);
    tables[count] = &input_mark_table;
    extended.tables = tables;
    extended.table_count = count + 1;
    extended.parts = parts;
    return extended;
}

bool input_marks_write(const struct input_marks *marks, struct period days, const char *stage,
                       const char *source, struct outputs *outputs, struct error *error)
{
    struct input_mark rows[31];
    struct text_pool texts;
    struct row_batch batch = {&input_mark_table, rows, 0, &texts};
    text_pool_init(&texts);
    for (int32_t day = days.first; day <= days.last; day++) {
        const struct day_mark *mark = &marks->of[day - marks->days.first];
        if (mark->files == 0)
            continue;
        struct input_mark *row = &rows[batch.count++];
        *row = (struct input_mark){
            .source_uuid = text_pool_intern_string(&texts, source),
            .usage_start = day,
            .stage = text_pool_intern_string(&texts, stage),
            .files = mark->files,
            .fingerprint = text_pool_intern_string(&texts, mark->fingerprint),
            .roles = mark->roles != NULL ? text_pool_intern_string(&texts, mark->roles) : TEXT_NULL,
        };
        name_row(row, stage, source);
    }
    bool done = batch.count == 0 || outputs_write(outputs, &batch, error);
    text_pool_close(&texts);
    return done;
}

static void take_row(const struct input_mark *row, const struct text_pool *texts, const char *stage,
                     struct arena *arena, struct input_marks *marks)
{
    struct text row_stage = text_pool_borrow(texts, row->stage);
    struct text fingerprint = text_pool_borrow(texts, row->fingerprint);
    struct text roles = text_pool_borrow(texts, row->roles);
    if (row->usage_start < marks->days.first || row->usage_start > marks->days.last ||
        row_stage.length != strlen(stage) ||
        memcmp(row_stage.bytes, stage, row_stage.length) != 0 ||
        fingerprint.length >= FINGERPRINT_SIZE)
        return;
    struct day_mark *mark = &marks->of[row->usage_start - marks->days.first];
    mark->files = row->files;
    memcpy(mark->fingerprint, fingerprint.bytes, fingerprint.length);
    mark->fingerprint[fingerprint.length] = '\0';
    mark->roles = roles.bytes != NULL ? arena_copy(arena, roles.bytes, roles.length) : NULL;
}

bool input_marks_read(struct result *result, const char *stage, const char *source,
                      struct period days, struct arena *arena, struct input_marks *marks,
                      struct error *error)
{
    const struct result_scope scope = {.source = source, .days = days};
    struct result_table described;
    struct text_pool texts;
    *marks = input_marks_open(days, arena);
    TRY(result_describe(result, &input_mark_table, &described, error));
    if (!described.found)
        return true;
    text_pool_init(&texts);
    struct row_batch batch = {.count = 1};
    bool done = result_begin(result, &input_mark_table, &scope, NULL, &texts, error);
    while (done && batch.count > 0) {
        done = result_next(result, &batch, error);
        const struct input_mark *rows = batch.rows;
        for (size_t i = 0; done && i < batch.count; i++)
            take_row(&rows[i], &texts, stage, arena, marks);
    }
    text_pool_close(&texts);
    return done;
}
