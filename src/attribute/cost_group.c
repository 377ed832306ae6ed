/* Step 4: the final grouping.
 *
 * Rows that agree in day, cluster, data source, namespace, node, claim, volume, storage class, in
 * the bill's columns (resource id, product, instance type, account, zone, region, unit, currency),
 * in direction, filtered tags and both categories become one; usage amounts and costs are summed.
 *
 * Worked example: shop's pods on one node run under {"app":"web"} and {"app":"web","rev":"2"}, and
 * rev is no enabled key. Rule c gave two rows of 6.00 and 1.50; their filtered tags are equal, so
 * the table has one row of 7.50, with a markup of 0.1 also 0.75.
 *
 * Surprising: a sum of nothing but nulls is null.
 *
 * The query it must match: the last insert, GROUP BY all but the amounts. */
#include "attribute/cost_group.h"

#include "base/arena.h"
#include "base/settings.h"

#include <stdlib.h>
#include <string.h>

void cost_groups_init(struct cost_groups *groups, const struct bill *bill,
                      const struct cost_targets *targets, const struct cost_receivers *receivers)
{
    *groups = (struct cost_groups){.bill = bill, .targets = targets, .receivers = receivers};
}

void cost_groups_close(struct cost_groups *groups)
{
    free(groups->groups);
    free(groups->open);
    number_list_close(&groups->group_of_receiver);
    free(groups->spaces);
    number_list_close(&groups->touched);
}

void cost_groups_clear(struct cost_groups *groups)
{
    groups->count = 0;
    number_list_reset(&groups->group_of_receiver, 0);
    groups->touched.count = 0;
}

void cost_groups_open_part(struct cost_groups *groups, uint32_t part)
{
    groups->part = part;
    groups->first = groups->count;
}

static void add_group(struct cost_groups *groups, uint32_t receiver)
{
    if (groups->count == groups->capacity) {
        groups->capacity = groups->capacity + groups->capacity / 2 + 4096;
        groups->groups = memory_grow(groups->groups, groups->capacity * sizeof *groups->groups);
    }
    uint32_t open = groups->count - groups->first;
    if (open == groups->open_capacity) {
        groups->open_capacity = groups->open_capacity * 2 + 256;
        groups->open = memory_grow(groups->open, groups->open_capacity * sizeof *groups->open);
    }
    groups->groups[groups->count] = (struct cost_group){.part = groups->part, .receiver = receiver};
    groups->open[open] = (struct line_amounts){
        EXACT_SUM_NULL, {EXACT_SUM_NULL, EXACT_SUM_NULL, EXACT_SUM_NULL, EXACT_SUM_NULL}};
    groups->group_of_receiver.items[receiver] = ++groups->count;
}

void cost_groups_add(struct cost_groups *groups, uint32_t receiver, double usage_amount,
                     const double costs[COST_COLUMNS])
{
    if (receiver >= groups->group_of_receiver.count)
        number_list_cover(&groups->group_of_receiver, groups->receivers->map.count);
    if (groups->group_of_receiver.items[receiver] <= groups->first)
        add_group(groups, receiver);
    uint32_t group = groups->group_of_receiver.items[receiver] - 1;
    struct line_amounts *amounts = &groups->open[group - groups->first];
    exact_sum_add(&amounts->usage_amount, usage_amount, EXACT_SUM_FINE);
    for (int column = 0; column < COST_COLUMNS; column++)
        exact_sum_add(&amounts->costs[column], costs[column], EXACT_SUM_FINE);
}

/* ---- what the rows hold ---- */

/* The sums of a group's space. */
static struct space_sums *space_of(struct cost_groups *groups, const struct cost_group *group)
{
    uint32_t target = key_map_key(&groups->receivers->map, group->receiver)[RECEIVER_TARGET];
    uint32_t space = groups->targets->space_of_target.items[target];
    if (space >= groups->space_capacity) {
        uint32_t capacity = groups->targets->spaces.count;
        groups->spaces = memory_grow(groups->spaces, capacity * sizeof *groups->spaces);
        for (uint32_t i = groups->space_capacity; i < capacity; i++)
            groups->spaces[i].any = false;
        groups->space_capacity = capacity;
    }
    struct space_sums *sums = &groups->spaces[space];
    if (!sums->any) {
        *sums = (struct space_sums){
            true, {EXACT_SUM_NULL, EXACT_SUM_NULL, EXACT_SUM_NULL, EXACT_SUM_NULL}};
        number_list_add(&groups->touched, space);
    }
    return sums;
}

void cost_groups_close_part(struct cost_groups *groups)
{
    for (uint32_t i = groups->first; i < groups->count; i++) {
        struct cost_group *group = &groups->groups[i];
        const struct line_amounts *amounts = &groups->open[i - groups->first];
        struct space_sums *space = space_of(groups, group);
        group->usage_amount = exact_sum_value(amounts->usage_amount, EXACT_SUM_FINE);
        for (int column = 0; column < COST_COLUMNS; column++) {
            group->costs[column] = exact_sum_value(amounts->costs[column], EXACT_SUM_FINE);
            exact_sum_merge(&space->amounts[column], amounts->costs[column]);
        }
    }
}

static bool text_is(struct text text, const char *string)
{
    return text.length == strlen(string) && memcmp(text.bytes, string, text.length) == 0;
}

static enum reconciliation_entry entry_of(struct text namespace_name)
{
    if (namespace_name.bytes == NULL)
        return RECONCILE_null_namespace;
    if (text_is(namespace_name, "Storage unattributed"))
        return RECONCILE_storage_unattributed;
    if (text_is(namespace_name, "Network unattributed"))
        return RECONCILE_network_unattributed;
    return RECONCILE_namespaces;
}

void cost_groups_reconcile(struct cost_groups *groups, struct text_pool *texts,
                           struct text currency, struct reconciliation *sums)
{
    if (groups->touched.count == 0)
        return;
    struct currency_sums *by_entry = reconciliation_currency(sums, currency);
    for (uint32_t i = 0; i < groups->touched.count; i++) {
        uint32_t number = groups->touched.items[i];
        const uint32_t *space = key_map_key(&groups->targets->spaces, number);
        uint32_t cluster_id = text_pool_intern_string(
            texts, groups->bill->clusters[space[SPACE_CLUSTER]]->cluster_id);
        struct text name = text_pool_borrow(texts, space[SPACE_NAMESPACE]);
        struct namespace_sums *by_name =
            reconciliation_namespace(sums, currency, text_pool_borrow(texts, cluster_id), name);
        for (int column = 0; column < COST_COLUMNS; column++) {
            struct exact_sum amount = groups->spaces[number].amounts[column];
            exact_sum_merge(&by_name->amounts[column], amount);
            exact_sum_merge(&by_entry->amounts[entry_of(name)][column], amount);
        }
        groups->spaces[number].any = false;
    }
    groups->touched.count = 0;
}

size_t cost_groups_size(const struct cost_groups *groups)
{
    return groups->capacity * sizeof *groups->groups +
           groups->open_capacity * sizeof *groups->open +
           groups->space_capacity * sizeof *groups->spaces +
           groups->group_of_receiver.capacity * sizeof(uint32_t);
}
