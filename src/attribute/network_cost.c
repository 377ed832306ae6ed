/* Rule e (NetworkCostHandler): network traffic of instances.
 *
 * A line that is data transfer (it has a direction, kept_line.c) and matched by resource id cannot
 * be shared among the namespaces of a node: nobody measures their traffic. It goes in full to the
 * namespace Network unattributed, with the node and the line's own tags, one row a node.
 *
 * Worked example: 7 GB out of i-0a1 for 0.63 USD. The node ip-10-0-0-1 carries that id: one row,
 * Network unattributed, node ip-10-0-0-1, OUT, 7 GB, 0.63. Its data-out column gets the 7 GB.
 *
 * Surprising: where the resource id contains the ids of two nodes, or one id stands for two node
 * names, each gets the full cost. Only 'Pod' rows count, unallocated ones too; storage rows of pods
 * on the node don't. Neither category is carried.
 *
 * The query it must match: the data-transfer lines joined on day and strpos(resource_id) with
 * data_source = 'Pod', grouped by line and node. */
#include "attribute/network_cost.h"

#include "base/measure.h"
#include "base/table.h"

static void add_share(const struct usage_index *usage, uint32_t cluster, uint32_t node,
                      struct cost_targets *targets, struct cost_shares *shares)
{
    uint32_t words[TARGET_WORDS] = {
        [TARGET_CLUSTER] = cluster,
        [TARGET_DATA_SOURCE] = DATA_SOURCE_POD,
        [TARGET_NAMESPACE] = usage->network_unattributed,
        [TARGET_NODE] = node,
        [TARGET_COST_CATEGORY] = (uint32_t)INTEGER_NULL,
    };
    cost_shares_add(shares, (struct cost_share){
                                .target = cost_targets_add(targets, words),
                                .multiplier = 1,
                                .divisor = 1,
                                .usage_divisor = 1,
                                .tags = SHARE_TAGS_LINE,
                                .keeps_direction = true,
                                .rule = 'e',
                            });
}

void network_cost(const struct usage_index *usage, uint32_t cluster, const uint32_t *ids,
                  uint32_t id_count, struct cost_targets *targets, struct cost_shares *shares)
{
    struct key_map nodes;
    key_map_init(&nodes, 1);
    for (uint32_t i = 0; i < id_count; i++) {
        uint32_t key[2] = {cluster, ids[i]};
        for (uint32_t row = row_list_first(&usage->by_resource, key); row != ROW_LIST_END;
             row = row_list_next(&usage->by_resource, row)) {
            const struct usage_line *line = &usage->lines[row];
            bool added = false;
            if (line->data_source == DATA_SOURCE_POD)
                key_map_add(&nodes, &line->node, &added);
            if (added)
                add_share(usage, cluster, line->node, targets, shares);
        }
    }
    if (nodes.count == 0) {
        cost_shares_fail(shares, RECONCILE_no_node);
    } else {
        cost_shares_claim(shares);
        cost_shares_add_gap(shares, 1.0 - nodes.count, RECONCILE_no_node, RECONCILE_several_nodes);
    }
    key_map_close(&nodes);
}
