#include "attribute/explanation.h"

#include "attribute/cost_attributor.h"
#include "attribute/resource_match.h"
#include "attribute/tag_match.h"
#include "base/calendar.h"
#include "base/measure.h"
#include "base/settings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void explanation_init(struct explanation *explanation)
{
    *explanation = (struct explanation){.capacity = 256};
    explanation->bytes = memory_grow(NULL, explanation->capacity);
    explanation_clear(explanation);
}

void explanation_close(struct explanation *explanation)
{
    free(explanation->bytes);
    *explanation = (struct explanation){0};
}

void explanation_clear(struct explanation *explanation)
{
    explanation->length = 0;
    explanation->classes = 0;
    explanation->bytes[0] = '\0';
}

static void say(struct explanation *explanation, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(struct explanation *explanation, const char *format, ...)
{
    for (;;) {
        size_t room = explanation->capacity - explanation->length;
        va_list arguments;
        va_start(arguments, format);
        int length = vsnprintf(explanation->bytes + explanation->length, room, format, arguments);
        va_end(arguments);
        if ((size_t)length < room) {
            explanation->length += (size_t)length;
            return;
        }
        explanation->capacity = explanation->capacity * 2 + (size_t)length;
        explanation->bytes = memory_grow(explanation->bytes, explanation->capacity);
    }
}

/* A text for a line: null as "null", control characters as '?'. */
static void say_text(struct explanation *explanation, const char *before, struct text text)
{
    if (text.bytes == NULL) {
        say(explanation, "%snull", before);
        return;
    }
    size_t start = explanation->length + strlen(before);
    say(explanation, "%s%.*s", before, (int)text.length, text.bytes);
    for (size_t i = start; i < explanation->length; i++)
        if ((unsigned char)explanation->bytes[i] < 0x20 || explanation->bytes[i] == 0x7f)
            explanation->bytes[i] = '?';
}

static void say_id(struct explanation *explanation, const struct cost_attributor *attributor,
                   const char *before, uint32_t id)
{
    say_text(explanation, before, text_pool_borrow(attributor->facts.usage->texts, id));
}

static void say_amount(struct explanation *explanation, const char *before, double amount)
{
    if (measure_is_null(amount))
        say(explanation, "%snull", before);
    else
        say(explanation, "%s%.10g", before, amount);
}

/* ---- what matched ---- */

static void say_resource(struct explanation *explanation, const struct cost_attributor *attributor,
                         const struct bill_resource *resource)
{
    const struct attributor_facts *facts = &attributor->facts;
    char date[CALENDAR_TEXT_SIZE];
    say_id(explanation, attributor, "", resource->text);
    say(explanation, " on %s\n", calendar_format(facts->date, date));
    const uint32_t *set = bill_resources_set(facts->resources, resource->set);
    struct text text = text_pool_borrow(facts->usage->texts, resource->text);
    for (uint32_t cluster = 0; cluster < facts->bill->cluster_count; cluster++) {
        bool is_node;
        if (!cluster_set_has(set, cluster))
            continue;
        say(explanation, "  belongs to cluster %s by id: it ends with ",
            facts->bill->clusters[cluster]->cluster_id);
        struct text suffix = resource_match_suffix(facts->match, cluster, text, &is_node);
        say_text(explanation, is_node ? "the node id " : "the volume or CSI handle ", suffix);
        say(explanation, "\n");
    }
    for (uint32_t i = 0; i < resource->id_count; i++) {
        uint32_t id = facts->resources->ids.items[resource->first_id + i];
        say_text(explanation, "  contains the node id or CSI handle ",
                 text_pool_borrow(&facts->match->ids, id));
        say(explanation, "\n");
    }
    if (!resource->has_handle)
        return;
    say_amount(explanation, "  disk: greatest hourly cost ", resource->charge.max_cost);
    say_amount(explanation, ", greatest rate ", resource->charge.max_rate);
    say(explanation, ", %d hours in the month", facts->days_in_month * 24);
    say_amount(explanation, ": capacity GB ", resource->capacity_gb);
    struct disk_claims claims = disk_rest_find(facts->disks, text);
    say_amount(explanation, "\n  disk: claimed in the period, GiB ", claims.total_gib);
    say(explanation, " by %u cluster(s)\n", claims.clusters);
}

static void say_tags(struct explanation *explanation, const struct cost_attributor *attributor,
                     const struct tag_case *tags)
{
    const struct tag_cases *cases = attributor->facts.cases;
    say_id(explanation, attributor, "    tags kept: ", tags->tags);
    say(explanation, "\n");
    for (uint32_t i = 0; i < tags->string_count; i++) {
        uint32_t string = cases->strings.items[tags->first_string + i];
        say_text(explanation, "    tag text contains ",
                 text_pool_borrow(&cases->match->strings.texts, string));
        const char *between = ", of cluster ";
        for (uint32_t cluster = 0; cluster < attributor->facts.bill->cluster_count; cluster++) {
            if (!cluster_set_has(cluster_names_set(&cases->match->strings, string), cluster))
                continue;
            say(explanation, "%s%s", between,
                attributor->facts.bill->clusters[cluster]->cluster_id);
            between = ", ";
        }
        say(explanation, "\n");
    }
}

/* ---- what became of it ---- */

static const char *rule_name(char rule)
{
    switch (rule) {
    case 'a':
        return "a (storage by claim capacity)";
    case 'b':
        return "b (rest of the disk)";
    case 'c':
        return "c (by node and effective usage)";
    case 'd':
        return "d (by tag)";
    case 'e':
        return "e (network)";
    default:
        return "volume without CSI handle";
    }
}

static void say_share(struct explanation *explanation, const struct cost_attributor *attributor,
                      const struct cost_share *share, double cost)
{
    const uint32_t *target = key_map_key(&attributor->targets->map, share->target);
    say(explanation, "      rule %s, cluster %s", rule_name(share->rule),
        attributor->facts.bill->clusters[target[TARGET_CLUSTER]]->cluster_id);
    say_id(explanation, attributor, ": namespace ", target[TARGET_NAMESPACE]);
    say(explanation, " (%s)", target[TARGET_DATA_SOURCE] == DATA_SOURCE_POD ? "Pod" : "Storage");
    if (target[TARGET_NODE] != TEXT_NULL)
        say_id(explanation, attributor, ", node ", target[TARGET_NODE]);
    if (target[TARGET_CLAIM] != TEXT_NULL)
        say_id(explanation, attributor, ", claim ", target[TARGET_CLAIM]);
    if (target[TARGET_VOLUME] != TEXT_NULL)
        say_id(explanation, attributor, ", volume ", target[TARGET_VOLUME]);
    if (share->tags == SHARE_TAGS_MERGED)
        say_id(explanation, attributor, ", labels ", share->labels);
    say_amount(explanation, ": ", share->multiplier);
    if (share->divisor != 1)
        say(explanation, " / %.10g", share->divisor);
    say_amount(explanation, " of it: ", share->multiplier * cost / share->divisor);
    say(explanation, "\n");
}

static void say_plan(struct explanation *explanation, const struct cost_attributor *attributor,
                     const struct cost_plan *plan, double cost)
{
    for (uint32_t i = 0; i < plan->share_count; i++)
        say_share(explanation, attributor, &attributor->shares.shares[plan->first_share + i], cost);
    for (uint32_t i = 0; i < plan->gap_count; i++) {
        const struct cost_gap *gap = &attributor->shares.gaps[plan->first_gap + i];
        bool missing = reconciliation_entry_kind(gap->entry) == RECONCILIATION_MISSING;
        say(explanation, "      %s: %s, %.10g of it: %.10g\n", missing ? "in no row" : "too much",
            reconciliation_entry_meaning(gap->entry), gap->fraction,
            gap->fraction * measure_coalesce(cost, 0));
    }
}

static void say_amounts(struct explanation *explanation, const struct line_amounts *amounts)
{
    say_amount(explanation, "    usage amount ",
               exact_sum_value(amounts->usage_amount, EXACT_SUM_FINE));
    for (enum cost_column column = 0; column < COST_COLUMNS; column++) {
        say(explanation, ", %s ", cost_column_name(column));
        say_amount(explanation, "", exact_sum_value(amounts->costs[column], EXACT_SUM_FINE));
    }
    say(explanation, "; shares below are of the unblended cost\n");
}

static void say_outcome(struct explanation *explanation, const struct cost_plan *plans)
{
    uint32_t claims = plans[0].claims + plans[1].claims;
    enum reconciliation_entry reason =
        plans[0].failure < plans[1].failure ? plans[0].failure : plans[1].failure;
    if (claims == 0)
        say(explanation, "      in no row: %s\n", reconciliation_entry_meaning(reason));
    else if (plans[0].claims > 0 && plans[1].claims > 0)
        say(explanation, "      too much: what rule d emits, for the id has claimed the line\n");
}

void explanation_add_class(struct explanation *explanation,
                           const struct cost_attributor *attributor, uint32_t number,
                           const struct cost_plan *plans)
{
    const struct attributor_facts *facts = &attributor->facts;
    const uint32_t *key = key_map_key(&facts->classes->classes, number);
    const uint32_t *part = key_map_key(&facts->classes->parts, key[CLASS_PART]);
    const struct line_amounts *amounts = &facts->classes->amounts[number];
    static const char *const directions[] = {"", ", direction IN", ", direction OUT"};
    if (explanation->classes++ == 0)
        say_resource(explanation, attributor, &facts->resources->resources[part[PART_RESOURCE]]);
    say_id(explanation, attributor, "  lines of product ", part[PART_PRODUCT_CODE]);
    say_id(explanation, attributor, ", family ", part[PART_PRODUCT_FAMILY]);
    say_id(explanation, attributor, ", account ", part[PART_ACCOUNT]);
    say_id(explanation, attributor, ", currency ", part[PART_CURRENCY]);
    say(explanation, "%s\n", directions[key[CLASS_DIRECTION]]);
    say_amounts(explanation, amounts);
    say_tags(explanation, attributor, &facts->cases->cases[key[CLASS_CASE]]);
    double cost = exact_sum_value(amounts->costs[COST_UNBLENDED], EXACT_SUM_FINE);
    for (int i = 0; i < 2; i++)
        say_plan(explanation, attributor, &plans[i], cost);
    say_outcome(explanation, plans);
}

void explanation_add_unkept(struct explanation *explanation,
                            const struct cost_attributor *attributor,
                            const struct bill_resource *resource)
{
    explanation->classes++;
    say_resource(explanation, attributor, resource);
    say(explanation, "  in no row: %s\n",
        resource->set != 0 ? reconciliation_entry_meaning(RECONCILE_not_midnight)
                           : "its id belongs to no cluster, and no cluster has its tags, or the "
                             "time of its lines is not midnight");
}
