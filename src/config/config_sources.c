#include "config/config_sources.h"

#include "base/arena.h"
#include "base/nearest.h"
#include "base/table.h"
#include "config/config.h"
#include "config/config_file.h"
#include "config/config_values.h"
#include "config/value.h"

#include <string.h>
#include <strings.h>

static bool fail_in_file(const struct config_values *values, size_t line, struct error *error,
                         const char *message)
{
    return error_set(error, ERROR_BAD_CONFIG, "%s:%zu: %s", values->file, line, message);
}

/* The text under a key of a map, NULL when absent; an empty one counts as absent. */
static const char *text_of(const struct config_node *map, const char *key)
{
    const struct config_node *node = config_node_find(map, key);
    return node != NULL && node->text[0] != '\0' ? node->text : NULL;
}

static bool small_integer(const char *text, int32_t *value)
{
    int64_t number;
    if (!value_integer(text, &number) || number <= INTEGER_NULL || number > INT32_MAX)
        return false;
    *value = (int32_t)number;
    return true;
}

/* An id of a map: a 32-bit number, INTEGER_NULL when absent. */
static bool read_id(const struct config_values *values, const struct config_node *map,
                    const char *key, int32_t *id, struct error *error)
{
    const char *text = text_of(map, key);
    *id = INTEGER_NULL;
    if (text == NULL || small_integer(text, id))
        return true;
    return error_set(error, ERROR_BAD_CONFIG, "%s:%zu: '%s' is too large: %s", values->file,
                     config_node_find(map, key)->line, key, text);
}

static bool read_option_id(const struct config_values *values, enum option_id option, int32_t *id,
                           struct error *error)
{
    const char *text = config_values_text(values, option);
    *id = INTEGER_NULL;
    if (text == NULL || small_integer(text, id))
        return true;
    return config_values_fail(values, option, error, "too large: %s", text);
}

/* ---- clusters ---- */

static bool read_cluster(const struct config_values *values, const struct config_node *map,
                         struct arena *arena, struct cluster *cluster, struct error *error)
{
    bool valid = value_uuid(config_node_find(map, "source")->text, arena, &cluster->source);
    cluster->cluster_id = text_of(map, "cluster_id");
    if (!valid || cluster->cluster_id == NULL)
        return fail_in_file(values, map->line, error, "'clusters[].cluster_id' is empty");
    cluster->cluster_alias = text_of(map, "cluster_alias");
    if (cluster->cluster_alias == NULL)
        cluster->cluster_alias = cluster->cluster_id;
    return read_id(values, map, "report_period_id", &cluster->report_period_id, error);
}

static bool read_clusters(const struct config_values *values, const struct config_node *list,
                          struct arena *arena, struct config *config, struct error *error)
{
    config->all_clusters = arena_alloc_array(arena, list->count, sizeof *config->all_clusters);
    for (size_t i = 0; i < list->count; i++) {
        struct cluster *cluster = &config->all_clusters[i];
        TRY(read_cluster(values, list->items[i].value, arena, cluster, error));
        for (size_t j = 0; j < i; j++)
            if (strcmp(config->all_clusters[j].source, cluster->source) == 0)
                return error_set(error, ERROR_BAD_CONFIG,
                                 "%s:%zu: the cluster %s is listed twice (first in line %zu)",
                                 values->file, list->items[i].line, cluster->source,
                                 list->items[j].line);
        config->all_cluster_count++;
    }
    return true;
}

/* The one cluster of ocp.* and OCP_*. */
static bool read_ocp(const struct config_values *values, struct arena *arena, struct config *config,
                     struct error *error)
{
    const char *source = config_values_text(values, OPTION_OCP_SOURCE);
    if (source == NULL)
        return true;
    struct cluster *cluster = arena_alloc(arena, sizeof *cluster);
    if (!value_uuid(source, arena, &cluster->source))
        return config_values_fail(values, OPTION_OCP_SOURCE, error, "no UUID");
    const char *id = config_values_text(values, OPTION_OCP_CLUSTER_ID);
    const char *alias = config_values_text(values, OPTION_OCP_CLUSTER_ALIAS);
    cluster->cluster_id = id != NULL ? id : cluster->source;
    cluster->cluster_alias = alias != NULL ? alias : cluster->cluster_id;
    TRY(read_option_id(values, OPTION_OCP_REPORT_PERIOD_ID, &cluster->report_period_id, error));
    config->all_clusters = cluster;
    config->all_cluster_count = 1;
    return true;
}

