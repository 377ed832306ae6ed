/* A result summed up for people: who spent what, when, on what.
 *
 * A cube holds series, one number a day, by a few dimensions: money by cluster, namespace and
 * product; money by node; money by tag; usage, requests and capacity by namespace and node. It is
 * filled by streaming the two daily tables once, and is small whatever their size: its
 * memory grows with the number of different clusters, namespaces, products, nodes and tags, and
 * cube_document() keeps the largest series and sums up the others.
 *
 * Money is the amortized cost with its markup. A result without the cost table gives a cube
 * without money; nodes and tags are then measured in core-hours. */
#ifndef COSTAGG_RESULT_CUBE_H
#define COSTAGG_RESULT_CUBE_H

#include "base/error.h"
#include "base/key_map.h"
#include "base/text_pool.h"
#include "result/result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_t;

/* One number a day for every key. */
struct cube_series {
    struct key_map keys;
    double *values; /* by key: width × days numbers */
    uint32_t room;
    uint32_t width; /* numbers a day */
    uint32_t days;
};

/* What usage series count, in this order. */
enum cube_usage {
    CUBE_CPU_USED,
    CUBE_CPU_REQUESTED,
    CUBE_CPU_EFFECTIVE,
    CUBE_MEMORY_USED,
    CUBE_MEMORY_REQUESTED,
    CUBE_MEMORY_EFFECTIVE,
    CUBE_VOLUME_CAPACITY,
    CUBE_VOLUME_USED,
    CUBE_USAGE_COUNT
};

enum { CUBE_CPU_CAPACITY, CUBE_MEMORY_CAPACITY, CUBE_CAPACITY_COUNT };

struct cube {
    const char *location;
    struct period days; /* first and last day with rows */
    uint32_t day_count;
    bool has_money;
    bool has_usage;
    int64_t cost_rows, usage_rows;
    struct text_pool names;       /* of the ids in the keys */
    struct key_map cluster_alias; /* cluster id, alias: the names of clusters */
    struct cube_series cost;      /* currency, cluster, namespace, product */
    struct cube_series node;      /* currency, cluster, node */
    struct cube_series tag;       /* currency, cluster, tag key, tag value */
    struct cube_series usage;     /* cluster, namespace */
    struct cube_series capacity;  /* cluster, node */
};

/* Reads a result's rows of the scope. Fails with ERROR_NO_INPUT when there are none. */
MUST_CHECK bool cube_read(struct result *result, const struct result_scope *scope,
                          struct cube *cube, struct error *error);
void cube_close(struct cube *cube);

/* The numbers of a key: `width` arrays of `days` numbers. */
static inline const double *cube_series_values(const struct cube_series *series, uint32_t index)
{
    return series->values + (size_t)index * series->width * series->days;
}

/* Sum over the days of one of a key's numbers. */
double cube_series_total(const struct cube_series *series, uint32_t index, uint32_t which);

/* True for the namespaces that stand for cost or capacity nobody used: "Platform unallocated",
 * "Worker unallocated", "Storage unattributed", "Network unattributed". */
bool cube_is_unallocated(struct text namespace);

/* The cube as the page takes it (page/cube.js describes it); the caller owns the reference. */
struct json_t *cube_document(const struct cube *cube);

#endif
