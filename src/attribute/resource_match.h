/* ResourceMatcher: which clusters a bill line belongs to by its resource id.
 *
 * A line belongs to a cluster when its resource id ends with the cloud id of one of the cluster's
 * nodes, with the name of one of its volumes or with the CSI handle of one (step 1). Which rows of
 * the day it then meets is another, looser test: the resource id contains a node's id or a disk's
 * handle (steps 2 and 3).
 *
 *   node i-0a1 and volume vol-9 of cluster east:
 *   arn:aws:ec2:us-east-1:1:volume/vol-9   ends with vol-9       belongs to east
 *   i-0a1                                  ends with i-0a1       belongs to east, meets node i-0a1
 *   i-0a12                                 contains i-0a1 only   does not belong, meets nothing
 *   i-0a12 where i-0a12 is a node, too     belongs, and meets both nodes
 *
 * Surprising: the names are those of the whole period, so a line of the first belongs although its
 * node came on the tenth (it then finds no usage to share it by); rows without a volume name give
 * no handle; the last example above charges one instance to two nodes.
 *
 * The query it must match: aws.lineitem_resourceid ends with a name from the distinct
 * resource_ids of the raw pod report, or persistentvolumes or csi_volume_handles of the raw
 * storage report. */
#ifndef COSTAGG_ATTRIBUTE_RESOURCE_MATCH_H
#define COSTAGG_ATTRIBUTE_RESOURCE_MATCH_H

#include "attribute/cluster_names.h"
#include "attribute/number_list.h"

struct pattern_automaton;

struct resource_match {
    struct cluster_names suffixes; /* names a resource id may end with */
    struct number_list lengths;    /* of them, in bytes, each once */
    struct number_list node_names; /* by text id of suffixes.texts: 1 where it is a node's id */
    struct text_pool ids;          /* node ids and CSI handles of the summary rows */
    struct pattern_automaton *contains; /* pattern n: the text id n + RESOURCE_MATCH_FIRST_ID */
};

enum { RESOURCE_MATCH_FIRST_ID = 2 }; /* after null and the empty text */

void resource_match_init(struct resource_match *match, uint32_t words);
void resource_match_close(struct resource_match *match);

/* A name of the raw reports, a node's resource id or a volume's. Null and '' match nothing and are
 * left alone. */
void resource_match_add_suffix(struct resource_match *match, size_t cluster, struct text name,
                               bool is_node);

/* A node's resource id or a CSI handle of a summary row. */
void resource_match_add_id(struct resource_match *match, struct text id);

/* After the last add; the automaton lives in `arena`. */
void resource_match_build(struct resource_match *match, struct arena *arena);

/* Adds the clusters a bill resource belongs to, to `set`. Null belongs to none. */
void resource_match_clusters(const struct resource_match *match, struct text resource,
                             uint32_t *set);

/* Adds the text ids (of match->ids) that a bill resource contains, ascending. */
void resource_match_contained(const struct resource_match *match, struct text resource,
                              struct number_list *ids);

/* The longest name of a cluster that the resource ends with, for reasons and explanations, and
 * whether it is a node's id; {NULL, 0}: none. */
struct text resource_match_suffix(const struct resource_match *match, size_t cluster,
                                  struct text resource, bool *is_node);

size_t resource_match_size(const struct resource_match *match);

#endif
