/* A day's distinct bill resources, and what matching knows of each: looked at once per resource,
 * not once per line. */
#ifndef COSTAGG_ATTRIBUTE_BILL_RESOURCE_H
#define COSTAGG_ATTRIBUTE_BILL_RESOURCE_H

#include "attribute/disk_capacity.h"
#include "attribute/number_list.h"
#include "attribute/usage_index.h"
#include "base/key_map.h"

#include <stdbool.h>
#include <stdint.h>

struct attribution_notices;
struct resource_match;

struct bill_resource {
    uint32_t text;     /* text id; null for null and '' */
    uint32_t set;      /* of clusters it belongs to: index of bill_resources.sets */
    uint32_t first_id; /* ids it contains, in bill_resources.ids */
    uint32_t id_count;
    bool has_handle;           /* contains the CSI handle of a row of the day, of any cluster */
    struct disk_charge charge; /* of the hourly lines */
    double capacity_gb;        /* after bill_resources_measure(); null: unknown */
};

struct bill_resources {
    const struct resource_match *match;
    const struct usage_index *usage;
    uint32_t cluster_count;
    struct number_list resource_of_text; /* by text id: number + 1; 0: not seen */
    struct bill_resource *resources;     /* number 0: the null resource */
    uint32_t count;
    uint32_t capacity;
    struct number_list ids; /* ids of match->ids */
    struct key_map sets;    /* of clusters; number 0 is the empty set */
    struct number_list scratch;
};

void bill_resources_init(struct bill_resources *resources, const struct resource_match *match,
                         const struct usage_index *usage, uint32_t cluster_count);
void bill_resources_close(struct bill_resources *resources);

/* Forgets the day before; after all usage of the day was added. */
void bill_resources_open(struct bill_resources *resources);

/* Must be called when texts were added to the pool, before the look-ups that follow. */
static inline void bill_resources_cover(struct bill_resources *resources)
{
    number_list_cover(&resources->resource_of_text, resources->usage->texts->count);
}

/* Enters a text id that bill_resources_find() has not seen. */
uint32_t bill_resources_add(struct bill_resources *resources, uint32_t text);

/* The number of a resource. */
static inline uint32_t bill_resources_find(struct bill_resources *resources, uint32_t text)
{
    uint32_t known = resources->resource_of_text.items[text];
    return known != 0 ? known - 1 : bill_resources_add(resources, text);
}

/* Works out the capacities of disks, when all hourly lines are in. */
void bill_resources_measure(struct bill_resources *resources, int days_in_month,
                            struct attribution_notices *notices);

/* The clusters of a set; valid until the next resource is added. */
static inline const uint32_t *bill_resources_set(const struct bill_resources *resources,
                                                 uint32_t set)
{
    return key_map_key(&resources->sets, set);
}

#endif
