/* A row of a cluster's daily summary as attribution reads it. Text ids, measures null as NaN. */
#ifndef COSTAGG_ATTRIBUTE_USAGE_LINE_H
#define COSTAGG_ATTRIBUTE_USAGE_LINE_H

#include <stdint.h>

enum data_source { DATA_SOURCE_POD, DATA_SOURCE_STORAGE };

struct usage_line {
    uint32_t namespace_name; /* text ids */
    uint32_t node;
    uint32_t resource_id; /* of the node */
    uint32_t pod_labels;
    uint32_t volume_labels;
    uint32_t claim;
    uint32_t volume;
    uint32_t storageclass;
    uint32_t csi_volume_handle;
    uint32_t data_source; /* enum data_source */
    uint32_t cluster;     /* its number on the bill; set by usage_index_add() */
    int32_t cost_category_id;
    double effective_cpu_core_hours;
    double effective_memory_gib_hours;
    double capacity_cpu_core_hours;
    double capacity_memory_gib_hours;
    double claim_capacity_gib;
};

#endif
