#include "result/focus.h"

#include "attribute/cost_row.h"
#include "base/arena.h"
#include "base/calendar.h"
#include "result/row_cell.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_ROWS = 4 };

struct fixture {
    struct arena arena;
    struct text_pool texts;
    struct cost_row rows[MOST_ROWS];
};

static struct fixture fixture;

static int set_up(void **state)
{
    (void)state;
    arena_init(&fixture.arena);
    text_pool_init(&fixture.texts);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    text_pool_close(&fixture.texts);
    arena_close(&fixture.arena);
    return 0;
}

static uint32_t id(const char *text)
{
    return text_pool_intern_string(&fixture.texts, text);
}

/* The example of focus.h: a disk of 10 a day, 3 to a claim, 7 unattributed. */
static const struct focus_row *disk(void)
{
    for (int i = 0; i < 2; i++) {
        struct cost_row *row = &fixture.rows[i];
        row_cell_clear(&cost_table, (unsigned char *)row);
        row->usage_start = row->usage_end = calendar_day(2025, 2, 28);
        row->cluster_id = id("c1");
        row->data_source = id("Storage");
        row->namespace = id(i == 0 ? "web" : "Storage unattributed");
        row->persistentvolumeclaim = id("data");
        row->resource_id = id("vol-1");
        row->product_code = id("AmazonEBS");
        row->usage_account_id = id("111");
        row->unit = id("GB-Mo");
        row->currency_code = id("USD");
        row->unblended_cost = row->calculated_amortized_cost = i == 0 ? 3 : 7;
    }
    fixture.rows[0].usage_amount = 50;
    const struct row_batch batch = {&cost_table, fixture.rows, 2, &fixture.texts};
    return focus_rows_build(&batch, NULL, &fixture.arena);
}

static bool is(struct text text, const char *wanted)
{
    return text.bytes && text.length == strlen(wanted) &&
           memcmp(text.bytes, wanted, text.length) == 0;
}

static void test_parts_add_up_to_their_origin(void **state)
{
    (void)state;
    const struct focus_row *rows = disk();
    for (int i = 0; i < 2; i++) {
        assert_true(rows[i].x_OriginBilledCost == 10);
        assert_true(rows[i].x_OriginEffectiveCost == 10);
        assert_memory_equal(rows[0].x_OriginChargeId.bytes, rows[i].x_OriginChargeId.bytes, 36);
    }
    assert_non_null(strstr(rows[0].AllocatedMethodDetails.bytes, "\"AllocatedRatio\":0.29999999"));
    assert_non_null(strstr(rows[1].AllocatedMethodDetails.bytes, "\"AllocatedRatio\":0.69999999"));
}

static void test_the_whole_disks_amount_is_split(void **state)
{
    (void)state;
    const struct focus_row *rows = disk();
    assert_true(fabs(rows[0].ConsumedQuantity - 15) < 1e-9);
    assert_true(fabs(rows[1].ConsumedQuantity - 35) < 1e-9);
}

static void test_what_nobody_used_names_no_allocated_resource(void **state)
{
    (void)state;
    const struct focus_row *rows = disk();
    assert_true(is(rows[0].AllocatedResourceId, "c1/web/data"));
    assert_true(is(rows[0].AllocatedResourceName, "web/data"));
    assert_null(rows[1].AllocatedResourceId.bytes);
    assert_true(is(rows[0].AllocatedMethodId, "costagg.storage-by-claim"));
}

static void test_periods_end_where_the_next_begins(void **state)
{
    (void)state;
    static const int64_t MS_PER_DAY = 86400000;
    const struct focus_row *rows = disk();
    assert_int_equal(rows->ChargePeriodEnd, calendar_day(2025, 3, 1) * MS_PER_DAY);
    assert_int_equal(rows->BillingPeriodStart, calendar_day(2025, 2, 1) * MS_PER_DAY);
    assert_int_equal(rows->BillingPeriodEnd, calendar_day(2025, 3, 1) * MS_PER_DAY);
}

static void test_nulls_of_costs_and_texts_follow_the_specification(void **state)
{
    (void)state;
    struct cost_row *row = &fixture.rows[0];
    row_cell_clear(&cost_table, (unsigned char *)row);
    row->product_code = TEXT_EMPTY;
    const struct row_batch batch = {&cost_table, row, 1, &fixture.texts};
    const struct focus_row *focus = focus_rows_build(&batch, "999", &fixture.arena);
    assert_true(focus->BilledCost == 0 && focus->EffectiveCost == 0);
    assert_true(isnan(focus->ConsumedQuantity));
    assert_null(focus->ConsumedUnit.bytes);
    assert_true(is(focus->ServiceName, "Unknown"));
    assert_true(is(focus->ServiceCategory, "Other"));
    assert_int_equal(focus->BillingCurrency.length, 3);
    assert_true(is(focus->BillingAccountId, "999"));
    assert_non_null(strstr(focus->AllocatedMethodDetails.bytes, "\"AllocatedRatio\":1,"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_parts_add_up_to_their_origin),
        TEST(test_the_whole_disks_amount_is_split),
        TEST(test_what_nobody_used_names_no_allocated_resource),
        TEST(test_periods_end_where_the_next_begins),
        TEST(test_nulls_of_costs_and_texts_follow_the_specification),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
