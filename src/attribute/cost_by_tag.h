/* Rule d: lines matched by tag; see cost_by_tag.c. */
#ifndef COSTAGG_ATTRIBUTE_COST_BY_TAG_H
#define COSTAGG_ATTRIBUTE_COST_BY_TAG_H

#include "attribute/cost_share.h"
#include "attribute/number_list.h"
#include "attribute/row_list.h"
#include "attribute/tag_case.h"
#include "attribute/tag_rows.h"

struct bill;
struct tag_match;

/* Rows of one namespace and data source, folded. Text ids. */
struct tag_group {
    uint32_t namespace_name;
    uint32_t data_source;
    uint32_t node;
    uint32_t claim;
    uint32_t volume;
    uint32_t storageclass;
    uint32_t pod_labels;
    uint32_t volume_labels;
    int32_t cost_category_id;
};

/* Groups of the day's rows that one test lets pass (all of a cluster, of a namespace, of a node,
 * with a piece in their labels), made when first asked for. */
struct tag_groups {
    const struct tag_match *match;
    const struct usage_index *usage;
    const struct bill *bill;
    struct key_map parts;     /* cluster, test, id */
    struct number_list first; /* of a part: where its groups begin */
    struct number_list count;
    struct tag_group *groups;
    uint32_t group_count;
    uint32_t group_capacity;
    struct tag_rows rows;
    bool knows_pieces;               /* labels_of_piece is filled */
    struct row_list labels_of_piece; /* piece: entries of label_texts */
    struct number_list label_texts;
    struct number_list cluster_texts; /* text ids: cluster id, alias of each */
    struct key_map names;             /* scratch: namespace, data source of the groups being made */
    struct tag_group *scratch;
    uint32_t scratch_capacity;
};

void tag_groups_init(struct tag_groups *groups, const struct tag_match *match,
                     const struct usage_index *usage, const struct bill *bill);
void tag_groups_close(struct tag_groups *groups);

/* After all usage of the day was added. */
void tag_groups_open(struct tag_groups *groups);

/* Adds the shares of the clusters of `set` (those that keep the line by tag) in a line of this
 * case, and the claim with its gap or its failure. */
void cost_by_tag(struct tag_groups *groups, const struct tag_cases *cases,
                 const struct tag_case *tags, const uint32_t *set, struct cost_targets *targets,
                 struct cost_shares *shares);

#endif
