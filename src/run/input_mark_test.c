#include "run/input_mark.h"

#include "base/arena.h"
#include "config/config.h"
#include "run/changes.h"
#include "run/work_unit.h"
#include "source/inventory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct period DAYS = {20000, 20002};

/* Two files: the first has rows of the first day, the second of the other two. */
struct fixture {
    struct arena arena;
    struct config config;
    struct cluster cluster;
    struct input_file files[2];
    struct input_slice slices[2];
    struct inventory inventory;
    struct work_unit unit;
};

static void open_fixture(struct fixture *fixture)
{
    *fixture = (struct fixture){
        .cluster = {"s", "c", "alias", 1},
        .files = {{.path = "a", .size = 10, .modified_ns = 1},
                  {.path = "b", .size = 20, .modified_ns = 2}},
    };
    arena_init(&fixture->arena);
    fixture->slices[0] = (struct input_slice){fixture->files[0].path, 0, 1, 1, 20000, 20000, true};
    fixture->slices[1] = (struct input_slice){fixture->files[1].path, 0, 1, 1, 20001, 20002, true};
    fixture->inventory.files = fixture->files;
    fixture->inventory.file_count = 2;
    fixture->inventory.parts[REPORT_POD_USAGE][GRAIN_DAILY] =
        (struct input_part){.slices = fixture->slices, .count = 2};
    fixture->unit = (struct work_unit){.stage = "usage",
                                       .source = "s",
                                       .days = DAYS,
                                       .cluster = &fixture->cluster,
                                       .inventory = &fixture->inventory};
}

static struct input_marks build(struct fixture *fixture)
{
    return input_marks_build(&fixture->config, &fixture->unit, NULL, &fixture->arena);
}

/* Which of the three days differ, as bits. */
static unsigned differences(const struct input_marks *left, const struct input_marks *right)
{
    unsigned bits = 0;
    for (unsigned day = 0; day < 3; day++)
        bits |= (unsigned)!day_mark_equal(&left->of[day], &right->of[day]) << day;
    return bits;
}

static void test_a_file_changes_the_days_it_has_rows_of(void **state)
{
    struct fixture fixture;
    (void)state;
    open_fixture(&fixture);
    const struct input_marks before = build(&fixture);
    assert_int_equal(before.of[0].files, 1);
    assert_int_equal(strlen(before.of[0].fingerprint), FINGERPRINT_SIZE - 1);
    fixture.files[0].size++;
    struct input_marks after = build(&fixture);
    assert_int_equal(differences(&before, &after), 1);
    fixture.files[0].size--;
    fixture.files[1].modified_ns++;
    after = build(&fixture);
    assert_int_equal(differences(&before, &after), 6);
    arena_close(&fixture.arena);
}

static void test_a_version_counts_in_place_of_the_time(void **state)
{
    struct fixture fixture;
    (void)state;
    open_fixture(&fixture);
    fixture.files[0].version = "tag";
    const struct input_marks before = build(&fixture);
    fixture.files[0].modified_ns++;
    struct input_marks after = build(&fixture);
    assert_int_equal(differences(&before, &after), 0);
    fixture.files[0].version = "another";
    after = build(&fixture);
    assert_int_equal(differences(&before, &after), 1);
    arena_close(&fixture.arena);
}

static void test_settings_and_the_first_daily_file_change_all_days(void **state)
{
    struct fixture fixture;
    (void)state;
    open_fixture(&fixture);
    const char *keys[] = {"app"};
    const struct input_marks before = build(&fixture);
    fixture.config.settings.enabled_ocp_keys = (struct string_list){keys, 1};
    struct input_marks after = build(&fixture);
    assert_int_equal(differences(&before, &after), 7);
    fixture.config.settings.enabled_ocp_keys.count = 0;
    fixture.inventory.has_daily[REPORT_STORAGE_USAGE] = true;
    after = build(&fixture);
    assert_int_equal(differences(&before, &after), 7);
    arena_close(&fixture.arena);
}

static void test_settings_of_others_change_nothing(void **state)
{
    struct fixture fixture;
    struct node_role role = {"n", "i", "worker"};
    (void)state;
    open_fixture(&fixture);
    fixture.config.settings.node_roles_given = true;
    const struct input_marks before = build(&fixture);
    fixture.config.cost_rules.markup = 1;
    fixture.config.threads = 7;
    fixture.config.settings.node_roles = &role;
    fixture.config.settings.node_role_count = 1;
    const struct input_marks after = build(&fixture);
    assert_int_equal(differences(&before, &after), 0);
    arena_close(&fixture.arena);
}

static void test_a_day_without_files_has_no_mark(void **state)
{
    struct fixture fixture;
    (void)state;
    open_fixture(&fixture);
    fixture.slices[1].last_day = 20001;
    const struct input_marks marks = build(&fixture);
    assert_int_equal(marks.of[2].files, 0);
    assert_string_equal(marks.of[2].fingerprint, "");
    fixture.unit.inventory = NULL;
    assert_int_equal(build(&fixture).of[0].files, 0);
    arena_close(&fixture.arena);
}

static void test_stretches_cover_all_days(void **state)
{
    static const struct {
        bool due[3];
        struct period stretches[4];
        int count;
    } cases[] = {
        {{false, false, false}, {{20000, 20002}}, 1},
        {{true, true, true}, {{20000, 20002}}, 1},
        {{true, false, true}, {{20000, 20000}, {20001, 20001}, {20002, 20002}}, 3},
        {{false, true, true}, {{20000, 20000}, {20001, 20002}}, 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct unit_changes unit = {.now = {.days = DAYS}, .due = (bool *)cases[i].due};
        int32_t next = DAYS.first;
        struct period stretch;
        bool due;
        int count = 0;
        for (; changes_next_stretch(&unit, &next, &stretch, &due); count++) {
            assert_int_equal(stretch.first, cases[i].stretches[count].first);
            assert_int_equal(stretch.last, cases[i].stretches[count].last);
            assert_int_equal(due, cases[i].due[stretch.first - DAYS.first]);
        }
        assert_int_equal(count, cases[i].count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_changes_the_days_it_has_rows_of),
        cmocka_unit_test(test_a_version_counts_in_place_of_the_time),
        cmocka_unit_test(test_settings_and_the_first_daily_file_change_all_days),
        cmocka_unit_test(test_settings_of_others_change_nothing),
        cmocka_unit_test(test_a_day_without_files_has_no_mark),
        cmocka_unit_test(test_stretches_cover_all_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
