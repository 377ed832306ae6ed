/* The roles of nodes: master, infra or worker, by node and resource id.
 *
 * Rule: where the settings list roles, the greatest text of a (node, resource id) counts. Otherwise
 * they are derived from the data of the period: per (node, resource id) of the daily pod report,
 * for nodes that have at least one node-label row: the greatest node_role; where that is null,
 * `master` if namespace openshift-kube-apiserver ran there, else `infra` if any of the node's label
 * texts matches LIKE '%"node_role_kubernetes_io": "infra"%', else `worker`. The roles of all
 * clusters of a run form one table. A null node or resource id has no role.
 *
 * Example: n1 has node_role null everywhere and runs openshift-kube-apiserver: master.
 *
 * The finished table is read by many threads. Matches reporting_ocp_nodes upstream. */
#ifndef COSTAGG_AGGREGATE_NODE_ROLE_H
#define COSTAGG_AGGREGATE_NODE_ROLE_H

#include "base/key_map.h"
#include "base/settings.h"
#include "base/text_pool.h"

struct node_labels_batch;
struct period;
struct pod_usage_batch;

struct node_role_table {
    struct text_pool texts;
    struct key_map nodes; /* (node, resource id) → roles */
    uint32_t *roles;      /* text ids */
};

void node_role_table_init(struct node_role_table *table);
void node_role_table_close(struct node_role_table *table);

/* Takes the roles the settings list. */
void node_role_table_load(struct node_role_table *table, const struct settings *settings);

/* The role of a node ("worker"), {NULL, 0} when it has none. */
struct text node_role_find(const struct node_role_table *table, struct text node,
                           struct text resource_id);

/* Derivation: one per cluster (or several that are merged into one, in any order), fed with its pod
 * and node-label rows, then merged into the table. */
struct node_role_evidence {
    struct text_pool texts;
    struct key_map nodes;   /* (node, resource id) */
    uint32_t *last_of_node; /* by text id of a node: its index found last */
    uint32_t node_room;
    uint32_t *greatest_role; /* by index; TEXT_NULL: none reported */
    uint8_t *runs_apiserver; /* by index */
    struct key_map labelled; /* node → is_infra */
    uint8_t *is_infra;
    uint32_t apiserver; /* text id of the namespace */
};

void node_role_evidence_init(struct node_role_evidence *evidence);
void node_role_evidence_close(struct node_role_evidence *evidence);

/* Need interval_start, namespace, node, resource_id, node_role; and interval_start, node,
 * node_labels. Ids belong to evidence->texts. */
void node_role_evidence_add_pods(struct node_role_evidence *evidence,
                                 const struct pod_usage_batch *batch, struct period period);
void node_role_evidence_add_labels(struct node_role_evidence *evidence,
                                   const struct node_labels_batch *batch, struct period period);

/* Adds the evidence of other rows of the same cluster. */
void node_role_evidence_merge(struct node_role_evidence *to, const struct node_role_evidence *from);

void node_role_table_derive(struct node_role_table *table,
                            const struct node_role_evidence *evidence);

#endif
