/* Rule d: lines matched by tag.
 *
 * A line that a cluster keeps by tag (tag_match.c) goes to the namespaces the tag speaks of. A
 * summary row of the day passes when any of these holds:
 *   - the line's tag openshift_project is its namespace,
 *   - the line's tag openshift_node is its node,
 *   - the line's tag openshift_cluster is its cluster's id or alias,
 *   - its pod labels or volume labels contain a piece of the line's matched tag strings.
 * Rows that pass are grouped by namespace and data source; each group gets an equal part. Synthetic
 * namespaces and rows without a namespace don't take part. Clusters share the line evenly: all on
 * the bill count in which any row passes, tested with what all clusters matched taken together.
 *
 * Worked example: an S3 bucket tagged {"app": "web"} costs 6 USD. East has pods with "app":"web"
 * in namespaces shop and blog and a volume of shop that is labelled so: three groups. West has
 * one group. Two clusters: east's rows get 6 / (3 × 2) = 1.00 each, west's 6 / (1 × 2) = 3.00.
 *
 * Surprising:
 * - A namespace with pods and volumes counts twice, whatever their number.
 * - Pieces are cut at commas (tag_match.c), so they can be very short and pass nearly every row;
 *   the piece '' passes every row that has labels at all.
 * - Columns are greatest values over the group's rows, each on its own: node, claim and labels of
 *   one result row may come from different rows. '' turns into null here, not in rule a.
 * - The direction of traffic is dropped, and with it data in and out.
 *
 * The query it must match: lines with a matched tag and not matched by id, joined on day and the
 * four conditions, namespace not among the synthetic ones, grouped by line, namespace and
 * data_source; cost and usage amount / (rows of the line × clusters). */
#include "attribute/cost_by_tag.h"

#include "attribute/tag_match.h"
#include "base/measure.h"
#include "base/settings.h"
#include "base/table.h"

#include <stdlib.h>

enum test { TEST_CLUSTER, TEST_NAMESPACE, TEST_NODE, TEST_PIECE };

struct part {
    uint32_t first;
    uint32_t count;
};

void tag_groups_init(struct tag_groups *groups, const struct tag_match *match,
                     const struct usage_index *usage, const struct bill *bill)
{
    *groups = (struct tag_groups){.match = match, .usage = usage, .bill = bill};
    key_map_init(&groups->parts, 3);
    key_map_init(&groups->names, 2);
    tag_rows_init(&groups->rows, usage);
    row_list_init(&groups->labels_of_piece, 1);
}

void tag_groups_close(struct tag_groups *groups)
{
    key_map_close(&groups->parts);
    key_map_close(&groups->names);
    tag_rows_close(&groups->rows);
    row_list_close(&groups->labels_of_piece);
    number_list_close(&groups->first);
    number_list_close(&groups->count);
    number_list_close(&groups->label_texts);
    number_list_close(&groups->cluster_texts);
    free(groups->groups);
    free(groups->scratch);
}

void tag_groups_open(struct tag_groups *groups)
{
    key_map_clear(&groups->parts);
    groups->first.count = groups->count.count = 0;
    groups->group_count = 0;
    groups->cluster_texts.count = 0;
    groups->knows_pieces = false;
    tag_rows_open(&groups->rows);
    for (size_t i = 0; i < groups->bill->cluster_count; i++) {
        const struct cluster *cluster = groups->bill->clusters[i];
        number_list_add(&groups->cluster_texts,
                        text_pool_intern_string(groups->usage->texts, cluster->cluster_id));
        number_list_add(&groups->cluster_texts,
                        text_pool_intern_string(groups->usage->texts, cluster->cluster_alias));
    }
}

/* ---- the pieces that labels contain ---- */

