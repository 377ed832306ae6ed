#include "source/inventory.h"

#include "arrow/bridge.h"
#include "base/arena.h"

#include <arrow/c/abi.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ORG    "org1"
#define SOURCE "0af4"

static const int64_t MS_PER_DAY = 86400000;

/* ---- every test has an arena and an empty folder ---- */

struct ground {
    struct arena arena;
    char folder[64];
    struct arrow_store *store;
    struct error error;
    struct inventory_request request;
};

static int set_up(void **state)
{
    struct ground *ground = calloc(1, sizeof *ground);
    arena_init(&ground->arena);
    snprintf(ground->folder, sizeof ground->folder, "/tmp/inventory_test.XXXXXX");
    assert_non_null(mkdtemp(ground->folder));
    assert_true(arrow_store_open(ground->folder, NULL, false, &ground->arena, &ground->store,
                                 &ground->error));
    ground->request.org_id = ORG;
    ground->request.source = SOURCE;
    ground->request.period = calendar_period_of_month((struct month){2025, 7});
    *state = ground;
    return 0;
}

static int tear_down(void **state)
{
    struct ground *ground = *state;
    arena_close(&ground->arena);
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", ground->folder);
    int status = system(command);
    free(ground);
    return status;
}

/* ---- small Parquet files ---- */

