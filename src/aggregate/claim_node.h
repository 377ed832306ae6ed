/* Which node a storage claim was used on: through its pod.
 *
 * Rule: daily storage rows join the daily pod rows of the source on (namespace, pod, day); what is
 * found, distinct over (day, claim, volume, pod, namespace, node, resource id), joins back to the
 * storage rows on (day, claim, pod, namespace), not on the volume: a claim that had two volumes in
 * a day counts each of its storage rows twice. A row whose pod is not found keeps a null node and
 * resource id; a pod seen on two nodes gives two rows. Pods with an empty or null node take part.
 * Nulls join nothing. The node count of (day, volume) is its distinct nodes, '' counted, null not.
 *
 * Example: claim c, pod p; p ran on n1 and n2 today: two rows, (n1) and (n2), node count 2.
 *
 * Matches cte_storage_nodes and cte_volume_nodes of the reference query. */
#ifndef COSTAGG_AGGREGATE_CLAIM_NODE_H
#define COSTAGG_AGGREGATE_CLAIM_NODE_H

#include "aggregate/storage_usage.h"
#include "base/key_map.h"

/* Places of pods that own claims: of the days in flight. */
struct claim_node {
    struct key_map pods;   /* (day, namespace, pod) that occur in the storage report */
    struct key_map places; /* (pod index, node, resource id) seen in the pod report */
    uint32_t *first_place; /* by pod index, + 1 */
    uint32_t *next_place;  /* by place index, + 1 */
    uint32_t first_room;
    uint32_t next_room;
    uint8_t *is_storage_pod; /* by text id of the pod's name: worth a look-up */
    uint32_t text_room;
};

void claim_node_init(struct claim_node *claims);
void claim_node_close(struct claim_node *claims);
void claim_node_clear(struct claim_node *claims);

/* First the storage rows: whose pods' places are wanted. */
void claim_node_want(struct claim_node *claims, const struct storage_rows *rows,
                     uint32_t text_count);

/* Then the daily pod rows. */
void claim_node_note(struct claim_node *claims, int32_t day, uint32_t namespace, uint32_t pod,
                     uint32_t node, uint32_t resource_id);

/* The places found for claims on one day. */
struct claim_places {
    struct key_map claims;       /* (claim, pod, namespace) */
    struct key_map entries;      /* (claim index, volume, node, resource id): distinct */
    uint32_t *first;             /* by claim index, + 1 */
    uint32_t *next;              /* by entry, + 1 */
    struct key_map volumes;      /* volume → index of node_counts */
    struct key_map volume_nodes; /* (volume, node): distinct */
    uint32_t *node_counts;
};

void claim_places_init(struct claim_places *places);
void claim_places_close(struct claim_places *places);

/* Replaces the content by the places of `day`. */
void claim_places_build(struct claim_places *places, const struct claim_node *claims,
                        const struct storage_rows *rows, int32_t day);

/* Walks the places of a storage row: `entry` starts as claim_places_first(), 0 at the end. */
uint32_t claim_places_first(const struct claim_places *places, const struct storage_row *row);
uint32_t claim_places_next(const struct claim_places *places, uint32_t entry);
uint32_t claim_places_node(const struct claim_places *places, uint32_t entry);
uint32_t claim_places_resource_id(const struct claim_places *places, uint32_t entry);

/* Distinct nodes a volume was found on that day, null not counted. */
uint32_t claim_places_node_count(const struct claim_places *places, uint32_t volume);

#endif