static bool build_clusters(const struct config_values *values, bool required, struct arena *arena,
                           struct config *config, struct error *error)
{
    const struct config_node *list =
        values->root != NULL ? config_node_find(values->root, "clusters") : NULL;
    if (list != NULL && values->of[OPTION_OCP_SOURCE].origin == ORIGIN_FILE)
        return config_values_fail(values, OPTION_OCP_SOURCE, error,
                                  "there are clusters too: keep one of the two");
    if (list != NULL)
        TRY(read_clusters(values, list, arena, config, error));
    else
        TRY(read_ocp(values, arena, config, error));
    if (config->all_cluster_count > 0 || !required)
        return true;
    return error_set(error, ERROR_BAD_CONFIG,
                     "%s%sno clusters: list them as 'clusters: [{source: UUID, cluster_id: ID}]', "
                     "or set OCP_PROVIDER_UUID and OCP_CLUSTER_ID",
                     values->file != NULL ? values->file : "", values->file != NULL ? ": " : "");
}

/* ---- bills ---- */

static bool check_provider(const struct config_values *values, const struct config_node *map,
                           struct error *error)
{
    const char *provider = text_of(map, "provider");
    if (provider == NULL || strcasecmp(provider, "AWS") == 0)
        return true;
    return error_set(error, ERROR_BAD_CONFIG,
                     "%s:%zu: unknown provider '%s': bills of these can be read: AWS", values->file,
                     config_node_find(map, "provider")->line, provider);
}

static const struct cluster *find_cluster(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->all_cluster_count; i++)
        if (strcasecmp(config->all_clusters[i].source, name) == 0)
            return &config->all_clusters[i];
    for (size_t i = 0; i < config->all_cluster_count; i++)
        if (strcmp(config->all_clusters[i].cluster_id, name) == 0)
            return &config->all_clusters[i];
    return NULL;
}

/* ", did you mean …?" for a cluster nobody knows. */
static const char *cluster_hint(const struct config *config, const char *name, struct arena *arena)
{
    struct nearest nearest;
    nearest_init(&nearest, name);
    for (size_t i = 0; i < config->all_cluster_count; i++) {
        nearest_offer(&nearest, config->all_clusters[i].source);
        nearest_offer(&nearest, config->all_clusters[i].cluster_id);
    }
    if (nearest.best != NULL)
        return arena_printf(arena, "; did you mean '%s'?", nearest.best);
    return arena_printf(arena, "; the configuration has %zu, the first is %s",
                        config->all_cluster_count,
                        config->all_cluster_count > 0 ? config->all_clusters[0].source : "none");
}

static void take_all_clusters(const struct config *config, struct arena *arena, struct bill *bill)
{
    bill->cluster_count = config->all_cluster_count;
    bill->clusters = arena_alloc_array(arena, bill->cluster_count, sizeof *bill->clusters);
    for (size_t i = 0; i < bill->cluster_count; i++)
        bill->clusters[i] = &config->all_clusters[i];
}

static bool take_listed_clusters(const struct config_values *values, const struct config *config,
                                 const struct config_node *list, struct arena *arena,
                                 struct bill *bill, struct error *error)
{
    bill->clusters = arena_alloc_array(arena, list->count, sizeof *bill->clusters);
    for (size_t i = 0; i < list->count; i++) {
        const char *name = list->items[i].value->text;
        const struct cluster *cluster = find_cluster(config, name);
        if (cluster == NULL)
            return error_set(error, ERROR_BAD_CONFIG,
                             "%s:%zu: the bill names a cluster that is not configured: '%s'%s",
                             values->file, list->items[i].line, name,
                             cluster_hint(config, name, arena));
        for (size_t j = 0; j < bill->cluster_count; j++)
            if (bill->clusters[j] == cluster)
                return error_set(error, ERROR_BAD_CONFIG, "%s:%zu: the bill names '%s' twice",
                                 values->file, list->items[i].line, name);
        bill->clusters[bill->cluster_count++] = cluster;
    }
    return true;
}

static bool read_bill(const struct config_values *values, const struct config *config,
                      const struct config_node *map, struct arena *arena, struct bill *bill,
                      struct error *error)
{
    const struct config_node *list = config_node_find(map, "clusters");
    TRY(check_provider(values, map, error));
    bill->provider = "AWS";
    if (!value_uuid(config_node_find(map, "source")->text, arena, &bill->source))
        return fail_in_file(values, map->line, error, "'bills[].source' is no UUID");
    TRY(read_id(values, map, "bill_id", &bill->bill_id, error));
    if (list != NULL && list->count > 0)
        return take_listed_clusters(values, config, list, arena, bill, error);
    take_all_clusters(config, arena, bill);
    return true;
}

static bool read_bills(const struct config_values *values, const struct config_node *list,
                       struct arena *arena, struct config *config, struct error *error)
{
    config->bills = arena_alloc_array(arena, list->count, sizeof *config->bills);
    for (size_t i = 0; i < list->count; i++) {
        struct bill *bill = &config->bills[i];
        TRY(read_bill(values, config, list->items[i].value, arena, bill, error));
        for (size_t j = 0; j < i; j++)
            if (strcmp(config->bills[j].source, bill->source) == 0)
                return error_set(error, ERROR_BAD_CONFIG,
                                 "%s:%zu: the bill %s is listed twice (first in line %zu)",
                                 values->file, list->items[i].line, bill->source,
                                 list->items[j].line);
        config->bill_count++;
    }
    return true;
}