static void release_schema(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

static void release_array(struct ArrowArray *array)
{
    array->release = NULL;
}

/* A file with the time column of `report` (and row_uuid), a row group for every pair of days. Day
 * numbers count from the first of July 2025; a pair -99 is a row group without times. */
static void write_file(struct ground *ground, const char *path, enum report report, bool row_uuid,
                       const int days[][2], int row_groups)
{
    struct ArrowSchema time = {.format = "tsm:UTC",
                               .name = inventory_time_column(report),
                               .flags = ARROW_FLAG_NULLABLE,
                               .release = release_schema};
    struct ArrowSchema uuid = {.format = "g",
                               .name = row_uuid ? "row_uuid" : "amount",
                               .flags = ARROW_FLAG_NULLABLE,
                               .release = release_schema};
    struct ArrowSchema *schema_children[] = {&time, &uuid};
    struct ArrowSchema schema = {.format = "+s",
                                 .name = "",
                                 .n_children = 2,
                                 .children = schema_children,
                                 .release = release_schema};
    struct arena arena;
    arena_init(&arena);
    struct arrow_writer *writer;
    bool ok = arrow_writer_open(ground->store, path, &schema, false, 100, &arena, &writer,
                                &ground->error);
    for (int i = 0; i < row_groups && ok; i++) {
        int64_t first = calendar_day(2025, 7, 1);
        int64_t times[2] = {(first + days[i][0]) * MS_PER_DAY,
                            (first + days[i][1] + 1) * MS_PER_DAY - 1};
        double amounts[2] = {1, 2};
        uint8_t none = 0;
        bool unknown = days[i][0] == -99;
        const void *time_buffers[] = {unknown ? &none : NULL, times};
        const void *amount_buffers[] = {NULL, amounts};
        const void *no_buffers[] = {NULL};
        struct ArrowArray time_array = {.length = 2,
                                        .null_count = unknown ? 2 : 0,
                                        .n_buffers = 2,
                                        .buffers = time_buffers,
                                        .release = release_array};
        struct ArrowArray amount_array = {
            .length = 2, .n_buffers = 2, .buffers = amount_buffers, .release = release_array};
        struct ArrowArray *children[] = {&time_array, &amount_array};
        struct ArrowArray array = {.length = 2,
                                   .n_buffers = 1,
                                   .buffers = no_buffers,
                                   .n_children = 2,
                                   .children = children,
                                   .release = release_array};
        ok = arrow_writer_write(writer, &array, &ground->error);
    }
    ok = ok && arrow_writer_finish(writer, &ground->error);
    arena_close(&arena);
    if (!ok)
        fail_msg("%s", ground->error.message);
}

static void write_day(struct ground *ground, const char *path, enum report report, int day)
{
    const int days[][2] = {{day, day}};
    write_file(ground, path, report, false, days, 1);
}

/* What was found: "pod hourly: path#group first-last, …|" in days from the first of July. */
static const char *shown(struct ground *ground, const struct inventory *inventory)
{
    static const char *const reports[] = {"pod", "storage", "node", "namespace", "aws"};
    static const char *const grains[] = {"hourly", "daily"};
    struct arena *arena = &ground->arena;
    const char *text = "";
    int32_t july = calendar_day(2025, 7, 1);
    for (int report = 0; report < REPORT_COUNT; report++)
        for (int grain = 0; grain < GRAIN_COUNT; grain++) {
            const struct input_part *part = &inventory->parts[report][grain];
            if (part->count == 0)
                continue;
            text = arena_printf(arena, "%s%s %s:", text, reports[report], grains[grain]);
            for (size_t i = 0; i < part->count; i++) {
                const char *name = strrchr(part->slices[i].path, '/') + 1;
                text =
                    arena_printf(arena, "%s %s#%d %d-%d%s", text, name, part->slices[i].row_group,
                                 part->slices[i].first_day - july, part->slices[i].last_day - july,
                                 part->slices[i].days_known ? "" : "?");
            }
            text = arena_printf(arena, "%s|", text);
        }
    return text;
}

static void assert_finds(struct ground *ground, const char *expected, const char *convention)
{
    struct inventory inventory;
    if (!inventory_build(ground->store, &ground->request, &ground->arena, &inventory,
                         &ground->error))
        fail_msg("%s", ground->error.message);
    assert_string_equal(shown(ground, &inventory), expected);
    assert_string_equal(inventory.convention, convention);
}

static void assert_refuses(struct ground *ground, enum error_kind kind, const char *part)
{
    struct inventory inventory;
    assert_false(inventory_build(ground->store, &ground->request, &ground->arena, &inventory,
                                 &ground->error));
    if (ground->error.kind != kind || strstr(ground->error.message, part) == NULL)
        fail_msg("expected %s, got %s: %s", part, error_kind_name(ground->error.kind),
                 ground->error.message);
}

#define MONTH "/source=" SOURCE "/year=2025/month=07/"
#define POD   "openshift_pod_usage_line_items"

/* ---- the cases ---- */

static void test_every_convention_is_found(void **state)
{
    struct ground *ground = *state;
    static const struct {
        enum provider provider;
        const char *hourly;
        const char *daily;
        const char *convention;
    } cases[] = {
        {PROVIDER_OCP, "data/parquet/org1/OCP/pod_usage" MONTH,
         "data/parquet/daily/org1/OCP/pod_usage" MONTH, "koku"},
        {PROVIDER_OCP, "data/org1/OCP/" POD MONTH "x/y/", "data/org1/OCP/" POD "_daily" MONTH,
         "report first"},
        {PROVIDER_OCP, "data/org1/OCP" MONTH POD "/", "data/org1/OCP" MONTH "x/" POD "_daily/y/",
         "source first"},
        {PROVIDER_AWS, "data/parquet/org1/AWS" MONTH, "data/parquet/daily/org1/AWS/raw" MONTH,
         "koku"},
        {PROVIDER_AWS, "data/org1/AWS/aws_line_items" MONTH,
         "data/org1/AWS/aws_line_items_daily" MONTH, "report first"},
        {PROVIDER_AWS, "data/org1/AWS" MONTH "aws_line_items/",
         "data/org1/AWS" MONTH "aws_line_items_daily/", "source first"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena *arena = &ground->arena;
        enum report report = path_first_report(cases[i].provider);
        /* a source of its own for every case */
        ground->request.source = arena_printf(arena, SOURCE "%zu", i);
        ground->request.provider = cases[i].provider;
        const char *paths[2];
        for (int grain = 0; grain < 2; grain++) {
            const char *folder = grain == 0 ? cases[i].hourly : cases[i].daily;
            const char *after = strstr(folder, SOURCE) + strlen(SOURCE);
            paths[grain] = arena_printf(arena, "%.*s%zu%s%s.parquet", (int)(after - folder), folder,
                                        i, after, grain == 0 ? "h" : "d");
            write_day(ground, paths[grain], report, 2);
        }
        bool ocp = cases[i].provider == PROVIDER_OCP;
        assert_finds(ground,
                     ocp ? "pod hourly: h.parquet#0 2-2|pod daily: d.parquet#0 2-2|"
                         : "aws hourly: h.parquet#0 2-2|aws daily: d.parquet#0 2-2|",
                     cases[i].convention);
    }
}

static void test_both_spellings_of_the_month_are_one_partition(void **state)
{
    struct ground *ground = *state;
    write_day(ground, "data/org1/OCP/" POD "/source=0af4/year=2025/month=07/b.parquet", 0, 1);
    write_day(ground, "data/org1/OCP/" POD "/source=0af4/year=2025/month=7/a.parquet", 0, 2);
    write_day(ground, "data/org1/OCP/" POD "/source=0af4/year=2025/month=08/c.parquet", 0, 2);
    write_day(ground, "data/org1/OCP/" POD "/source=0af/year=2025/month=07/d.parquet", 0, 2);
    assert_finds(ground, "pod hourly: b.parquet#0 1-1 a.parquet#0 2-2|", "report first");
}

static void test_row_uuid_tells_daily_lines_in_a_shared_folder(void **state)
{
    struct ground *ground = *state;
    const int days[][2] = {{3, 3}};
    ground->request.provider = PROVIDER_AWS;
    write_file(ground, "data/org1/AWS" MONTH "1.parquet", REPORT_AWS_LINE_ITEMS, true, days, 1);
    write_file(ground, "data/org1/AWS" MONTH "x/2.parquet", REPORT_AWS_LINE_ITEMS, false, days, 1);
    write_file(ground, "data/org1/AWS" MONTH "x_daily/3.parquet", REPORT_AWS_LINE_ITEMS, false,
               days, 1);
    assert_finds(ground, "aws hourly: 2.parquet#0 3-3|aws daily: 1.parquet#0 3-3 3.parquet#0 3-3|",
                 "source first");
}

static void test_row_groups_outside_of_the_period_are_pruned(void **state)
{
    struct ground *ground = *state;
    const int days[][2] = {{0, 0}, {4, 5}, {-3, 7}, {9, 30}, {6, 8}, {-99, 0}, {-40, -35}};
    write_file(ground, "data/org1/OCP/" POD MONTH "a.parquet", REPORT_POD_USAGE, false, days, 7);
    write_file(ground, "data/org1/OCP/" POD "_daily" MONTH "none.parquet", REPORT_POD_USAGE, false,
               days, 0);
    ground->request.period.first += 5;
    ground->request.period.last = ground->request.period.first + 2;
    struct inventory inventory;
    assert_true(inventory_build(ground->store, &ground->request, &ground->arena, &inventory,
                                &ground->error));
    assert_string_equal(shown(ground, &inventory),
                        "pod hourly: a.parquet#1 5-5 a.parquet#2 5-7 a.parquet#4 6-7 "
                        "a.parquet#5 5-7?|");
    assert_int_equal(inventory.pruned_row_groups, 3);
    assert_int_equal(inventory.pruned_rows, 6);
    assert_int_equal(inventory.rows, 8);
    assert_int_equal(inventory.parts[REPORT_POD_USAGE][GRAIN_HOURLY].rows, 8);
    assert_true(inventory.bytes > 0);
    assert_int_equal(inventory.file_count, 2);
    assert_int_equal(inventory.files[0].rows, 14);
    assert_int_equal(inventory.files[0].row_groups, 7);
    assert_int_equal(inventory.files[0].pruned_row_groups, 3);
    assert_true(inventory.files[0].size > 0);
    assert_int_equal(inventory.files[1].rows, 0);
    assert_true(inventory.has_daily[REPORT_POD_USAGE]);
    assert_false(inventory.has_daily[REPORT_STORAGE_USAGE]);
}

static void test_files_of_other_writers_are_left_alone(void **state)
{
    struct ground *ground = *state;
    struct error *error = &ground->error;
    write_day(ground, "data/org1/OCP/" POD MONTH "a.parquet", REPORT_POD_USAGE, 1);
    static const char *const others[] = {
        "_SUCCESS",      "a.csv",         ".b.parquet",       "_c.parquet",
        "d.parquet.crc", "e.parquet.tmp", ".x.tmp/f.parquet", "_temporary/g.parquet"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_true(arrow_store_write(
            ground->store, arena_printf(&ground->arena, "data/org1/OCP/" POD MONTH "%s", others[i]),
            "x", 1, error));
    assert_finds(ground, "pod hourly: a.parquet#0 1-1|", "report first");
}

static void test_a_source_in_two_conventions_is_refused_with_both_places(void **state)
{
    struct ground *ground = *state;
    write_day(ground, "data/org1/OCP/" POD MONTH "a.parquet", REPORT_POD_USAGE, 1);
    write_day(ground, "data/parquet/daily/org1/OCP/node_labels" MONTH "a.parquet",
              REPORT_NODE_LABELS, 1);
    assert_refuses(ground, ERROR_BAD_DATA,
                   "data/org1/OCP/openshift_pod_usage_line_items/source=0af4/year=2025/month=07 "
                   "(report first) and data/parquet/daily/org1/OCP/node_labels/source=0af4/"
                   "year=2025/month=07 (koku)");
}

static void test_templates_of_the_request_replace_the_conventions_of_a_report(void **state)
{
    struct ground *ground = *state;
    write_day(ground, "my/0af4/2025-7/pods/h.parquet", REPORT_POD_USAGE, 1);
    write_day(ground, "my/0af4/2025-7/pods_daily/d.parquet", REPORT_POD_USAGE, 1);
    write_day(ground, "data/org1/OCP/" POD MONTH "unseen.parquet", REPORT_POD_USAGE, 1);
    write_day(ground, "data/parquet/org1/OCP/node_labels" MONTH "n.parquet", REPORT_NODE_LABELS, 1);
    ground->request.templates[REPORT_POD_USAGE][TEMPLATE_EITHER] =
        "my/{provider_uuid}/{year}-{month}/*/*.parquet";
    assert_finds(ground,
                 "pod hourly: h.parquet#0 1-1|pod daily: d.parquet#0 1-1|"
                 "node hourly: n.parquet#0 1-1|",
                 "koku");
    ground->request.templates[REPORT_POD_USAGE][TEMPLATE_EITHER] = "my/{pod}";
    assert_refuses(ground, ERROR_BAD_CONFIG, "{pod}");
}

static void test_no_files_and_no_rows_are_missing_input(void **state)
{
    struct ground *ground = *state;
    assert_refuses(ground, ERROR_NO_INPUT,
                   "no Parquet file of OpenShift source 0af4 for 2025-07 in /tmp/inventory_test.");
    assert_refuses(ground, ERROR_NO_INPUT,
                   "looked in data/parquet/daily/org1/OCP/pod_usage/source=0af4/year=2025/month=07,"
                   " data/org1/OCP/openshift_pod_usage_line_items_daily/source=0af4/year=2025/"
                   "month=07, data/org1/OCP/source=0af4/year=2025/month=07 and");
    write_day(ground, "data/org1/OCP/" POD MONTH "a.parquet", REPORT_POD_USAGE, 1);
    ground->request.period.first += 5;
    assert_refuses(ground, ERROR_NO_INPUT,
                   "source 0af4 has no rows from 2025-07-06 to 2025-07-31 in /tmp/inventory_test.");
    assert_refuses(ground, ERROR_NO_INPUT, "its 1 files of the month hold 2 rows of other days");
}

static void test_a_file_that_is_no_parquet_is_named(void **state)
{
    struct ground *ground = *state;
    write_day(ground, "data/org1/OCP/" POD MONTH "a.parquet", REPORT_POD_USAGE, 1);
    assert_true(arrow_store_write(ground->store, "data/org1/OCP/" POD MONTH "b.parquet",
                                  "a,b\n1,2\n", 8, &ground->error));
    assert_refuses(ground, ERROR_BAD_DATA, "/b.parquet: no Parquet file");
}

static void test_a_file_replaced_or_removed_since_is_seen(void **state)
{
    struct ground *ground = *state;
    static const char path[] = "data/org1/OCP/" POD MONTH "a.parquet";
    struct inventory inventory;
    write_day(ground, path, REPORT_POD_USAGE, 1);
    assert_true(inventory_build(ground->store, &ground->request, &ground->arena, &inventory,
                                &ground->error));
    write_day(ground, "data/org1/OCP/" POD MONTH "later.parquet", REPORT_POD_USAGE, 1);
    assert_true(inventory_check_unchanged(ground->store, &inventory, &ground->error));

    assert_true(arrow_store_write(ground->store, path, "PAR1", 4, &ground->error));
    assert_false(inventory_check_unchanged(ground->store, &inventory, &ground->error));
    assert_int_equal(ground->error.kind, ERROR_TRY_AGAIN);
    assert_non_null(strstr(ground->error.message, "a.parquet: was replaced while the run read it"));

    assert_true(arrow_store_remove(ground->store, path, &ground->error));
    assert_false(inventory_check_unchanged(ground->store, &inventory, &ground->error));
    assert_non_null(strstr(ground->error.message, "a.parquet: was removed while the run read it"));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_every_convention_is_found),
        CASE(test_both_spellings_of_the_month_are_one_partition),
        CASE(test_row_uuid_tells_daily_lines_in_a_shared_folder),
        CASE(test_row_groups_outside_of_the_period_are_pruned),
        CASE(test_files_of_other_writers_are_left_alone),
        CASE(test_a_source_in_two_conventions_is_refused_with_both_places),
        CASE(test_templates_of_the_request_replace_the_conventions_of_a_report),
        CASE(test_no_files_and_no_rows_are_missing_input),
        CASE(test_a_file_that_is_no_parquet_is_named),
        CASE(test_a_file_replaced_or_removed_since_is_seen),
    };
    return cmocka_run_group_tests_name("inventory", tests, NULL, NULL);
}
