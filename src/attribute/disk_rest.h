/* Rule b: the rest of a disk that nobody claims; see disk_rest.c.
 *
 * Its facts are of the whole period and of all clusters, so they are gathered first. */
#ifndef COSTAGG_ATTRIBUTE_DISK_REST_H
#define COSTAGG_ATTRIBUTE_DISK_REST_H

#include "attribute/cost_share.h"
#include "attribute/row_list.h"
#include "attribute/usage_index.h"

struct number_list;

/* How much of a disk is claimed in the period, by how many clusters. */
struct disk_claims {
    double total_gib; /* null where no claim has a capacity */
    uint32_t clusters;
};

struct disk_rest_facts {
    struct text_pool volumes;
    struct key_map claims;            /* cluster, handle, volume, bits of the capacity */
    struct number_list days;          /* of a claim: bit d is the period's day d */
    struct row_list by_handle;        /* handle: claims */
    struct text_pool resources;       /* bill resources that contain a handle */
    struct number_list resource_days; /* of a resource's id: the days it is billed */
    struct disk_claims *disks;        /* by text id of `resources`, after build */
};

void disk_rest_facts_init(struct disk_rest_facts *facts);
void disk_rest_facts_close(struct disk_rest_facts *facts);

/* A summary row with a handle (an id of the ResourceMatcher); `day` counts from the period's
 * first, at most 31. */
void disk_rest_add_claim(struct disk_rest_facts *facts, uint32_t cluster, uint32_t handle,
                         struct text volume, double capacity_gib, int day);

/* The days (bits) on which the bill has midnight lines of a resource that contains a handle. */
void disk_rest_add_resource(struct disk_rest_facts *facts, struct text resource, uint32_t days);

/* After the last add: what is claimed of each disk. `match` finds the handles. */
void disk_rest_build(struct disk_rest_facts *facts, const struct resource_match *match);

/* {null, 0} for a resource without claims. */
struct disk_claims disk_rest_find(const struct disk_rest_facts *facts, struct text resource);

size_t disk_rest_size(const struct disk_rest_facts *facts);

/* Adds the share of a cluster that has a row on the disk in its rest, if there is one; returns the
 * fraction of the line it emits, 0 if none. */
double disk_rest(const struct usage_index *usage, uint32_t cluster, const uint32_t *ids,
                 uint32_t id_count, double capacity_gb, struct disk_claims claims,
                 struct cost_targets *targets, struct cost_shares *shares);

#endif
