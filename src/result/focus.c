#include "result/focus.h"

#include "attribute/cost_row.h"
#include "base/arena.h"
#include "base/calendar.h"
#include "base/key_map.h"
#include "base/measure.h"
#include "base/uuid.h"
#include "result/cube.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct focus_column focus_columns[] = {
#define FOCUS_COLUMN(name, kind, nullable) \
    {#name, FOCUS_##kind, nullable, offsetof(struct focus_row, name)},
#include "result/focus_row.def"
#undef FOCUS_COLUMN
};
const size_t focus_column_count = sizeof focus_columns / sizeof focus_columns[0];

static const int64_t MS_PER_DAY = 86400000;

enum { ORIGIN_WORDS = 12 };

static const char no_currency[] = {'X', 'X', 'X', '\0'}; /* ISO 4217 */

/* A charge of the bill as far as it is attributed. */
struct origin {
    double billed, effective;
    double quantity; /* greatest usage amount of a row; NaN: none has one */
    uint32_t rows;
    struct text id;
};

static void origin_key(const struct cost_row *row, uint32_t key[ORIGIN_WORDS])
{
    const uint32_t words[ORIGIN_WORDS] = {
        (uint32_t)row->usage_start, row->source_uuid,
        row->usage_account_id,      row->resource_id,
        row->product_code,          row->product_family,
        row->instance_type,         row->region,
        row->availability_zone,     row->unit,
        row->currency_code,         row->data_transfer_direction,
    };
    memcpy(key, words, sizeof words);
}

static double zero_if_null(double value)
{
    return measure_is_null(value) ? 0 : value;
}

/* ---- texts ---- */

static struct text literal(const char *text)
{
    return (struct text){text, (uint32_t)strlen(text)};
}

/* FOCUS has no empty texts: they are null. */
static struct text text_of(const struct row_batch *batch, uint32_t id)
{
    struct text text = text_pool_borrow(batch->texts, id);
    return text.length > 0 ? text : (struct text){NULL, 0};
}

static bool text_is(struct text text, const char *literal_text)
{
    return text.length == strlen(literal_text) && text.bytes &&
           memcmp(text.bytes, literal_text, text.length) == 0;
}

/* Texts joined by '/', nulls left out. */
static struct text join(struct arena *arena, struct text a, struct text b, struct text c)
{
    const struct text parts[] = {a, b, c};
    char *bytes = arena_alloc(arena, (size_t)a.length + b.length + c.length + 3);
    uint32_t used = 0;
    for (int i = 0; i < 3; i++) {
        if (!parts[i].bytes)
            continue;
        if (used > 0)
            bytes[used++] = '/';
        memcpy(bytes + used, parts[i].bytes, parts[i].length);
        used += parts[i].length;
    }
    return (struct text){used > 0 ? bytes : NULL, used};
}

/* A name from the words of the key: the same charge has the same id in every export. */
static struct text origin_id(const struct row_batch *batch, const uint32_t key[ORIGIN_WORDS],
                             struct arena *arena)
{
    static const unsigned char namespace[UUID_SIZE] = {0x5d, 0x1f, 0x0c, 0x83, 0x3e, 0x92,
                                                       0x4b, 0x57, 0x9a, 0x60, 0x2d, 0x8e,
                                                       0x71, 0xc4, 0x0b, 0xf6};
    struct sha1 hash;
    unsigned char uuid[UUID_SIZE];
    char *text = arena_alloc(arena, UUID_TEXT_SIZE);
    uuid_v5_init(&hash, namespace);
    sha1_update(&hash, &key[0], sizeof key[0]);
    for (int i = 1; i < ORIGIN_WORDS; i++) {
        struct text word = text_pool_borrow(batch->texts, key[i]);
        uint32_t length = word.bytes ? word.length : UINT32_MAX;
        sha1_update(&hash, &length, sizeof length);
        if (word.length > 0)
            sha1_update(&hash, word.bytes, word.length);
    }
    uuid_v5_finish(&hash, uuid);
    return literal(uuid_format(uuid, text));
}

/* ---- what a row says ---- */

