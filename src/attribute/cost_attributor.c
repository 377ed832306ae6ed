/* CostAttributor: which rule speaks for which line.
 *
 * For each cluster a class of lines belongs to, exactly one of these applies:
 *
 *   by resource id, with a direction       → e, network_cost.c
 *   by resource id, on a disk whose size   → a and b, cost_by_volume.c and disk_rest.c
 *     is known and that the cluster uses
 *   by resource id, else                   → c, cost_by_resource.c
 *   by tag                                 → d, cost_by_tag.c
 *
 * What the rules say depends on the resource and whether there is a direction, or on the tag case
 * and the clusters that have the line by id already. It is worked out once, as a *plan*, then
 * *addressed* (each share gets its receiver, from the tags and category of the line at hand) and
 * applied to each class: a multiplication and an addition for each share and amount.
 *
 * Worked example: one instance has 3 kinds of lines a day (usage, tax, a credit) under 2 tag texts:
 * 6 classes, one plan. The node has 20 groups of namespace and labels: 120 additions to groups.
 *
 * Surprising: a line may belong to one cluster by id and to another by tag; both charge it. The
 * reconciliation then shows the whole line once as counted again. */
#include "attribute/cost_attributor.h"

#include "attribute/cost_by_resource.h"
#include "attribute/cost_by_volume.h"
#include "attribute/explanation.h"
#include "attribute/network_cost.h"
#include "attribute/non_csi_storage.h"
#include "attribute/resource_match.h"
#include "attribute/tag_match.h"
#include "base/measure.h"
#include "base/settings.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum plan_kind { PLAN_BY_ID, PLAN_NETWORK, PLAN_BY_TAG };

void cost_attributor_init(struct cost_attributor *attributor)
{
    *attributor = (struct cost_attributor){0};
    cost_shares_init(&attributor->shares);
    key_map_init(&attributor->plans, 3);
}

void cost_attributor_close(struct cost_attributor *attributor)
{
    cost_shares_close(&attributor->shares);
    key_map_close(&attributor->plans);
    number_list_close(&attributor->scratch);
    number_list_close(&attributor->disk_set);
    free(attributor->plan_list);
}

/* ---- plans by resource id ---- */

/* A resource in front of the rules. */
struct subject {
    const struct bill_resource *resource;
    struct text text;
    const uint32_t *ids;
    const uint32_t *set; /* clusters it belongs to */
};

static struct subject subject_of(const struct cost_attributor *attributor, uint32_t number)
{
    const struct bill_resources *resources = attributor->facts.resources;
    const struct bill_resource *resource = &resources->resources[number];
    return (struct subject){
        resource, text_pool_borrow(attributor->facts.usage->texts, resource->text),
        resources->ids.items + resource->first_id, bill_resources_set(resources, resource->set)};
}

static bool is_on_disk(const struct cost_attributor *attributor, const struct subject *subject,
                       uint32_t cluster)
{
    for (uint32_t i = 0; i < subject->resource->id_count; i++)
        if (usage_index_has_handle(attributor->facts.usage, cluster, subject->ids[i]))
            return true;
    return false;
}

