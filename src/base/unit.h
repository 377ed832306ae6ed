/* Conversions between units of measure. They live here and nowhere else. */
#ifndef COSTAGG_BASE_UNIT_H
#define COSTAGG_BASE_UNIT_H

#define UNIT_SECONDS_PER_HOUR 3600.0
#define UNIT_SECONDS_PER_DAY  86400.0
#define UNIT_HOURS_PER_DAY    24
#define UNIT_GIB_PER_BYTE     0x1p-30 /* the tables say gigabyte and mean 2^30 bytes */

static inline double unit_hours_of_seconds(double seconds)
{
    return seconds / UNIT_SECONDS_PER_HOUR;
}

static inline double unit_gib_of_bytes(double bytes)
{
    return bytes * UNIT_GIB_PER_BYTE;
}

/* byte-seconds → GiB-hours */
static inline double unit_gib_hours_of_byte_seconds(double byte_seconds)
{
    return byte_seconds / UNIT_SECONDS_PER_HOUR * UNIT_GIB_PER_BYTE;
}

/* byte-seconds → GiB-months, of a month with `days` days */
static inline double unit_gib_months_of_byte_seconds(double byte_seconds, int days)
{
    return byte_seconds / (UNIT_SECONDS_PER_DAY * days) * UNIT_GIB_PER_BYTE;
}

#endif