/* Enters the distinct label texts of a list of rows under the pieces they contain. */
static void index_labels(struct tag_groups *groups, const struct row_list *labels,
                         struct key_map *seen, struct number_list *pieces)
{
    for (uint32_t i = 0; i < labels->keys.count; i++) {
        uint32_t text = key_map_key(&labels->keys, i)[1];
        bool added;
        key_map_add(seen, &text, &added);
        if (!added)
            continue;
        pieces->count = 0;
        tag_match_labels(groups->match, text_pool_borrow(groups->usage->texts, text), pieces);
        for (uint32_t j = 0; j < pieces->count; j++) {
            row_list_add(&groups->labels_of_piece, &pieces->items[j], groups->label_texts.count);
            number_list_add(&groups->label_texts, text);
        }
    }
}

/* The label texts that contain a piece: looked through when the day's first piece is asked for. */
static void know_pieces(struct tag_groups *groups)
{
    struct key_map seen;
    struct number_list pieces = {0};
    if (groups->knows_pieces)
        return;
    groups->knows_pieces = true;
    row_list_clear(&groups->labels_of_piece);
    groups->label_texts.count = 0;
    key_map_init(&seen, 1);
    index_labels(groups, tag_rows_list(&groups->rows, ROWS_BY_POD_LABELS), &seen, &pieces);
    index_labels(groups, tag_rows_list(&groups->rows, ROWS_BY_VOLUME_LABELS), &seen, &pieces);
    key_map_close(&seen);
    number_list_close(&pieces);
}

/* ---- folding: every column is a max, so groups of a union of rows are groups of groups ---- */

static void fold(struct tag_groups *groups, const struct tag_group *more)
{
    const struct usage_index *usage = groups->usage;
    uint32_t key[2] = {more->namespace_name, more->data_source};
    bool added;
    uint32_t at = key_map_add(&groups->names, key, &added);
    if (added) {
        if (at == groups->scratch_capacity) {
            groups->scratch_capacity = groups->scratch_capacity * 2 + 64;
            groups->scratch =
                memory_grow(groups->scratch, groups->scratch_capacity * sizeof *groups->scratch);
        }
        groups->scratch[at] = *more;
        return;
    }
    struct tag_group *group = &groups->scratch[at];
    group->node = usage_index_max_text(usage, group->node, more->node);
    group->claim = usage_index_max_text(usage, group->claim, more->claim);
    group->volume = usage_index_max_text(usage, group->volume, more->volume);
    group->storageclass = usage_index_max_text(usage, group->storageclass, more->storageclass);
    group->pod_labels = usage_index_max_text(usage, group->pod_labels, more->pod_labels);
    group->volume_labels = usage_index_max_text(usage, group->volume_labels, more->volume_labels);
    if (more->cost_category_id > group->cost_category_id)
        group->cost_category_id = more->cost_category_id;
}

static void fold_rows(struct tag_groups *groups, enum tag_rows_by by, uint32_t cluster, uint32_t id)
{
    const struct row_list *list = tag_rows_list(&groups->rows, by);
    const uint32_t key[2] = {cluster, id};
    for (uint32_t row = row_list_first(list, key); row != ROW_LIST_END;
         row = row_list_next(list, row)) {
        const struct usage_line *line = &groups->usage->lines[row];
        fold(groups, &(struct tag_group){
                         .namespace_name = line->namespace_name,
                         .data_source = line->data_source,
                         .node = line->node,
                         .claim = line->claim,
                         .volume = line->volume,
                         .storageclass = line->storageclass,
                         .pod_labels = line->pod_labels,
                         .volume_labels = line->volume_labels,
                         .cost_category_id = line->cost_category_id,
                     });
    }
}

static void fold_piece(struct tag_groups *groups, uint32_t cluster, uint32_t piece)
{
    know_pieces(groups);
    uint32_t entry = row_list_first(&groups->labels_of_piece, &piece);
    for (; entry != ROW_LIST_END; entry = row_list_next(&groups->labels_of_piece, entry)) {
        uint32_t text = groups->label_texts.items[entry];
        fold_rows(groups, ROWS_BY_POD_LABELS, cluster, text);
        fold_rows(groups, ROWS_BY_VOLUME_LABELS, cluster, text);
    }
}