/* Rules a and b for all clusters on the disk: one claim, which they share. */
static void plan_disk(struct cost_attributor *attributor, const struct subject *subject)
{
    const struct attributor_facts *facts = &attributor->facts;
    struct disk_claims claims = disk_rest_find(facts->disks, subject->text);
    double capacity_gb = subject->resource->capacity_gb;
    double claimed = 0, rest = 0;
    uint32_t clusters = 0;
    for (uint32_t cluster = 0; cluster < facts->bill->cluster_count; cluster++) {
        if (!cluster_set_has(subject->set, cluster) || !is_on_disk(attributor, subject, cluster))
            continue;
        clusters++;
        claimed += cost_by_volume(facts->usage, cluster, subject->ids, subject->resource->id_count,
                                  capacity_gb, attributor->targets, &attributor->shares);
        rest += disk_rest(facts->usage, cluster, subject->ids, subject->resource->id_count,
                          capacity_gb, claims, attributor->targets, &attributor->shares);
    }
    if (clusters == 0)
        return;
    if (claimed == 0 && rest == 0) {
        cost_shares_fail(&attributor->shares, RECONCILE_null_claim_capacity);
        return;
    }
    cost_shares_claim(&attributor->shares);
    cost_shares_add_gap(&attributor->shares, claims.total_gib / capacity_gb - claimed,
                        RECONCILE_claim_away, RECONCILE_several_claims);
    cost_shares_add_gap(&attributor->shares,
                        (capacity_gb - claims.total_gib) / capacity_gb *
                            ((double)claims.clusters - clusters) / claims.clusters,
                        RECONCILE_cluster_away, RECONCILE_overclaimed_disk);
}

/* Rule c in one cluster. A cluster that could only know the line by a volume without CSI handle is
 * noted in disk_set. */
static void plan_instance(struct cost_attributor *attributor, const struct subject *subject,
                          uint32_t cluster)
{
    const struct attributor_facts *facts = &attributor->facts;
    enum by_resource result =
        cost_by_resource(facts->usage, cluster, subject->ids, subject->resource->id_count,
                         facts->rules, attributor->targets, &attributor->shares);
    if (result == BY_RESOURCE_SHARED)
        return;
    if (result == BY_RESOURCE_NULL) {
        cost_shares_fail(&attributor->shares, RECONCILE_null_node_capacity);
        return;
    }
    if (is_on_disk(attributor, subject, cluster)) {
        cost_shares_fail(&attributor->shares, RECONCILE_no_disk_capacity);
        return;
    }
    bool is_node;
    resource_match_suffix(facts->match, cluster, subject->text, &is_node);
    if (!is_node)
        cluster_set_add(attributor->disk_set.items, cluster);
    cost_shares_fail(&attributor->shares, is_node ? RECONCILE_no_node : RECONCILE_no_claim);
}

static void plan_by_id(struct cost_attributor *attributor, uint32_t resource)
{
    const struct attributor_facts *facts = &attributor->facts;
    struct subject subject = subject_of(attributor, resource);
    bool sized = !measure_is_null(subject.resource->capacity_gb);
    number_list_reset(&attributor->disk_set, facts->resources->sets.words);
    if (sized)
        plan_disk(attributor, &subject);
    for (uint32_t cluster = 0; cluster < facts->bill->cluster_count; cluster++)
        if (cluster_set_has(subject.set, cluster) &&
            !(sized && is_on_disk(attributor, &subject, cluster)))
            plan_instance(attributor, &subject, cluster);
    if (facts->rules->non_csi_to_namespace)
        non_csi_storage(facts->usage, (uint32_t)facts->bill->cluster_count,
                        attributor->disk_set.items, subject.text, attributor->targets,
                        &attributor->shares);
}

static void plan_network(struct cost_attributor *attributor, uint32_t resource)
{
    const struct attributor_facts *facts = &attributor->facts;
    struct subject subject = subject_of(attributor, resource);
    for (uint32_t cluster = 0; cluster < facts->bill->cluster_count; cluster++)
        if (cluster_set_has(subject.set, cluster))
            network_cost(facts->usage, cluster, subject.ids, subject.resource->id_count,
                         attributor->targets, &attributor->shares);
}

/* ---- plans by tag ---- */

/* The clusters that keep a line of the case by tag: owners of its strings that don't have it by
 * resource id. Fills scratch; false when there is none. */
