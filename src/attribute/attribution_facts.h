/* What both passes share: the facts of the whole period, gathered first and read-only afterwards.
 */
#ifndef COSTAGG_ATTRIBUTE_ATTRIBUTION_FACTS_H
#define COSTAGG_ATTRIBUTE_ATTRIBUTION_FACTS_H

#include "attribute/attribution.h"
#include "attribute/disk_rest.h"
#include "attribute/notices.h"
#include "attribute/resource_match.h"
#include "attribute/tag_match.h"

#include <pthread.h>

struct attribution {
    struct attribution_request request;
    struct arena *arena;
    pthread_mutex_t lock; /* of everything below while facts are added */
    struct resource_match resources;
    struct tag_match tags;
    struct disk_rest_facts disks;
    struct attribution_notices notices;
    struct key_map seen; /* pool, cluster, pod and volume labels; or pool, SEEN_ID, resource id */
    int days_in_month;
};

#endif
