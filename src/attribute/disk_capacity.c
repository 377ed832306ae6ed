/* DiskCapacityCalculator.
 *
 * The bill does not tell a disk's size, but what an hour of it costs and at which rate a GB-month.
 * A month's rate spread over its hours is the price of a GB for an hour; the cost of an hour
 * divided by it is the size, rounded to whole GB, half away from zero.
 *
 * Worked example: an hour costs at most 0.01111, the rate is 0.08 per GB-month, October has
 * 744 hours: 0.01111 / (0.08 / 744) = 103.3 → 103 GB.
 *
 * Surprising: greatest cost and greatest rate of the day need not be of one line. Months differ:
 * the same hourly cost is 5 % more disk in March than in February's 28 days. Capacities of 0 or
 * less are dropped, and then the disk has none that day. A rate of 0 gives an infinite one, on
 * which the reference fails; here it is dropped and counted.
 *
 * The query it must match: round(max(lineitem_unblendedcost) / (max(lineitem_unblendedrate) /
 * hours of the month)) of hourly lines, by resource and day, greater than 0. */
#include "attribute/disk_capacity.h"

#include "base/measure.h"
#include "base/unit.h"

#include <math.h>

enum disk_capacity disk_capacity_of(struct disk_charge charge, int days_in_month,
                                    double *capacity_gb)
{
    if (measure_is_null(charge.max_cost) || measure_is_null(charge.max_rate) ||
        (charge.max_cost == 0 && charge.max_rate == 0))
        return DISK_CAPACITY_UNKNOWN;
    double hours = UNIT_HOURS_PER_DAY * days_in_month;
    double capacity = round(charge.max_cost / (charge.max_rate / hours));
    if (capacity == INFINITY)
        return DISK_CAPACITY_INFINITE;
    if (!(capacity > 0))
        return DISK_CAPACITY_UNKNOWN;
    *capacity_gb = capacity;
    return DISK_CAPACITY_KNOWN;
}