static bool find_tag_set(struct cost_attributor *attributor, const struct tag_case *tags,
                         uint32_t id_set)
{
    const struct attributor_facts *facts = &attributor->facts;
    const struct cluster_names *strings = &facts->cases->match->strings;
    number_list_reset(&attributor->scratch, strings->words);
    uint32_t *set = attributor->scratch.items;
    for (uint32_t i = 0; i < tags->string_count; i++)
        cluster_set_unite(
            set, cluster_names_set(strings, facts->cases->strings.items[tags->first_string + i]),
            strings->words);
    const uint32_t *by_id = bill_resources_set(facts->resources, id_set);
    for (uint32_t word = 0; word < strings->words; word++)
        set[word] &= ~by_id[word];
    return !cluster_set_is_empty(set, strings->words);
}

static void plan_by_tag(struct cost_attributor *attributor, const struct tag_case *tags,
                        uint32_t id_set)
{
    if (find_tag_set(attributor, tags, id_set))
        cost_by_tag(attributor->tag_groups, attributor->facts.cases, tags,
                    attributor->scratch.items, attributor->targets, &attributor->shares);
}

/* The plan of a key, new and empty when *added. Valid until the next one. */
static struct cost_plan *find_plan(struct cost_attributor *attributor, const uint32_t key[3],
                                   bool *added)
{
    uint32_t at = key_map_add(&attributor->plans, key, added);
    if (at >= attributor->plan_capacity) {
        attributor->plan_capacity = attributor->plan_capacity * 2 + 1024;
        attributor->plan_list = memory_grow(
            attributor->plan_list, attributor->plan_capacity * sizeof *attributor->plan_list);
    }
    struct cost_plan *plan = &attributor->plan_list[at];
    if (*added) {
        struct cost_shares *shares = &attributor->shares;
        *plan = (struct cost_plan){.first_share = shares->count, .first_gap = shares->gap_count};
        shares->claims = 0;
        shares->failure = RECONCILE_ENTRIES;
    }
    return plan;
}

/* Takes what the rules said since find_plan() into the plan. */
static void close_plan(const struct cost_shares *shares, struct cost_plan *plan)
{
    plan->share_count = shares->count - plan->first_share;
    plan->gap_count = shares->gap_count - plan->first_gap;
    plan->claims = shares->claims;
    plan->failure = shares->failure;
}

static struct cost_plan *find_id_plan(struct cost_attributor *attributor, uint32_t resource,
                                      bool network)
{
    bool added;
    uint32_t key[3] = {network ? PLAN_NETWORK : PLAN_BY_ID, resource};
    struct cost_plan *plan = find_plan(attributor, key, &added);
    if (added) {
        if (network)
            plan_network(attributor, resource);
        else
            plan_by_id(attributor, resource);
        close_plan(&attributor->shares, plan);
    }
    return plan;
}

static struct cost_plan *find_tag_plan(struct cost_attributor *attributor,
                                       const struct tag_case *tags, uint32_t id_set)
{
    bool added;
    uint32_t key[3] = {PLAN_BY_TAG, tags->match, id_set};
    struct cost_plan *plan = find_plan(attributor, key, &added);
    if (added) {
        plan_by_tag(attributor, tags, id_set);
        close_plan(&attributor->shares, plan);
    }
    return plan;
}

/* ---- receivers ---- */

static uint32_t tags_of(struct cost_attributor *attributor, const struct cost_share *share,
                        uint32_t line_tags)
{
    if (share->tags == SHARE_TAGS_NULL)
        return TEXT_NULL;
    uint32_t labels = share->tags == SHARE_TAGS_LINE ? attributor->row_tags->empty : share->labels;
    return row_tags_merge(attributor->row_tags, labels, line_tags);
}

/* Works out the receivers of a plan's shares, unless the last class had the same marks: the lines
 * of a resource mostly do. */
