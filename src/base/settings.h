/* What an organisation has set for its costs: tag keys, categories, roles, aliases.
 *
 * Filled from the configuration or from PostgreSQL, read by aggregate/ and attribute/. All strings
 * are NUL-terminated UTF-8 in the run's arena; arrays may be NULL when their count is 0. */
#ifndef COSTAGG_BASE_SETTINGS_H
#define COSTAGG_BASE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct string_list {
    const char **items;
    size_t count;
};

struct cost_category {
    const char *namespace_pattern; /* SQL LIKE: % and _, no escape character */
    int32_t id;
};

struct node_role {
    const char *node;
    const char *resource_id; /* NULL: null */
    const char *role;        /* master, infra or worker */
};

struct account_alias {
    const char *account_id;
    int32_t id;
};

struct settings {
    struct string_list enabled_ocp_keys; /* as listed: vm_kubevirt_io_name only if listed */
    struct string_list enabled_aws_keys;
    struct string_list disabled_ocp_keys; /* for the tag summaries: keys whose rows go */
    struct string_list disabled_aws_keys;
    struct cost_category *cost_categories;
    size_t cost_category_count;
    struct node_role *node_roles;
    size_t node_role_count;
    bool node_roles_given; /* false: derive them from the data */
    struct account_alias *account_aliases;
    size_t account_alias_count;
};

/* One OpenShift cluster: a source of usage. */
struct cluster {
    const char *source; /* uuid, lower case */
    const char *cluster_id;
    const char *cluster_alias;
    int32_t report_period_id; /* INTEGER_NULL: null */
};

/* One cloud bill and the clusters that run on it. */
struct bill {
    const char *provider; /* "AWS" */
    const char *source;   /* uuid, lower case */
    int32_t bill_id;      /* INTEGER_NULL: null */
    const struct cluster **clusters;
    size_t cluster_count;
};

enum cost_distribution { DISTRIBUTION_CPU, DISTRIBUTION_MEMORY, DISTRIBUTION_WEIGHTED };

struct cost_rules {
    double markup; /* decimal fraction: 0.10 is 10 % */
    enum cost_distribution distribution;
    double cpu_weight; /* of `weighted` */
    double memory_weight;
    bool non_csi_to_namespace; /* cost.non_csi_storage: namespace */
};

#endif