/* The one bill of aws.* and AWS_PROVIDER_UUID. */
static bool read_aws(const struct config_values *values, struct arena *arena, struct config *config,
                     struct error *error)
{
    const char *source = config_values_text(values, OPTION_AWS_SOURCE);
    if (source == NULL)
        return true;
    struct bill *bill = arena_alloc(arena, sizeof *bill);
    bill->provider = "AWS";
    if (!value_uuid(source, arena, &bill->source))
        return config_values_fail(values, OPTION_AWS_SOURCE, error, "no UUID");
    TRY(read_option_id(values, OPTION_AWS_BILL_ID, &bill->bill_id, error));
    take_all_clusters(config, arena, bill);
    config->bills = bill;
    config->bill_count = 1;
    return true;
}

static bool build_bills(const struct config_values *values, struct arena *arena,
                        struct config *config, struct error *error)
{
    const struct config_node *list =
        values->root != NULL ? config_node_find(values->root, "bills") : NULL;
    if (list != NULL && values->of[OPTION_AWS_SOURCE].origin == ORIGIN_FILE)
        return config_values_fail(values, OPTION_AWS_SOURCE, error,
                                  "there are bills too: keep one of the two");
    return list != NULL ? read_bills(values, list, arena, config, error)
                        : read_aws(values, arena, config, error);
}

/* ---- --cluster and --bill ---- */

static bool is_named(const struct config_value *names, const char *source)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcasecmp(names->texts[i], source) == 0)
            return true;
    return false;
}

static bool check_names(const struct config_values *values, const struct config *config,
                        struct arena *arena, struct error *error)
{
    const struct config_value *clusters = &values->of[OPTION_CLUSTER];
    for (size_t i = 0; i < clusters->count; i++)
        if (find_cluster(config, clusters->texts[i]) == NULL)
            return config_values_fail(values, OPTION_CLUSTER, error, "no such cluster: %s%s",
                                      clusters->texts[i],
                                      cluster_hint(config, clusters->texts[i], arena));
    const struct config_value *bills = &values->of[OPTION_BILL];
    for (size_t i = 0; i < bills->count; i++) {
        size_t j = 0;
        while (j < config->bill_count && strcasecmp(config->bills[j].source, bills->texts[i]) != 0)
            j++;
        if (j == config->bill_count)
            return config_values_fail(values, OPTION_BILL, error,
                                      "no such bill: %s; the configuration has %zu%s%s",
                                      bills->texts[i], config->bill_count,
                                      config->bill_count > 0 ? ", the first is " : "",
                                      config->bill_count > 0 ? config->bills[0].source : "");
    }
    return true;
}

/* A bill stays when it is asked for, or runs on a cluster that is. */
static bool keeps_bill(const struct config_values *values, const struct bill *bill)
{
    const struct config_value *clusters = &values->of[OPTION_CLUSTER];
    if (values->of[OPTION_BILL].count > 0 && !is_named(&values->of[OPTION_BILL], bill->source))
        return false;
    for (size_t i = 0; i < bill->cluster_count; i++)
        if (clusters->count == 0 || is_named(clusters, bill->clusters[i]->source))
            return true;
    return false;
}

/* A cluster stays when it is asked for, or a bill that runs on it is. */
static bool keeps_cluster(const struct config_values *values, const struct config *config,
                          const struct cluster *cluster)
{
    if (values->of[OPTION_CLUSTER].count > 0)
        return is_named(&values->of[OPTION_CLUSTER], cluster->source);
    if (values->of[OPTION_BILL].count == 0)
        return true;
    for (size_t i = 0; i < config->bill_count; i++)
        for (size_t j = 0; j < config->bills[i].cluster_count; j++)
            if (config->bills[i].clusters[j] == cluster)
                return true;
    return false;
}

static void apply_names(const struct config_values *values, struct arena *arena,
                        struct config *config)
{
    size_t kept = 0;
    for (size_t i = 0; i < config->bill_count; i++)
        if (keeps_bill(values, &config->bills[i]))
            config->bills[kept++] = config->bills[i];
    config->bill_count = kept;
    config->clusters =
        arena_alloc_array(arena, config->all_cluster_count, sizeof *config->clusters);
    for (size_t i = 0; i < config->all_cluster_count; i++)
        if (keeps_cluster(values, config, &config->all_clusters[i]))
            config->clusters[config->cluster_count++] = config->all_clusters[i];
    config->clusters_filtered = config->cluster_count < config->all_cluster_count;
}

bool config_sources_build(const struct config_values *values, bool required, struct arena *arena,
                          struct config *config, struct error *error)
{
    TRY(build_clusters(values, required, arena, config, error));
    TRY(build_bills(values, arena, config, error));
    if (config->all_cluster_count == 0 && config->bill_count > 0 && required)
        return error_set(error, ERROR_BAD_CONFIG, "a bill without any cluster");
    TRY(check_names(values, config, arena, error));
    apply_names(values, arena, config);
    return true;
}
