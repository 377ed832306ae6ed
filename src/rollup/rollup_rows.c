#include "rollup/rollup_rows.h"

#include "aggregate/usage_row.h"
#include "attribute/cost_row.h"
#include "base/measure.h"

#include <string.h>

static bool is(const struct text_pool *texts, uint32_t id, const char *name)
{
    struct text text = text_pool_borrow(texts, id);
    return text.bytes != NULL && text.length == strlen(name) &&
           memcmp(text.bytes, name, text.length) == 0;
}

static bool is_one_of(const struct text_pool *texts, uint32_t id, const char *const *names,
                      size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is(texts, id, names[i]))
            return true;
    return false;
}

void rollup_rows_of_usage(const struct usage_row *row, const struct text_pool *texts,
                          unsigned char passes[ROWS_KINDS])
{
    static const char network[] = "Network unattributed";
    static const char *const synthetic[] = {"Worker unallocated", "Platform unallocated", network,
                                            "Storage unattributed"};
    bool pod = is(texts, row->data_source, "Pod");
    bool volume = is(texts, row->data_source, "Storage") && row->persistentvolumeclaim != TEXT_NULL;
    passes[ROWS_ALL] = PASS_FIRST;
    passes[ROWS_POD] =
        pod && !is_one_of(texts, row->namespace, synthetic, sizeof synthetic / sizeof synthetic[0]);
    passes[ROWS_VOLUME] = volume;
    passes[ROWS_NETWORK] = 0;
    if (!pod || !is(texts, row->namespace, network))
        return;
    if (!measure_is_null(row->infrastructure_data_in_gigabytes))
        passes[ROWS_NETWORK] |= PASS_FIRST;
    if (!measure_is_null(row->infrastructure_data_out_gigabytes))
        passes[ROWS_NETWORK] |= PASS_SECOND;
}

void rollup_rows_of_costs(const struct cost_row *row, const struct text_pool *texts,
                          unsigned char passes[ROWS_KINDS])
{
    static const char *const databases[] = {"AmazonRDS",     "AmazonDynamoDB", "AmazonElastiCache",
                                            "AmazonNeptune", "AmazonRedshift", "AmazonDocumentDB"};
    static const char *const networks[] = {"AmazonVPC", "AmazonCloudFront", "AmazonRoute53",
                                           "AmazonAPIGateway"};
    struct text family = text_pool_borrow(texts, row->product_family);
    passes[ROWS_ALL] = PASS_FIRST;
    passes[ROWS_COMPUTE] = row->instance_type != TEXT_NULL;
    passes[ROWS_STORAGE] = family.bytes != NULL &&
                           memmem(family.bytes, family.length, "Storage", 7) != NULL &&
                           is(texts, row->unit, "GB-Mo");
    passes[ROWS_DATABASE] =
        is_one_of(texts, row->product_code, databases, sizeof databases / sizeof databases[0]);
    passes[ROWS_NETWORK_PRODUCT] =
        is_one_of(texts, row->product_code, networks, sizeof networks / sizeof networks[0]);
}