/* The groups that pass one test in a cluster. */
static struct part part_of(struct tag_groups *groups, uint32_t cluster, enum test test, uint32_t id)
{
    uint32_t key[3] = {cluster, test, id};
    bool added;
    uint32_t at = key_map_add(&groups->parts, key, &added);
    if (!added)
        return (struct part){groups->first.items[at], groups->count.items[at]};
    key_map_clear(&groups->names);
    if (test == TEST_CLUSTER)
        fold_rows(groups, ROWS_BY_CLUSTER, cluster, TEXT_NULL);
    else if (test == TEST_NAMESPACE)
        fold_rows(groups, ROWS_BY_NAMESPACE, cluster, id);
    else if (test == TEST_NODE)
        fold_rows(groups, ROWS_BY_NODE, cluster, id);
    else
        fold_piece(groups, cluster, id);
    struct part part = {groups->group_count, groups->names.count};
    if (part.first + part.count > groups->group_capacity) {
        groups->group_capacity = (part.first + part.count) * 2;
        groups->groups =
            memory_grow(groups->groups, groups->group_capacity * sizeof *groups->groups);
    }
    for (uint32_t i = 0; i < part.count; i++)
        groups->groups[groups->group_count++] = groups->scratch[i];
    number_list_add(&groups->first, part.first);
    number_list_add(&groups->count, part.count);
    return part;
}

/* ---- tests ---- */

/* Calls visit for the part of every test the case asks for in a cluster, until it returns false. */
static void each_part(struct tag_groups *groups, const struct tag_case *tags, uint32_t cluster,
                      const struct number_list *pieces,
                      bool (*visit)(struct part part, void *context), void *context)
{
    const uint32_t *names = groups->cluster_texts.items + (size_t)cluster * 2;
    if (tags->cluster != TEXT_NULL && (tags->cluster == names[0] || tags->cluster == names[1]) &&
        !visit(part_of(groups, cluster, TEST_CLUSTER, 0), context))
        return;
    if (tags->project != TEXT_NULL &&
        !visit(part_of(groups, cluster, TEST_NAMESPACE, tags->project), context))
        return;
    if (tags->node != TEXT_NULL && !visit(part_of(groups, cluster, TEST_NODE, tags->node), context))
        return;
    for (uint32_t i = 0; i < pieces->count; i++)
        if (!visit(part_of(groups, cluster, TEST_PIECE, pieces->items[i]), context))
            return;
}

static bool note_any(struct part part, void *context)
{
    *(bool *)context = part.count > 0;
    return part.count == 0;
}

static bool collect_part(struct part part, void *context)
{
    struct number_list *parts = context;
    number_list_add(parts, part.first);
    number_list_add(parts, part.count);
    return true;
}

/* The pieces of the case's strings that belong to any cluster of the set. */
static void gather_pieces(const struct tag_groups *groups, const struct tag_cases *cases,
                          const struct tag_case *tags, const uint32_t *set,
                          struct number_list *pieces)
{
    const struct cluster_names *strings = &groups->match->strings;
    pieces->count = 0;
    for (uint32_t i = 0; i < tags->string_count; i++) {
        uint32_t string = cases->strings.items[tags->first_string + i];
        const uint32_t *owners = cluster_names_set(strings, string);
        bool owned = false;
        for (uint32_t word = 0; word < strings->words; word++)
            owned |= (owners[word] & set[word]) != 0;
        if (!owned)
            continue;
        uint32_t count;
        const uint32_t *ids = tag_match_pieces(groups->match, string, &count);
        for (uint32_t j = 0; j < count; j++)
            number_list_add(pieces, ids[j]);
    }
    number_list_make_set(pieces, 0);
}

