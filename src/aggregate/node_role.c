#include "aggregate/node_role.h"

#include "aggregate/day_window.h"
#include "aggregate/pod_usage.h"
#include "base/arena.h"
#include "base/like_pattern.h"
#include "decode/report.h"

#include <stdlib.h>

void node_role_table_init(struct node_role_table *table)
{
    *table = (struct node_role_table){0};
    text_pool_init(&table->texts);
    key_map_init(&table->nodes, 2);
}

void node_role_table_close(struct node_role_table *table)
{
    text_pool_close(&table->texts);
    key_map_close(&table->nodes);
    free(table->roles);
}

static uint32_t intern(struct node_role_table *table, struct text text)
{
    return text_pool_intern(&table->texts, text.bytes, text.length);
}

static void put_role(struct node_role_table *table, struct text node, struct text resource_id,
                     struct text role)
{
    const uint32_t key[] = {intern(table, node), intern(table, resource_id)};
    uint32_t role_id = intern(table, role);
    if (key[0] == TEXT_NULL || key[1] == TEXT_NULL || role_id == TEXT_NULL)
        return;
    bool added;
    uint32_t index = key_map_add(&table->nodes, key, &added);
    if (added) {
        table->roles = memory_grow(table->roles, table->nodes.capacity * sizeof *table->roles);
        table->roles[index] = TEXT_NULL;
    }
    table->roles[index] = text_greatest(&table->texts, table->roles[index], role_id);
}

static struct text text_of_string(const char *string)
{
    return (struct text){string, string == NULL ? 0 : (uint32_t)__builtin_strlen(string)};
}

void node_role_table_load(struct node_role_table *table, const struct settings *settings)
{
    for (size_t i = 0; i < settings->node_role_count; i++) {
        const struct node_role *role = &settings->node_roles[i];
        put_role(table, text_of_string(role->node), text_of_string(role->resource_id),
                 text_of_string(role->role));
    }
}

struct text node_role_find(const struct node_role_table *table, struct text node,
                           struct text resource_id)
{
    const struct text none = {NULL, 0};
    if (node.bytes == NULL || resource_id.bytes == NULL)
        return none;
    uint32_t node_id = text_pool_find(&table->texts, node.bytes, node.length);
    uint32_t id = text_pool_find(&table->texts, resource_id.bytes, resource_id.length);
    if (node_id == UINT32_MAX || id == UINT32_MAX)
        return none;
    uint32_t index = key_map_find(&table->nodes, (uint32_t[]){node_id, id});
    return index == UINT32_MAX ? none : text_pool_borrow(&table->texts, table->roles[index]);
}

void node_role_evidence_init(struct node_role_evidence *evidence)
{
    *evidence = (struct node_role_evidence){0};
    text_pool_init(&evidence->texts);
    key_map_init(&evidence->nodes, 2);
    key_map_init(&evidence->labelled, 1);
    evidence->apiserver = text_pool_intern_string(&evidence->texts, "openshift-kube-apiserver");
}

void node_role_evidence_close(struct node_role_evidence *evidence)
{
    text_pool_close(&evidence->texts);
    key_map_close(&evidence->nodes);
    key_map_close(&evidence->labelled);
    free(evidence->greatest_role);
    free(evidence->last_of_node);
    free(evidence->runs_apiserver);
    free(evidence->is_infra);
}

static void cover_texts(struct node_role_evidence *evidence)
{
    uint32_t room = evidence->texts.capacity;
    if (room <= evidence->node_room)
        return;
    evidence->last_of_node = memory_grow(evidence->last_of_node, room * sizeof(uint32_t));
    for (uint32_t i = evidence->node_room; i < room; i++)
        evidence->last_of_node[i] = UINT32_MAX;
    evidence->node_room = room;
}

/* Nearly always a node has one resource id, so the one it had last is looked at first. */
static uint32_t find_node(struct node_role_evidence *evidence, uint32_t node, uint32_t resource_id)
{
    bool added;
    uint32_t last = evidence->last_of_node[node];
    if (last != UINT32_MAX && key_map_key(&evidence->nodes, last)[1] == resource_id)
        return last;
    uint32_t index = key_map_add(&evidence->nodes, (uint32_t[]){node, resource_id}, &added);
    if (added) {
        evidence->greatest_role = memory_grow(
            evidence->greatest_role, evidence->nodes.capacity * sizeof *evidence->greatest_role);
        evidence->runs_apiserver = memory_grow(evidence->runs_apiserver, evidence->nodes.capacity);
        evidence->greatest_role[index] = TEXT_NULL;
        evidence->runs_apiserver[index] = 0;
    }
    evidence->last_of_node[node] = index;
    return index;
}

