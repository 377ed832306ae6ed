/* Attributed costs as FOCUS rows (FinOps Open Cost and Usage Specification, version 1.4).
 *
 * Every row of the cost table is an allocated charge: a part of a charge of the bill (its origin)
 * that a namespace of a cluster accounts for. Rows of one day, account, resource, product, family,
 * instance type, place, unit, currency and direction have one origin; x_OriginChargeId names it.
 *
 *   BilledCost, EffectiveCost   the row's unblended and amortized cost; null is 0. Over the rows of
 *                               an origin they add up to x_OriginBilledCost, x_OriginEffectiveCost
 *   AllocatedMethodDetails      the row's share of the origin; the shares of an origin add up to 1
 *   AllocatedResourceId         cluster/namespace[/claim]; null on what no project used
 *   ConsumedQuantity            the row's usage amount; on disks, whose rows all carry the whole
 *                               amount, that amount by the share
 *   ContractedCost, ListCost    the billed cost: the cost table knows no list prices. SKUs, unit
 *                               prices and invoices are not known either and null
 *
 * Example: a disk of 10 $ a day, 3 $ to claim a, 7 $ unattributed: two rows with BilledCost 3 and
 * 7, shares 0.3 and 0.7, x_OriginBilledCost 10, the second without an AllocatedResourceId. */
#ifndef COSTAGG_RESULT_FOCUS_H
#define COSTAGG_RESULT_FOCUS_H

#include "base/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

#define FOCUS_VERSION "1.4"

#define FOCUS_FIELD_TEXT(name)   struct text name;
#define FOCUS_FIELD_JSON(name)   struct text name;
#define FOCUS_FIELD_NUMBER(name) double name;  /* NaN is null */
#define FOCUS_FIELD_TIME(name)   int64_t name; /* milliseconds since 1970, UTC */

struct focus_row {
#define FOCUS_COLUMN(name, kind, nullable) FOCUS_FIELD_##kind(name)
#include "result/focus_row.def"
#undef FOCUS_COLUMN
};

enum focus_kind { FOCUS_TEXT, FOCUS_JSON, FOCUS_NUMBER, FOCUS_TIME };

struct focus_column {
    const char *name;
    enum focus_kind kind;
    bool nullable;
    size_t offset; /* in struct focus_row */
};

extern const struct focus_column focus_columns[];
extern const size_t focus_column_count;

/* Makes the FOCUS rows of a batch of cost rows that holds whole days. `billing_account` is the
 * account the bill is made out to; NULL: the using account. Rows and new texts are in `arena`,
 * other texts are borrowed from the batch. */
struct focus_row *focus_rows_build(const struct row_batch *batch, const char *billing_account,
                                   struct arena *arena);

#endif
