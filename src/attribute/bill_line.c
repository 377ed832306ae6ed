#include "attribute/bill_line.h"

uint64_t bill_line_columns(void)
{
    return BILL_LINE_MASK(lineitem_resourceid) | BILL_LINE_MASK(bill_billingentity) |
           BILL_LINE_MASK(lineitem_usagestartdate) | BILL_LINE_MASK(lineitem_usageaccountid) |
           BILL_LINE_MASK(lineitem_lineitemtype) | BILL_LINE_MASK(lineitem_productcode) |
           BILL_LINE_MASK(product_productname) | BILL_LINE_MASK(product_productfamily) |
           BILL_LINE_MASK(product_instancetype) | BILL_LINE_MASK(lineitem_availabilityzone) |
           BILL_LINE_MASK(product_region) | BILL_LINE_MASK(lineitem_usagetype) |
           BILL_LINE_MASK(lineitem_operation) | BILL_LINE_MASK(pricing_unit) |
           BILL_LINE_MASK(lineitem_currencycode) | BILL_LINE_MASK(resourcetags) |
           BILL_LINE_MASK(costcategory) | BILL_LINE_MASK(lineitem_usageamount) |
           BILL_LINE_MASK(lineitem_unblendedcost) | BILL_LINE_MASK(lineitem_blendedcost) |
           BILL_LINE_MASK(savingsplan_savingsplaneffectivecost);
}

struct bill_line bill_line_read(const struct bill_line_batch *batch, size_t row)
{
    return (struct bill_line){
        .resource_id = bill_line_text(batch->lineitem_resourceid, row),
        .billing_entity = bill_line_text(batch->bill_billingentity, row),
        .usage_account_id = bill_line_text(batch->lineitem_usageaccountid, row),
        .line_type = bill_line_text(batch->lineitem_lineitemtype, row),
        .product_code = bill_line_text(batch->lineitem_productcode, row),
        .product_name = bill_line_text(batch->product_productname, row),
        .product_family = bill_line_text(batch->product_productfamily, row),
        .instance_type = bill_line_text(batch->product_instancetype, row),
        .availability_zone = bill_line_text(batch->lineitem_availabilityzone, row),
        .region = bill_line_text(batch->product_region, row),
        .usage_type = bill_line_text(batch->lineitem_usagetype, row),
        .operation = bill_line_text(batch->lineitem_operation, row),
        .unit = bill_line_text(batch->pricing_unit, row),
        .currency = bill_line_text(batch->lineitem_currencycode, row),
        .tags = bill_line_text(batch->resourcetags, row),
        .cost_category = bill_line_text(batch->costcategory, row),
        .usage_amount = bill_line_measure(batch->lineitem_usageamount, row),
        .unblended_cost = bill_line_measure(batch->lineitem_unblendedcost, row),
        .blended_cost = bill_line_measure(batch->lineitem_blendedcost, row),
        .savingsplan_cost = bill_line_measure(batch->savingsplan_savingsplaneffectivecost, row),
        .at_midnight = batch->lineitem_usagestartdate[row] % BILL_LINE_DAY_MS == 0,
    };
}