static void set_service(struct focus_row *to, struct text product)
{
    static const struct {
        const char *product, *category, *subcategory;
    } services[] = {
#define FOCUS_SERVICE(product, category, subcategory) {product, category, subcategory},
#include "result/focus_service.def"
#undef FOCUS_SERVICE
    };
    to->ServiceName = product.bytes ? product : literal("Unknown");
    to->ServiceCategory = literal("Other");
    to->ServiceSubcategory = literal("Other (Other)");
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
        if (text_is(product, services[i].product)) {
            to->ServiceCategory = literal(services[i].category);
            to->ServiceSubcategory = literal(services[i].subcategory);
        }
}

/* How the share was found, as docs/focus.md explains under these names. */
static const char *method_of(const struct focus_row *row, struct text data_source)
{
    if (text_is(row->x_Namespace, "Network unattributed"))
        return "costagg.network-by-node";
    if (text_is(data_source, "Storage"))
        return "costagg.storage-by-claim";
    return "costagg.compute-by-usage";
}

static double share_of(const struct origin *origin, double billed, double effective)
{
    if (fabs(origin->effective) > 1e-12)
        return effective / origin->effective;
    if (fabs(origin->billed) > 1e-12)
        return billed / origin->billed;
    return 1.0 / origin->rows;
}

static void set_periods(struct focus_row *to, int32_t day)
{
    struct period month = calendar_period_of_month(calendar_month(day));
    to->ChargePeriodStart = day * MS_PER_DAY;
    to->ChargePeriodEnd = (day + 1) * MS_PER_DAY;
    to->BillingPeriodStart = month.first * MS_PER_DAY;
    to->BillingPeriodEnd = (month.last + 1) * MS_PER_DAY;
}

static void set_bill_columns(struct focus_row *to, const struct row_batch *batch,
                             const struct cost_row *row, const char *billing_account)
{
    static const char aws[] = "AWS";
    struct text account = text_of(batch, row->usage_account_id);
    struct text currency = text_of(batch, row->currency_code);
    to->BillingAccountId = billing_account ? literal(billing_account)
                           : account.bytes ? account
                                           : literal("unknown");
    to->BillingAccountType = literal("Account");
    to->BillingCurrency = currency.bytes ? currency : literal(no_currency);
    to->PricingCurrency = to->BillingCurrency;
    to->HostProviderName = to->ServiceProviderName = to->InvoiceIssuerName = literal(aws);
    to->ChargeCategory = literal("Usage");
    to->ChargeFrequency = literal("Usage-Based");
    to->SubAccountId = account;
    to->SubAccountType = account.bytes ? literal("Account") : account;
    to->AvailabilityZone = text_of(batch, row->availability_zone);
    to->RegionId = to->RegionName = text_of(batch, row->region);
    to->ResourceId = text_of(batch, row->resource_id);
    if (to->ResourceId.bytes) {
        struct text family = text_of(batch, row->product_family);
        to->ResourceType = family.bytes ? family : literal("Resource");
    }
    to->x_BillSource = text_of(batch, row->source_uuid);
    to->x_DataTransferDirection = text_of(batch, row->data_transfer_direction);
    to->x_CostCategory = text_of(batch, row->aws_cost_category);
    set_service(to, text_of(batch, row->product_code));
}

static void set_cluster_columns(struct focus_row *to, const struct row_batch *batch,
                                const struct cost_row *row, struct arena *arena)
{
    to->x_ClusterId = text_of(batch, row->cluster_id);
    to->x_ClusterName = text_of(batch, row->cluster_alias);
    to->x_Namespace = text_of(batch, row->namespace);
    to->x_Node = text_of(batch, row->node);
    to->x_PersistentVolumeClaim = text_of(batch, row->persistentvolumeclaim);
    to->x_PersistentVolume = text_of(batch, row->persistentvolume);
    to->x_StorageClass = text_of(batch, row->storageclass);
    struct text namespace = to->x_Namespace.bytes ? to->x_Namespace : literal("(no namespace)");
    if (!cube_is_unallocated(to->x_Namespace)) {
        to->AllocatedResourceId =
            join(arena, to->x_ClusterId, namespace, to->x_PersistentVolumeClaim);
        to->AllocatedResourceName =
            join(arena, namespace, to->x_PersistentVolumeClaim, (struct text){NULL, 0});
        to->AllocatedTags = text_of(batch, row->tags);
    }
    to->ChargeDescription = join(arena, to->ServiceName, to->x_ClusterName, namespace);
}

