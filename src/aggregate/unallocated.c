#include "aggregate/unallocated.h"

#include "aggregate/node_role.h"
#include "aggregate/pod_usage.h"
#include "base/arena.h"
#include "base/exact_sum.h"

#include <stdlib.h>
#include <string.h>

/* CPU and memory, used in three senses: sums of finished hours, so of rounded numbers. */
struct node_rest {
    struct exact_sum usage_cpu, request_cpu, effective_cpu;
    struct exact_sum usage_memory, request_memory, effective_memory;
    struct usage_row capacity; /* only its six capacity columns count */
    uint32_t resource_id;
    uint32_t last_resource_id; /* whose role was looked for last */
    struct text role;          /* lives in the role table */
};

const char *const unallocated_namespaces[UNALLOCATED_NAMESPACES] = {"Platform unallocated",
                                                                    "Worker unallocated", NULL};

void unallocated_init(struct unallocated *unallocated)
{
    *unallocated = (struct unallocated){0};
    key_map_init(&unallocated->nodes, 1);
}

void unallocated_close(struct unallocated *unallocated)
{
    key_map_close(&unallocated->nodes);
    free(unallocated->rests);
}

void unallocated_clear(struct unallocated *unallocated)
{
    key_map_clear(&unallocated->nodes);
    unallocated->last_namespace = TEXT_NULL; /* which is not synthetic */
    unallocated->last_is_synthetic = false;
}

static bool text_is(struct text text, const char *string)
{
    return text.bytes != NULL && text.length == strlen(string) &&
           memcmp(text.bytes, string, text.length) == 0;
}

bool unallocated_is_synthetic(struct text namespace)
{
    return text_is(namespace, "Platform unallocated") || text_is(namespace, "Worker unallocated") ||
           text_is(namespace, "Network unattributed") || text_is(namespace, "Storage unattributed");
}

static struct node_rest *find_rest(struct unallocated *unallocated, const struct usage_row *row)
{
    bool added;
    uint32_t index = key_map_add(&unallocated->nodes, &row->node, &added);
    if (!added)
        return &unallocated->rests[index];
    if (unallocated->nodes.count > unallocated->room) {
        unallocated->room = unallocated->nodes.capacity;
        unallocated->rests =
            memory_grow(unallocated->rests, unallocated->room * sizeof *unallocated->rests);
    }
    unallocated->rests[index] = (struct node_rest){
        .usage_cpu = EXACT_SUM_NULL,
        .request_cpu = EXACT_SUM_NULL,
        .effective_cpu = EXACT_SUM_NULL,
        .usage_memory = EXACT_SUM_NULL,
        .request_memory = EXACT_SUM_NULL,
        .effective_memory = EXACT_SUM_NULL,
        .capacity = *row,
        .resource_id = TEXT_NULL,
        .last_resource_id = TEXT_NULL, /* which has no role */
    };
    return &unallocated->rests[index];
}

static void take_greater_capacity(struct usage_row *to, const struct usage_row *row)
{
    to->node_capacity_cpu_cores =
        measure_max(to->node_capacity_cpu_cores, row->node_capacity_cpu_cores);
    to->node_capacity_cpu_core_hours =
        measure_max(to->node_capacity_cpu_core_hours, row->node_capacity_cpu_core_hours);
    to->node_capacity_memory_gigabytes =
        measure_max(to->node_capacity_memory_gigabytes, row->node_capacity_memory_gigabytes);
    to->node_capacity_memory_gigabyte_hours = measure_max(to->node_capacity_memory_gigabyte_hours,
                                                          row->node_capacity_memory_gigabyte_hours);
    to->cluster_capacity_cpu_core_hours =
        measure_max(to->cluster_capacity_cpu_core_hours, row->cluster_capacity_cpu_core_hours);
    to->cluster_capacity_memory_gigabyte_hours = measure_max(
        to->cluster_capacity_memory_gigabyte_hours, row->cluster_capacity_memory_gigabyte_hours);
}