static void address(struct cost_attributor *attributor, struct cost_plan *plan,
                    const struct line_marks *marks)
{
    if (plan->addressed && memcmp(&plan->marks, marks, sizeof *marks) == 0)
        return;
    struct cost_share *shares = attributor->shares.shares + plan->first_share;
    for (uint32_t i = 0; i < plan->share_count; i++) {
        const uint32_t words[RECEIVER_WORDS] = {
            [RECEIVER_TARGET] = shares[i].target,
            [RECEIVER_TAGS] = tags_of(attributor, &shares[i], marks->tags),
            [RECEIVER_COST_CATEGORY] = shares[i].keeps_category ? marks->cost_category : TEXT_NULL,
            [RECEIVER_DIRECTION] = shares[i].keeps_direction ? marks->direction : DIRECTION_NONE,
        };
        shares[i].receiver = cost_receivers_add(attributor->receivers, words);
    }
    plan->addressed = true;
    plan->marks = *marks;
}

/* ---- classes ---- */

/* A class in front of its plans. */
struct class_view {
    const struct bill_resource *resource;
    uint32_t resource_number;
    const struct tag_case *tags;
    struct line_marks marks;
    double usage_amount;
    double costs[COST_COLUMNS];
};

static void emit_plan(struct cost_attributor *attributor, const struct class_view *class,
                      const struct cost_plan *plan)
{
    const struct cost_share *shares = attributor->shares.shares + plan->first_share;
    for (uint32_t i = 0; i < plan->share_count; i++) {
        double costs[COST_COLUMNS];
        for (int column = 0; column < COST_COLUMNS; column++)
            costs[column] = shares[i].multiplier * class->costs[column] / shares[i].divisor;
        cost_groups_add(attributor->groups, shares[i].receiver,
                        class->usage_amount / shares[i].usage_divisor, costs);
    }
}

static void add_part(struct exact_sum sums[COST_COLUMNS], const struct class_view *class,
                     double fraction)
{
    for (int column = 0; column < COST_COLUMNS; column++)
        exact_sum_add(&sums[column], class->costs[column] * fraction, EXACT_SUM_FINE);
}

/* Enters what a plan's gaps say into the reconciliation. */
static void reconcile_gaps(const struct cost_attributor *attributor, const struct class_view *class,
                           const struct cost_plan *plan, struct currency_sums *sums)
{
    const struct cost_gap *gaps = attributor->shares.gaps + plan->first_gap;
    for (uint32_t i = 0; i < plan->gap_count; i++)
        add_part(sums->amounts[gaps[i].entry], class, gaps[i].fraction);
}

/* What a line's plan by tag emits where its plan by id has claimed the line already: the whole,
 * less the shares of clusters that do not keep the line. Rule d knows no other gap. */
static double counted_again(const struct cost_attributor *attributor, const struct cost_plan *plan)
{
    const struct cost_gap *gaps = attributor->shares.gaps + plan->first_gap;
    double again = 1;
    for (uint32_t i = 0; i < plan->gap_count; i++) {
        assert(gaps[i].entry == RECONCILE_tag_cluster_away);
        again -= gaps[i].fraction;
    }
    return again;
}

static void reconcile_class(const struct cost_attributor *attributor,
                            const struct class_view *class, const struct cost_plan plans[2],
                            struct currency_sums *sums)
{
    if (plans[0].claims > 0) {
        reconcile_gaps(attributor, class, &plans[0], sums);
        if (plans[1].claims > 0)
            add_part(sums->amounts[RECONCILE_several_clusters], class,
                     counted_again(attributor, &plans[1]));
    } else if (plans[1].claims > 0) {
        reconcile_gaps(attributor, class, &plans[1], sums);
    } else {
        enum reconciliation_entry reason =
            plans[0].failure < plans[1].failure ? plans[0].failure : plans[1].failure;
        add_part(sums->amounts[reason], class, 1);
    }
}

