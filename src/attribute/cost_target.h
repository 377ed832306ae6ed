/* Where rows go, and who gets them.
 *
 * A *target* is all columns of a result row that come neither from the bill line nor from the
 * merged tags. A *receiver* is a target with the tags, cost category and direction of the row: with
 * the line part it is the row's natural key. A *space* is the namespace of a cluster, by which the
 * reconciliation tells what the rows hold.
 *
 * All are numbers that stay the same from day to day, until they are cleared because the pool of
 * their texts was emptied. */
#ifndef COSTAGG_ATTRIBUTE_COST_TARGET_H
#define COSTAGG_ATTRIBUTE_COST_TARGET_H

#include "attribute/number_list.h"
#include "base/key_map.h"

enum target_word {
    TARGET_CLUSTER,
    TARGET_DATA_SOURCE, /* enum data_source */
    TARGET_NAMESPACE,   /* text ids */
    TARGET_NODE,
    TARGET_CLAIM,
    TARGET_VOLUME,
    TARGET_STORAGECLASS,
    TARGET_COST_CATEGORY, /* as int32_t; INTEGER_NULL is null */
    TARGET_WORDS
};

enum space_word { SPACE_CLUSTER, SPACE_NAMESPACE, SPACE_WORDS };

struct cost_targets {
    struct key_map map;
    struct key_map spaces;
    struct number_list space_of_target;
};

enum receiver_word {
    RECEIVER_TARGET,
    RECEIVER_TAGS, /* text ids */
    RECEIVER_COST_CATEGORY,
    RECEIVER_DIRECTION, /* enum direction */
    RECEIVER_WORDS
};

struct cost_receivers {
    struct key_map map;
};

void cost_targets_init(struct cost_targets *targets);
void cost_targets_close(struct cost_targets *targets);
void cost_targets_clear(struct cost_targets *targets);
uint32_t cost_targets_add(struct cost_targets *targets, const uint32_t words[TARGET_WORDS]);
size_t cost_targets_size(const struct cost_targets *targets);

void cost_receivers_init(struct cost_receivers *receivers);
void cost_receivers_close(struct cost_receivers *receivers);
void cost_receivers_clear(struct cost_receivers *receivers);
uint32_t cost_receivers_add(struct cost_receivers *receivers, const uint32_t words[RECEIVER_WORDS]);

#endif