/* Rows come namespace by namespace. */
static bool is_in_synthetic(struct unallocated *unallocated, const struct usage_row *row,
                            const struct text_pool *texts)
{
    if (row->namespace != unallocated->last_namespace) {
        unallocated->last_namespace = row->namespace;
        unallocated->last_is_synthetic =
            unallocated_is_synthetic(text_pool_borrow(texts, row->namespace));
    }
    return unallocated->last_is_synthetic;
}

static void note_resource_id(struct node_rest *rest, const struct usage_row *row,
                             const struct node_role_table *roles, const struct text_pool *texts)
{
    rest->last_resource_id = row->resource_id;
    rest->resource_id = text_greatest(texts, rest->resource_id, row->resource_id);
    struct text role = node_role_find(roles, text_pool_borrow(texts, row->node),
                                      text_pool_borrow(texts, row->resource_id));
    if (role.bytes != NULL && (rest->role.bytes == NULL || text_compare(rest->role, role) < 0))
        rest->role = role;
}

void unallocated_add(struct unallocated *unallocated, const struct usage_row *row,
                     const struct node_role_table *roles, const struct text_pool *texts)
{
    if (is_in_synthetic(unallocated, row, texts))
        return;
    struct node_rest *rest = find_rest(unallocated, row);
    exact_sum_add(&rest->usage_cpu, row->pod_usage_cpu_core_hours, EXACT_SUM_FINE);
    exact_sum_add(&rest->request_cpu, row->pod_request_cpu_core_hours, EXACT_SUM_FINE);
    exact_sum_add(&rest->effective_cpu, row->pod_effective_usage_cpu_core_hours, EXACT_SUM_FINE);
    exact_sum_add(&rest->usage_memory, row->pod_usage_memory_gigabyte_hours, EXACT_SUM_FINE);
    exact_sum_add(&rest->request_memory, row->pod_request_memory_gigabyte_hours, EXACT_SUM_FINE);
    exact_sum_add(&rest->effective_memory, row->pod_effective_usage_memory_gigabyte_hours,
                  EXACT_SUM_FINE);
    take_greater_capacity(&rest->capacity, row);
    if (row->resource_id != rest->last_resource_id)
        note_resource_id(rest, row, roles, texts);
}

static const char *namespace_of_role(struct text role)
{
    if (text_is(role, "master") || text_is(role, "infra"))
        return unallocated_namespaces[0];
    return text_is(role, "worker") ? unallocated_namespaces[1] : unallocated_namespaces[2];
}

static double rest_of(double capacity, struct exact_sum used)
{
    return capacity - exact_sum_value(used, EXACT_SUM_FINE); /* null when either is: NaN spreads */
}

void unallocated_row(const struct unallocated *unallocated, uint32_t n,
                     const struct usage_row *blank, struct text_pool *texts, struct usage_row *row)
{
    const struct node_rest *rest = &unallocated->rests[n];
    double cpu = rest->capacity.node_capacity_cpu_core_hours;
    double memory = rest->capacity.node_capacity_memory_gigabyte_hours;
    *row = *blank;
    row->node = *key_map_key(&unallocated->nodes, n);
    row->namespace = text_pool_intern_string(texts, namespace_of_role(rest->role));
    row->resource_id = rest->resource_id;
    row->infrastructure_usage_cost = TEXT_NULL;
    row->pod_usage_cpu_core_hours = rest_of(cpu, rest->usage_cpu);
    row->pod_request_cpu_core_hours = rest_of(cpu, rest->request_cpu);
    row->pod_effective_usage_cpu_core_hours = rest_of(cpu, rest->effective_cpu);
    row->pod_usage_memory_gigabyte_hours = rest_of(memory, rest->usage_memory);
    row->pod_request_memory_gigabyte_hours = rest_of(memory, rest->request_memory);
    row->pod_effective_usage_memory_gigabyte_hours = rest_of(memory, rest->effective_memory);
    take_greater_capacity(row, &rest->capacity);
}