static struct class_view view_of(const struct cost_attributor *attributor, uint32_t number)
{
    const struct attributor_facts *facts = &attributor->facts;
    const struct line_amounts *amounts = &facts->classes->amounts[number];
    const uint32_t *key = key_map_key(&facts->classes->classes, number);
    uint32_t resource = key_map_key(&facts->classes->parts, key[CLASS_PART])[PART_RESOURCE];
    const struct tag_case *tags = &facts->cases->cases[key[CLASS_CASE]];
    struct class_view class = {
        .resource = &facts->resources->resources[resource],
        .resource_number = resource,
        .tags = tags,
        .marks = {tags->tags, key[CLASS_COST_CATEGORY], key[CLASS_DIRECTION]},
        .usage_amount = exact_sum_value(amounts->usage_amount, EXACT_SUM_FINE),
    };
    for (int column = 0; column < COST_COLUMNS; column++)
        class.costs[column] = exact_sum_value(amounts->costs[column], EXACT_SUM_FINE);
    return class;
}

/* The plans of a class, by id and by tag, with their receivers. */
static void find_plans(struct cost_attributor *attributor, const struct class_view *class,
                       struct cost_plan plans[2])
{
    static const struct cost_plan no_plan = {.failure = RECONCILE_ENTRIES};
    plans[0] = plans[1] = no_plan;
    if (class->resource->set != 0) {
        struct cost_plan *plan = find_id_plan(attributor, class->resource_number,
                                              class->marks.direction != DIRECTION_NONE);
        address(attributor, plan, &class->marks);
        plans[0] = *plan;
    }
    if (class->tags->string_count > 0) {
        struct cost_plan *plan = find_tag_plan(attributor, class->tags, class->resource->set);
        address(attributor, plan, &class->marks);
        plans[1] = *plan;
    }
}

static void attribute_class(struct cost_attributor *attributor, uint32_t number,
                            struct currency_sums *sums)
{
    struct class_view class = view_of(attributor, number);
    struct cost_plan plans[2];
    find_plans(attributor, &class, plans);
    for (int i = 0; i < 2; i++)
        emit_plan(attributor, &class, &plans[i]);
    reconcile_class(attributor, &class, plans, sums);
}

/* Tells of the explained resource, in the order of the bill. */
static void explain_classes(struct cost_attributor *attributor)
{
    for (uint32_t i = 0; i < attributor->facts.classes->classes.count; i++) {
        struct class_view class = view_of(attributor, i);
        struct cost_plan plans[2];
        if (class.resource->text != attributor->explained)
            continue;
        find_plans(attributor, &class, plans);
        explanation_add_class(attributor->explanation, attributor, i, plans);
    }
}

/* Lists the classes of each line part. */
static void list_classes(const struct line_classes *classes, struct row_list *list)
{
    row_list_init(list, 1);
    for (uint32_t i = 0; i < classes->classes.count; i++)
        row_list_add(list, &key_map_key(&classes->classes, i)[CLASS_PART], i);
}

void cost_attributor_run(struct cost_attributor *attributor, const struct number_list *parts,
                         struct reconciliation *sums)
{
    const struct line_classes *classes = attributor->facts.classes;
    struct text_pool *texts = attributor->facts.usage->texts;
    struct row_list classes_of_part;
    struct text currency = {NULL, 0};
    uint32_t code = TEXT_NULL;
    cost_shares_clear(&attributor->shares);
    key_map_clear(&attributor->plans);
    list_classes(classes, &classes_of_part);
    for (uint32_t i = 0; i < parts->count; i++) {
        uint32_t part = parts->items[i];
        uint32_t part_code = key_map_key(&classes->parts, part)[PART_CURRENCY];
        if (part_code != code) {
            cost_groups_reconcile(attributor->groups, texts, currency, sums);
            code = part_code;
            currency = text_pool_borrow(texts, code);
        }
        cost_groups_open_part(attributor->groups, part);
        for (uint32_t class = row_list_first(&classes_of_part, &part); class != ROW_LIST_END;
             class = row_list_next(&classes_of_part, class))
            attribute_class(attributor, class, reconciliation_currency(sums, currency));
        cost_groups_close_part(attributor->groups);
    }
    cost_groups_reconcile(attributor->groups, texts, currency, sums);
    row_list_close(&classes_of_part);
    if (attributor->explanation != NULL)
        explain_classes(attributor);
}