/* How many clusters the line is split between. */
static uint32_t count_clusters(struct tag_groups *groups, const struct tag_case *tags,
                               const struct number_list *pieces)
{
    uint32_t count = 0;
    for (uint32_t cluster = 0; cluster < groups->bill->cluster_count; cluster++) {
        bool any = false;
        each_part(groups, tags, cluster, pieces, note_any, &any);
        count += any;
    }
    return count > 0 ? count : 1;
}

/* ---- shares ---- */

static uint32_t null_if_empty(uint32_t text)
{
    return text == TEXT_EMPTY ? TEXT_NULL : text;
}

static void add_share(const struct tag_group *group, uint32_t cluster, double divisor,
                      struct cost_targets *targets, struct cost_shares *shares)
{
    uint32_t words[TARGET_WORDS] = {
        [TARGET_CLUSTER] = cluster,
        [TARGET_DATA_SOURCE] = group->data_source,
        [TARGET_NAMESPACE] = group->namespace_name,
        [TARGET_NODE] = group->node,
        [TARGET_CLAIM] = null_if_empty(group->claim),
        [TARGET_VOLUME] = null_if_empty(group->volume),
        [TARGET_STORAGECLASS] = null_if_empty(group->storageclass),
        [TARGET_COST_CATEGORY] = (uint32_t)group->cost_category_id,
    };
    cost_shares_add(shares, (struct cost_share){
                                .target = cost_targets_add(targets, words),
                                .labels = group->pod_labels != TEXT_NULL ? group->pod_labels
                                                                         : group->volume_labels,
                                .multiplier = 1,
                                .divisor = divisor,
                                .usage_divisor = divisor,
                                .tags = SHARE_TAGS_MERGED,
                                .keeps_category = true,
                                .rule = 'd',
                            });
}

/* The shares of one cluster; false when no row passes. */
static bool share_in_cluster(struct tag_groups *groups, const struct tag_case *tags,
                             uint32_t cluster, const struct number_list *pieces, uint32_t clusters,
                             struct number_list *parts, struct cost_targets *targets,
                             struct cost_shares *shares)
{
    parts->count = 0;
    each_part(groups, tags, cluster, pieces, collect_part, parts);
    key_map_clear(&groups->names);
    for (uint32_t i = 0; i < parts->count; i += 2)
        for (uint32_t j = 0; j < parts->items[i + 1]; j++)
            fold(groups, &groups->groups[parts->items[i] + j]);
    double divisor = (double)groups->names.count * clusters;
    for (uint32_t i = 0; i < groups->names.count; i++)
        add_share(&groups->scratch[i], cluster, divisor, targets, shares);
    return groups->names.count > 0;
}

void cost_by_tag(struct tag_groups *groups, const struct tag_cases *cases,
                 const struct tag_case *tags, const uint32_t *set, struct cost_targets *targets,
                 struct cost_shares *shares)
{
    uint32_t words = groups->match->strings.words;
    struct number_list pieces = {0}, parts = {0}, single = {0};
    number_list_reset(&single, words);
    gather_pieces(groups, cases, tags, set, &pieces);
    uint32_t clusters = count_clusters(groups, tags, &pieces);
    uint32_t sharing = 0;
    for (uint32_t cluster = 0; cluster < groups->bill->cluster_count; cluster++) {
        if (!cluster_set_has(set, cluster))
            continue;
        number_list_reset(&single, words);
        cluster_set_add(single.items, cluster);
        gather_pieces(groups, cases, tags, single.items, &pieces);
        sharing +=
            share_in_cluster(groups, tags, cluster, &pieces, clusters, &parts, targets, shares);
    }
    if (sharing == 0) {
        cost_shares_fail(shares, RECONCILE_no_tagged_namespace);
    } else {
        cost_shares_claim(shares);
        cost_shares_add_gap(shares, ((double)clusters - sharing) / clusters,
                            RECONCILE_tag_cluster_away, RECONCILE_several_clusters);
    }
    number_list_close(&pieces);
    number_list_close(&parts);
    number_list_close(&single);
}
