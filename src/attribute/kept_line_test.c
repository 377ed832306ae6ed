#include "attribute/kept_line.h"

#include "base/measure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct reader {
    struct text_pool texts;
    struct kept_line_reader lines;
};

static void open_reader(struct reader *reader)
{
    text_pool_init(&reader->texts);
    kept_line_reader_init(&reader->lines);
    kept_line_reader_open(&reader->lines, &reader->texts);
}

static void close_reader(struct reader *reader)
{
    kept_line_reader_close(&reader->lines);
    text_pool_close(&reader->texts);
}

static uint32_t id(struct reader *reader, const char *string)
{
    return text_pool_intern_string(&reader->texts, string);
}

static void test_direction_follows_usage_type_then_operation(void **state)
{
    (void)state;
    static const struct {
        const char *product, *family, *usage_type, *operation;
        enum direction expected;
    } cases[] = {
        {"AmazonEC2", "Data Transfer", "USE1-DataTransfer-Out-Bytes", NULL, DIRECTION_OUT},
        {"AmazonEC2", "Data Transfer", "USE1-DATATRANSFER-IN-BYTES", NULL, DIRECTION_IN},
        {"AmazonEC2", "Data Transfer", "Main-Bytes-out-bytes", NULL, DIRECTION_IN},
        {"AmazonEC2", "Data Transfer", "DataTransfer-Regional-Bytes", "InterZone-In", DIRECTION_IN},
        {"AmazonEC2", "Data Transfer", "DataTransfer-Regional-Bytes", "InterZone-OUT",
         DIRECTION_OUT},
        {"AmazonEC2", "Data Transfer", "DataTransfer-Regional-Bytes", "PublicIP", DIRECTION_NONE},
        {"AmazonEC2", "Data Transfer", "DataTransfer-Regional-Bytes", NULL, DIRECTION_NONE},
        {"AmazonEC2", "Data Transfer", "BoxUsage", "InterZone-In", DIRECTION_NONE},
        {"AmazonEC2", "Data Transfer", NULL, NULL, DIRECTION_NONE},
        {"AmazonS3", "Data Transfer", "Out-Bytes", NULL, DIRECTION_NONE},
        {"AmazonEC2", "Compute Instance", "Out-Bytes", NULL, DIRECTION_NONE},
    };
    struct reader reader;
    open_reader(&reader);
    for (int round = 0; round < 2; round++) /* the second one remembers */
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
            assert_int_equal(kept_line_direction(&reader.lines, id(&reader, cases[i].product),
                                                 id(&reader, cases[i].family),
                                                 id(&reader, cases[i].usage_type),
                                                 id(&reader, cases[i].operation)),
                             cases[i].expected);
    close_reader(&reader);
}

static void test_marketplace_lines_carry_the_products_name(void **state)
{
    (void)state;
    static const struct {
        const char *entity, *name, *code, *expected;
    } cases[] = {
        {"AWS", "Elastic", "AmazonEC2", "AmazonEC2"}, {"AWS Marketplace", "RHEL", "abc123", "RHEL"},
        {"AWS Marketplace", "", "abc123", "abc123"},  {"AWS Marketplace", NULL, "abc123", "abc123"},
        {"AWS Marketplace", NULL, "", NULL},          {NULL, "RHEL", "", NULL},
    };
    struct reader reader;
    open_reader(&reader);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(kept_line_product_code(&reader.lines, id(&reader, cases[i].entity),
                                                id(&reader, cases[i].name),
                                                id(&reader, cases[i].code)),
                         id(&reader, cases[i].expected));
    close_reader(&reader);
}

static void test_costs_by_line_type(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        double unblended, blended, amortized, billed_amortized;
    } cases[] = {
        {"Usage", 10, 9, 10, 10},
        {"Tax", 10, 9, 10, 10},
        {"Credit", 10, 9, 7, 7},
        {"DiscountedUsage", 10, 9, 7, 7},
        {"SavingsPlanCoveredUsage", 0, 0, 7, 7},
        {NULL, 10, 9, 7, 7},
    };
    struct reader reader;
    open_reader(&reader);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct kept_costs costs =
            kept_line_costs(&reader.lines, id(&reader, cases[i].type), 10, 9, 7);
        assert_true(costs.attributed[COST_UNBLENDED] == cases[i].unblended);
        assert_true(costs.attributed[COST_BLENDED] == cases[i].blended);
        assert_true(costs.attributed[COST_SAVINGSPLAN] == 7);
        assert_true(costs.attributed[COST_AMORTIZED] == cases[i].amortized);
        assert_true(costs.billed[COST_UNBLENDED] == 10);
        assert_true(costs.billed[COST_BLENDED] == 9);
        assert_true(costs.billed[COST_AMORTIZED] == cases[i].billed_amortized);
        assert_int_equal(costs.covered, cases[i].unblended == 0);
    }
    /* A covered line counts as 0 even where the bill has null. */
    struct kept_costs null = kept_line_costs(&reader.lines, id(&reader, "SavingsPlanCoveredUsage"),
                                             MEASURE_NULL, MEASURE_NULL, 7);
    assert_true(null.attributed[COST_UNBLENDED] == 0);
    assert_true(measure_is_null(null.billed[COST_UNBLENDED]));
    close_reader(&reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_direction_follows_usage_type_then_operation),
        cmocka_unit_test(test_marketplace_lines_carry_the_products_name),
        cmocka_unit_test(test_costs_by_line_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
