/* DiskCapacityCalculator: how large a disk is, told by its bill; see disk_capacity.c. */
#ifndef COSTAGG_ATTRIBUTE_DISK_CAPACITY_H
#define COSTAGG_ATTRIBUTE_DISK_CAPACITY_H

#include <stdbool.h>

/* What the hourly lines of a resource and day say: measures, null when there was none. */
struct disk_charge {
    double max_cost; /* unblended, of an hour */
    double max_rate; /* unblended, of a GB and month */
};

enum disk_capacity {
    DISK_CAPACITY_KNOWN,
    DISK_CAPACITY_UNKNOWN, /* no hourly line, a null, 0/0, or not above 0 */
    DISK_CAPACITY_INFINITE /* a rate of 0 for a cost: dropped, but to be told */
};

/* Sets *capacity_gb where it is known. */
enum disk_capacity disk_capacity_of(struct disk_charge charge, int days_in_month,
                                    double *capacity_gb);

#endif