static void set_costs(struct focus_row *to, const struct cost_row *row, const struct origin *origin,
                      bool storage, struct arena *arena)
{
    to->BilledCost = zero_if_null(row->unblended_cost);
    to->ContractedCost = to->ListCost = to->BilledCost;
    to->EffectiveCost = zero_if_null(row->calculated_amortized_cost);
    to->PricingCurrencyEffectiveCost = to->EffectiveCost;
    to->x_MarkupCost = row->markup_cost_amortized;
    to->x_OriginChargeId = origin->id;
    to->x_OriginBilledCost = origin->billed;
    to->x_OriginEffectiveCost = origin->effective;
    double share = share_of(origin, to->BilledCost, to->EffectiveCost);
    to->ConsumedQuantity = storage ? origin->quantity * share : row->usage_amount;
    char *details =
        arena_printf(arena, "{\"Elements\":[{\"AllocatedRatio\":%.17g,\"UsageUnit\":\"%s\"}]}",
                     share, storage ? "GB of claimed capacity" : "Effective hours");
    to->AllocatedMethodDetails = literal(details);
}

static void set_null(struct focus_row *row)
{
    memset(row, 0, sizeof *row);
    for (size_t i = 0; i < focus_column_count; i++)
        if (focus_columns[i].kind == FOCUS_NUMBER) {
            double null = MEASURE_NULL;
            memcpy((char *)row + focus_columns[i].offset, &null, sizeof null);
        }
}

/* ---- origins ---- */

static struct origin *build_origins(const struct row_batch *batch, struct key_map *keys,
                                    struct arena *arena)
{
    const struct cost_row *rows = batch->rows;
    struct origin *origins = arena_alloc_array(arena, batch->count, sizeof *origins);
    for (size_t i = 0; i < batch->count; i++) {
        uint32_t key[ORIGIN_WORDS];
        bool added;
        origin_key(&rows[i], key);
        struct origin *origin = &origins[key_map_add(keys, key, &added)];
        if (added) {
            origin->quantity = MEASURE_NULL;
            origin->id = origin_id(batch, key, arena);
        }
        origin->billed += zero_if_null(rows[i].unblended_cost);
        origin->effective += zero_if_null(rows[i].calculated_amortized_cost);
        origin->quantity = measure_max(origin->quantity, rows[i].usage_amount);
        origin->rows++;
    }
    return origins;
}

struct focus_row *focus_rows_build(const struct row_batch *batch, const char *billing_account,
                                   struct arena *arena)
{
    const struct cost_row *rows = batch->rows;
    struct focus_row *focus = arena_alloc_array(arena, batch->count, sizeof *focus);
    struct key_map keys;
    key_map_init(&keys, ORIGIN_WORDS);
    const struct origin *origins = build_origins(batch, &keys, arena);
    for (size_t i = 0; i < batch->count; i++) {
        uint32_t key[ORIGIN_WORDS];
        struct focus_row *to = &focus[i];
        struct text data_source = text_of(batch, rows[i].data_source);
        origin_key(&rows[i], key);
        set_null(to);
        set_periods(to, rows[i].usage_start);
        set_bill_columns(to, batch, &rows[i], billing_account);
        set_cluster_columns(to, batch, &rows[i], arena);
        set_costs(to, &rows[i], &origins[key_map_find(&keys, key)], text_is(data_source, "Storage"),
                  arena);
        to->AllocatedMethodId = literal(method_of(to, data_source));
        if (!measure_is_null(to->ConsumedQuantity)) {
            struct text unit = text_of(batch, rows[i].unit);
            to->ConsumedUnit = unit.bytes ? unit : literal("Units");
        }
    }
    key_map_close(&keys);
    return focus;
}
