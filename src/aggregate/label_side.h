/* The labels of nodes, or of namespaces, by day.
 *
 * Rule: the label side of the join is distinct after filtering. A node that carries two different
 * filtered label sets within one day has two, and each of its pod rows joins both, its usage
 * counted in each. A null label text is a set of its own, different from {}.
 *
 * Example: node n1 reports {"app":"a"} at noon and {"app":"b"} at one: sets of (day, n1) are both.
 *
 * Matches the cte_node_labels and cte_namespace_labels parts of the reference query. */
#ifndef COSTAGG_AGGREGATE_LABEL_SIDE_H
#define COSTAGG_AGGREGATE_LABEL_SIDE_H

#include "base/key_map.h"

#include <stdint.h>

struct label_side {
    struct key_map names;        /* (day, name) → index into first[] */
    struct key_map sets;         /* (day, name, set): distinct */
    uint32_t *first;             /* first entry of the name + 1, 0: none */
    uint32_t *next;              /* next entry of the same name + 1, by index of `sets` */
    struct label_latest *latest; /* by name: the day added last, asked for most */
    uint32_t latest_room;
    uint32_t first_room;
    uint32_t next_room;
};

void label_side_init(struct label_side *side);
void label_side_close(struct label_side *side);
void label_side_clear(struct label_side *side);

/* Notes that `name` carried the filtered set on the day. */
void label_side_add(struct label_side *side, int32_t day, uint32_t name, uint32_t set);

/* Walks the sets of a name: `entry` starts as the result of label_side_first() and is 0 at the end;
 * label_side_set() is its set. A null name has none. */
uint32_t label_side_first(const struct label_side *side, int32_t day, uint32_t name);
uint32_t label_side_next(const struct label_side *side, uint32_t entry);
uint32_t label_side_set(const struct label_side *side, uint32_t entry);

#endif