static void raise_role(struct node_role_evidence *evidence, uint32_t index, uint32_t role)
{
    if (role != evidence->greatest_role[index])
        evidence->greatest_role[index] =
            text_greatest(&evidence->texts, evidence->greatest_role[index], role);
}

void node_role_evidence_add_pods(struct node_role_evidence *evidence,
                                 const struct pod_usage_batch *batch, struct period period)
{
    struct day_window window = day_window_of(period);
    cover_texts(evidence);
    for (size_t i = 0; i < batch->rows; i++) {
        if (!day_window_holds(window, batch->interval_start[i]))
            continue;
        uint32_t index = find_node(evidence, batch->node[i], batch->resource_id[i]);
        raise_role(evidence, index, batch->node_role[i]);
        if (batch->namespace[i] == evidence->apiserver)
            evidence->runs_apiserver[index] = 1;
    }
}

static uint32_t find_labelled(struct node_role_evidence *evidence, uint32_t node)
{
    bool added;
    uint32_t index = key_map_add(&evidence->labelled, &node, &added);
    if (added) {
        evidence->is_infra = memory_grow(evidence->is_infra, evidence->labelled.capacity);
        evidence->is_infra[index] = 0;
    }
    return index;
}

void node_role_evidence_add_labels(struct node_role_evidence *evidence,
                                   const struct node_labels_batch *batch, struct period period)
{
    struct day_window window = day_window_of(period);
    for (size_t i = 0; i < batch->rows; i++) {
        if (!day_window_holds(window, batch->interval_start[i]))
            continue;
        uint32_t index = find_labelled(evidence, batch->node[i]);
        if (like_pattern_matches("%\"node_role_kubernetes_io\": \"infra\"%",
                                 text_pool_borrow(&evidence->texts, batch->node_labels[i])))
            evidence->is_infra[index] = 1;
    }
}

static uint32_t adopt(struct node_role_evidence *to, const struct node_role_evidence *from,
                      uint32_t id)
{
    struct text text = text_pool_borrow(&from->texts, id);
    id = text_pool_intern(&to->texts, text.bytes, text.length);
    cover_texts(to);
    return id;
}

void node_role_evidence_merge(struct node_role_evidence *to, const struct node_role_evidence *from)
{
    for (uint32_t i = 0; i < from->nodes.count; i++) {
        const uint32_t *key = key_map_key(&from->nodes, i);
        uint32_t node = adopt(to, from, key[0]), resource_id = adopt(to, from, key[1]);
        uint32_t index = find_node(to, node, resource_id);
        raise_role(to, index, adopt(to, from, from->greatest_role[i]));
        to->runs_apiserver[index] |= from->runs_apiserver[i];
    }
    for (uint32_t i = 0; i < from->labelled.count; i++) {
        uint32_t index = find_labelled(to, adopt(to, from, *key_map_key(&from->labelled, i)));
        to->is_infra[index] |= from->is_infra[i];
    }
}

void node_role_table_derive(struct node_role_table *table,
                            const struct node_role_evidence *evidence)
{
    for (uint32_t i = 0; i < evidence->nodes.count; i++) {
        const uint32_t *key = key_map_key(&evidence->nodes, i);
        uint32_t labelled = key_map_find(&evidence->labelled, &key[0]);
        if (labelled == UINT32_MAX)
            continue;
        struct text role = text_pool_borrow(&evidence->texts, evidence->greatest_role[i]);
        if (role.bytes == NULL)
            role = text_of_string(evidence->runs_apiserver[i]    ? "master"
                                  : evidence->is_infra[labelled] ? "infra"
                                                                 : "worker");
        put_role(table, text_pool_borrow(&evidence->texts, key[0]),
                 text_pool_borrow(&evidence->texts, key[1]), role);
    }
}
