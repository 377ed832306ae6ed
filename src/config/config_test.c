#include "config/config.h"

#include "base/arena.h"
#include "base/table.h"
#include "config/command_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SOURCE "be3edc0a-1ef2-44f0-8be0-3db0dc2574bd"
#define OTHER  "be3edc0a-1ef2-44f0-8be0-3db0dc2574be"
#define BILL   "afbd67f9-6196-49cf-a198-8ad9f06c144a"

/* A configuration that is complete but for what a test adds. */
#define BASE                      \
    "org_id: org1\ninput: ./in\n" \
    "period: {start: 2025-10-01, end: 2025-10-31}\n"
#define CLUSTERS "clusters:\n  - {source: " SOURCE ", cluster_id: c1, cluster_alias: east}\n"

enum { MOST = 12 };

static struct arena arena;
static struct config config;
static struct error error;
static char *log_text;
static size_t log_length;

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* Loads a file of that text with flags (words separated by blanks). */
static bool load(const char *yaml, const char *flags)
{
    char path[64];
    snprintf(path, sizeof path, "/tmp/config_test.%ld.yaml", (long)getpid());
    write_file(path, yaml);
    char *argv[MOST] = {arena_copy(&arena, "costagg", 7), arena_copy(&arena, "run", 3),
                        arena_copy(&arena, "-c", 2), arena_copy(&arena, path, strlen(path))};
    int argc = 4;
    const char *word;
    size_t length;
    while (option_next_word(&flags, &word, &length))
        argv[argc++] = arena_copy(&arena, word, length);
    struct command_line line;
    error = (struct error){0};
    /* The log goes to a file that stands for standard error. */
    fflush(stderr);
    int kept = dup(STDERR_FILENO);
    FILE *capture = tmpfile();
    assert_non_null(capture);
    assert_true(dup2(fileno(capture), STDERR_FILENO) >= 0);
    bool done = command_line_parse(argc, argv, &arena, &line, &error) &&
                config_load(&line, &arena, &config, &error);
    fflush(stderr);
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    close(kept);
    rewind(capture);
    log_text = arena_alloc(&arena, 4096);
    log_length = fread(log_text, 1, 4095, capture);
    fclose(capture);
    unlink(path);
    return done;
}

static void test_a_whole_file(void **state)
{
    (void)state;
    assert_true(load("org_id: org1234567\n"
                     "input: ./data-root\n"
                     "output: [sqlite:costs.db, 'csv:out']\n"
                     "period: {start: 2025-10-30, end: 2025-11-02}\n"
                     "settings:\n"
                     "  from: inline\n"
                     "  enabled_tag_keys: {OCP: [app, team], AWS: [app]}\n"
                     "  disabled_tag_keys: {AWS: [old]}\n"
                     "  cost_categories: [{namespace: \"openshift-%\", id: 2}]\n"
                     "  node_roles: [{node: n1, resource_id: '', role: worker}, "
                     "{node: n2, role: infra}]\n"
                     "  account_aliases: [{account_id: \"111111111111\", id: 11}]\n"
                     "clusters:\n"
                     "  - {source: BE3EDC0A-1ef2-44f0-8be0-3db0dc2574bd, cluster_id: c1,\n"
                     "     cluster_alias: my-east, report_period_id: 100}\n"
                     "  - {source: " OTHER ", cluster_id: c2}\n"
                     "bills:\n"
                     "  - {provider: AWS, source: " BILL ", bill_id: 7, clusters: []}\n"
                     "cost:\n"
                     "  markup: 0.10\n"
                     "  distribution: {method: weighted, weights: {aws: {cpu_weight: 0.6}}}\n"
                     "  non_csi_storage: namespace\n"
                     "postgresql: {schema: org1234567}\n"
                     "performance: {max_workers: 2, use_streaming: auto, chunk_size: 5000,\n"
                     "              use_bulk_copy: false, memory_limit: 512MB}\n",
                     ""));
    assert_string_equal(config.org_id, "org1234567");
    assert_int_equal(config.period.first, calendar_day(2025, 10, 30));
    assert_int_equal(config.period.last, calendar_day(2025, 11, 2));
    assert_int_equal(config.outputs.count, 2);
    assert_string_equal(config.outputs.items[1], "csv:out");
    assert_string_equal(config.state, "costs.db-state");
    assert_false(config.state_given);
    assert_string_equal(config.output_schema, "org1234567");
    assert_int_equal(config.settings.enabled_ocp_keys.count, 2);
    assert_string_equal(config.settings.enabled_ocp_keys.items[1], "team");
    assert_string_equal(config.settings.disabled_aws_keys.items[0], "old");
    assert_string_equal(config.settings.cost_categories[0].namespace_pattern, "openshift-%");
    assert_true(config.settings.node_roles_given);
    assert_string_equal(config.settings.node_roles[0].resource_id, "");
    assert_null(config.settings.node_roles[1].resource_id);
    assert_int_equal(config.settings.account_aliases[0].id, 11);
    assert_string_equal(config.clusters[0].source, SOURCE);
    assert_int_equal(config.clusters[0].report_period_id, 100);
    assert_string_equal(config.clusters[1].cluster_alias, "c2");
    assert_int_equal(config.clusters[1].report_period_id, INTEGER_NULL);
    assert_int_equal(config.bills[0].bill_id, 7);
    assert_int_equal(config.bills[0].cluster_count, 2);
    assert_ptr_equal(config.bills[0].clusters[1], &config.all_clusters[1]);
    assert_true(config.cost_rules.markup == 0.10);
    assert_int_equal(config.cost_rules.distribution, DISTRIBUTION_WEIGHTED);
    assert_true(config.cost_rules.cpu_weight == 0.6 && config.cost_rules.memory_weight == 0.4);
    assert_true(config.cost_rules.non_csi_to_namespace);
    assert_int_equal(config.threads, 2);
    assert_int_equal(config.chunk_size, 5000);
    assert_false(config.use_bulk_copy);
    assert_int_equal(config.memory_limit, 512000000);
    assert_int_equal(log_length, 0);
}

static void test_defaults(void **state)
{
    (void)state;
    assert_true(load(BASE CLUSTERS, ""));
    assert_int_equal(config.stage, STAGE_ALL);
    assert_int_equal(config.outputs.count, 1);
    assert_string_equal(config.outputs.items[0], "sqlite:costs.db");
    assert_int_equal(config.settings_from, SETTINGS_INLINE);
    assert_false(config.settings.node_roles_given);
    assert_int_equal(config.bill_count, 0);
    assert_true(config.cost_rules.markup == 0);
    assert_true(config.cost_rules.cpu_weight == 0.73 && config.cost_rules.memory_weight == 0.27);
    assert_true(config.threads >= 1);
    assert_int_equal(config.chunk_size, 100000);
    assert_true(config.use_bulk_copy);
    assert_int_equal(config.memory_limit, 0);
    assert_int_equal(config.shard_index, 0);
    assert_int_equal(config.shard_count, 1);
    assert_false(config.rollups);
    assert_false(config.strict);
    assert_null(config.report_file);
    assert_null(config.s3.endpoint);
    assert_false(config.s3.insecure_tls);
    assert_int_equal(config.s3.retries, -1);
}

static void test_flag_beats_environment_beats_file(void **state)
{
    (void)state;
    setenv("COSTAGG_STAGE", "cost", 1);
    setenv("COSTAGG_THREADS", "5", 1);
    assert_true(load(BASE CLUSTERS "stage: usage\nthreads: 4\nstrict: true\n", "--threads 6"));
    assert_int_equal(config.stage, STAGE_COST);
    assert_int_equal(config.threads, 6);
    assert_true(config.strict);
    unsetenv("COSTAGG_STAGE");
    unsetenv("COSTAGG_THREADS");
    assert_true(load(BASE CLUSTERS "stage: usage\nstrict: true\n", "--no-strict"));
    assert_int_equal(config.stage, STAGE_USAGE);
    assert_false(config.strict);
}

static void test_environment_lists_are_split_at_blanks(void **state)
{
    (void)state;
    setenv("COSTAGG_OUTPUT", "csv:a  sqlite:b.db", 1);
    assert_true(load(BASE CLUSTERS, ""));
    unsetenv("COSTAGG_OUTPUT");
    assert_int_equal(config.outputs.count, 2);
    assert_string_equal(config.outputs.items[1], "sqlite:b.db");
}

/* The file of the concept paper's program, as it is. */
static const char papers_file[] =
    "s3: {endpoint: '${S3_ENDPOINT}', access_key: '${S3_ACCESS_KEY}',\n"
    "     secret_key: '${S3_SECRET_KEY}', bucket: '${S3_BUCKET:-cost-management}',\n"
    "     use_ssl: false, verify_ssl: true, region: us-east-1}\n"
    "postgresql:\n"
    "  host: '${POSTGRES_HOST:-db}'\n"
    "  port: 5432\n"
    "  database: koku\n"
    "  user: koku\n"
    "  password: '${POSTGRES_PASSWORD}'\n"
    "  schema: org1234567\n"
    "organization: {org_id: org1234567}\n"
    "ocp:\n"
    "  provider_uuid: '${OCP_PROVIDER_UUID}'\n"
    "  cluster_id: c1\n"
    "  cluster_alias: '${OCP_CLUSTER_ALIAS:-OCP Cluster}'\n"
    "  report_period_id: 1\n"
    "  year: '2025'\n"
    "  month: '02'\n"
    "  parquet_path_pod: data/${ORG_ID}/OCP/source={provider_uuid}/year={year}/month={month}/*/"
    "openshift_pod_usage_line_items\n"
    "  parquet_path_storage: data/x/source={provider_uuid}/daily/all\n"
    "aws: {provider_uuid: '${AWS_PROVIDER_UUID:-}',\n"
    "      parquet_path_line_items: 'data/${ORG_ID}/AWS/source={provider_uuid}/year={year}/*'}\n"
    "cost: {distribution: {method: cpu, weights: {aws: {cpu_weight: 0.73, memory_weight: 0.27}}}}\n"
    "performance: {parallel_readers: 4, max_workers: 4, chunk_size: 50000, use_streaming: false,\n"
    "              use_bulk_copy: true, db_batch_size: 1000}\n"
    "logging: {level: '${LOG_LEVEL:-INFO}', format: console, show_sql: false}\n"
    "features: {pod_aggregation: true}\n"
    "validation: {enabled: true, trino: {host: x}}\n";

static void test_the_papers_file_works_unchanged(void **state)
{
    (void)state;
    setenv("S3_ENDPOINT", "minio:9000", 1);
    setenv("S3_ACCESS_KEY", "key", 1);
    setenv("S3_SECRET_KEY", "hidden", 1);
    setenv("POSTGRES_PASSWORD", "hidden", 1);
    setenv("OCP_PROVIDER_UUID", SOURCE, 1);
    setenv("ORG_ID", "org1234567", 1);
    assert_true(load(papers_file, ""));
    assert_string_equal(config.input, "s3://cost-management");
    assert_string_equal(config.s3.endpoint, "http://minio:9000");
    assert_string_equal(config.s3.secret_key, "hidden");
    assert_string_equal(config.outputs.items[0], "postgresql:");
    assert_string_equal(config.postgresql.host, "db");
    assert_string_equal(config.postgresql.password, "hidden");
    assert_string_equal(config.output_schema, "org1234567");
    assert_int_equal(config.settings_from, SETTINGS_POSTGRESQL);
    assert_string_equal(config.settings_location, "postgresql:");
    assert_int_equal(config.cluster_count, 1);
    assert_string_equal(config.clusters[0].cluster_alias, "OCP Cluster");
    assert_int_equal(config.clusters[0].report_period_id, 1);
    assert_int_equal(config.bill_count, 0);
    assert_int_equal(config.period.first, calendar_day(2025, 2, 1));
    assert_int_equal(config.period.last, calendar_day(2025, 2, 28));
    assert_int_equal(config.threads, 4);
    assert_int_equal(config.use_streaming, STREAMING_OFF);
    /* One line names what has no meaning, and no secret is in it. */
    assert_non_null(strstr(log_text, "performance.parallel_readers (line"));
    assert_non_null(strstr(log_text, "validation (line"));
    assert_ptr_equal(strchr(log_text, '\n'), log_text + log_length - 1);
    assert_null(strstr(log_text, "hidden"));
    setenv("AWS_PROVIDER_UUID", BILL, 1);
    assert_true(load(papers_file, "--start 2025-02-03"));
    assert_int_equal(config.period.first, calendar_day(2025, 2, 3));
    assert_int_equal(config.period.last, calendar_day(2025, 2, 28));
    assert_int_equal(config.bill_count, 1);
    assert_int_equal(config.bills[0].bill_id, INTEGER_NULL);
    assert_int_equal(config.bills[0].cluster_count, 1);
    static const char *const names[] = {"S3_ENDPOINT",       "S3_ACCESS_KEY",     "S3_SECRET_KEY",
                                        "POSTGRES_PASSWORD", "OCP_PROVIDER_UUID", "ORG_ID",
                                        "AWS_PROVIDER_UUID"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unsetenv(names[i]);
}

static void test_templates_know_hourly_and_daily(void **state)
{
    (void)state;
    assert_true(load(BASE CLUSTERS
                     "ocp:\n"
                     "  parquet_path_pod: a/openshift_pod_usage_line_items/*\n"
                     "  parquet_path_storage: b/openshift_storage_usage_line_items_daily\n"
                     "  parquet_path_node_labels: c/labels\n"
                     "aws: {parquet_path_line_items: d/*}\n",
                     ""));
    const char **pod = config.templates[REPORT_POD_USAGE];
    assert_string_equal(pod[TEMPLATE_HOURLY], "a/openshift_pod_usage_line_items");
    assert_string_equal(pod[TEMPLATE_DAILY], "a/openshift_pod_usage_line_items_daily");
    const char **storage = config.templates[REPORT_STORAGE_USAGE];
    assert_null(storage[TEMPLATE_HOURLY]);
    assert_string_equal(storage[TEMPLATE_DAILY], "b/openshift_storage_usage_line_items_daily");
    assert_string_equal(config.templates[REPORT_NODE_LABELS][TEMPLATE_HOURLY], "c/labels");
    assert_null(config.templates[REPORT_NODE_LABELS][TEMPLATE_DAILY]);
    assert_string_equal(config.templates[REPORT_AWS_LINE_ITEMS][TEMPLATE_EITHER], "d");
    assert_null(config.templates[REPORT_NAMESPACE_LABELS][TEMPLATE_HOURLY]);
}

static void test_names_choose_clusters_and_bills(void **state)
{
    static const char yaml[] = BASE "clusters:\n  - {source: " SOURCE ", cluster_id: c1}\n"
                                    "  - {source: " OTHER ", cluster_id: c2}\n"
                                    "bills:\n  - {source: " BILL ", clusters: [c2]}\n"
                                    "  - {source: " SOURCE ", clusters: [" SOURCE "]}\n";
    (void)state;
    assert_true(load(yaml, ""));
    assert_false(config.clusters_filtered);
    assert_string_equal(config.bills[0].clusters[0]->cluster_id, "c2");
    assert_true(load(yaml, "--cluster " OTHER));
    assert_true(config.clusters_filtered);
    assert_int_equal(config.cluster_count, 1);
    assert_int_equal(config.all_cluster_count, 2);
    assert_string_equal(config.clusters[0].cluster_id, "c2");
    assert_int_equal(config.bill_count, 1);
    assert_string_equal(config.bills[0].source, BILL);
    assert_true(load(yaml, "--bill " SOURCE));
    assert_int_equal(config.bill_count, 1);
    assert_int_equal(config.cluster_count, 1);
    assert_string_equal(config.clusters[0].cluster_id, "c1");
}

static void test_shadow_writes_beside_the_live_schema(void **state)
{
    (void)state;
    assert_true(load(BASE CLUSTERS "postgresql: {schema: org1}\noutput_mode: shadow\n", ""));
    assert_string_equal(config.live_schema, "org1");
    assert_string_equal(config.output_schema, "org1_shadow");
    assert_true(load(BASE CLUSTERS "postgresql: {schema: org1}\n"
                                   "output: {to: [sqlite:a.db], mode: shadow}\n",
                     ""));
    assert_string_equal(config.output_schema, "org1_shadow");
    assert_string_equal(config.outputs.items[0], "sqlite:a.db");
    assert_false(load(BASE CLUSTERS "output: {modus: shadow}\n", ""));
    assert_int_equal(error.kind, ERROR_BAD_CONFIG);
    assert_false(load(BASE CLUSTERS, "--output-mode shadow"));
    assert_int_equal(error.kind, ERROR_USAGE);
    assert_false(
        load(BASE CLUSTERS "postgresql: {schema: a}\nshadow_schema: a\noutput_mode: shadow\n", ""));
}

static void test_state_lies_beside_the_first_output(void **state)
{
    static const struct {
        const char *output;
        const char *place;
    } cases[] = {
        {"sqlite:a/costs.db", "a/costs.db-state"}, {"parquet:out/", "out-state"},
        {"parquet:s3://b/p", "s3://b/p-state"},    {"parquet:s3://b", "s3://b/costagg-state"},
        {"postgresql:", "costagg-state"},          {"csv:dir", "dir-state"},
    };
    char flags[80];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(flags, sizeof flags, "--output %s", cases[i].output);
        assert_true(load(BASE CLUSTERS, flags));
        assert_string_equal(config.state, cases[i].place);
    }
    assert_true(load(BASE CLUSTERS, "--state s3://b/state"));
    assert_true(config.state_given);
}

static void test_a_token_belongs_to_its_key(void **state)
{
    (void)state;
    setenv("AWS_SESSION_TOKEN", "token", 1);
    setenv("AWS_ACCESS_KEY_ID", "a", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "b", 1);
    assert_true(load(BASE CLUSTERS, ""));
    assert_string_equal(config.s3.session_token, "token");
    assert_true(load(BASE CLUSTERS "s3: {session_token: own}\n", ""));
    assert_string_equal(config.s3.session_token, "token");
    setenv("S3_ACCESS_KEY", "c", 1);
    setenv("S3_SECRET_KEY", "d", 1);
    assert_true(load(BASE CLUSTERS, ""));
    assert_string_equal(config.s3.access_key, "c");
    assert_null(config.s3.session_token);
    unsetenv("AWS_SESSION_TOKEN");
    unsetenv("AWS_ACCESS_KEY_ID");
    unsetenv("AWS_SECRET_ACCESS_KEY");
    unsetenv("S3_ACCESS_KEY");
    unsetenv("S3_SECRET_KEY");
}

static void test_service_links_of_kubernetes_are_no_ports(void **state)
{
    (void)state;
    setenv("POSTGRES_PORT", "tcp://10.0.0.1:5432", 1);
    assert_true(load(BASE CLUSTERS, ""));
    assert_null(config.postgresql.port);
    unsetenv("POSTGRES_PORT");
}

/* What is refused, and the words the message must have. */
static const struct {
    const char *yaml;
    const char *flags;
    enum error_kind kind;
    const char *message;
} refusals[] = {
    {BASE CLUSTERS "markup: 1\n", "", ERROR_BAD_CONFIG,
     "yaml:6: unknown key 'markup'; did you mean 'cost.markup'?"},
    {BASE CLUSTERS "cost: {markupp: 1}\n", "", ERROR_BAD_CONFIG,
     "unknown key 'cost.markupp'; did you mean 'cost.markup'?"},
    {"org_di: x\n", "", ERROR_BAD_CONFIG, "yaml:1: unknown key 'org_di'; did you mean 'org_id'?"},
    {"clusters:\n  - {sorce: x}\n", "", ERROR_BAD_CONFIG,
     "yaml:2: unknown key 'clusters[].sorce'; did you mean 'clusters[].source'?"},
    {"elephant: 1\n", "", ERROR_BAD_CONFIG, "unknown key 'elephant'; `costagg help"},
    {BASE CLUSTERS "strict: maybe\n", "", ERROR_BAD_CONFIG,
     "yaml:6: 'strict' wants true or false, not 'maybe'"},
    {BASE CLUSTERS "cost: {markup: lots}\n", "", ERROR_BAD_CONFIG, "'cost.markup' wants a number"},
    {BASE CLUSTERS "cost: {distribution: {method: moon}}\n", "", ERROR_BAD_CONFIG,
     "wants one of cpu|memory|weighted, not 'moon'"},
    {BASE CLUSTERS "cost: [1]\n", "", ERROR_BAD_CONFIG, "'cost' wants a map, not a list"},
    {BASE "clusters: 7\n", "", ERROR_BAD_CONFIG, "'clusters' wants a list, not a single value"},
    {BASE "clusters: [7]\n", "", ERROR_BAD_CONFIG, "'clusters' wants maps in its list"},
    {BASE CLUSTERS "input: [a, b]\n", "", ERROR_BAD_CONFIG, "stands here twice"},
    {BASE CLUSTERS "stage: [usage]\n", "", ERROR_BAD_CONFIG, "'stage' wants one of"},
    {BASE CLUSTERS "settings: {enabled_tag_keys: {OCP: [[a]]}}\n", "", ERROR_BAD_CONFIG,
     "wants single values in its list"},
    {BASE CLUSTERS "settings: {node_roles: [{node: n, role: boss}]}\n", "", ERROR_BAD_CONFIG,
     "unknown role 'boss'"},
    {BASE CLUSTERS "settings: {cost_categories: [{id: 1}]}\n", "", ERROR_BAD_CONFIG,
     "'settings.cost_categories[].namespace' is missing"},
    {BASE CLUSTERS "settings: {cost_categories: [{namespace: a, id: 99999999999}]}\n", "",
     ERROR_BAD_CONFIG, "32-bit"},
    {BASE "clusters: [{source: not-a-uuid, cluster_id: c}]\n", "", ERROR_BAD_CONFIG,
     "wants a UUID like 0af4c1d2-0000-4000-8000-000000000000, not 'not-a-uuid'"},
    {BASE "clusters: [{source: " SOURCE "}]\n", "", ERROR_BAD_CONFIG,
     "'clusters[].cluster_id' is missing"},
    {BASE "clusters: [{source: " SOURCE ", cluster_id: c, report_period_id: 1e40}]\n", "",
     ERROR_BAD_CONFIG, "'clusters[].report_period_id' wants a whole number, not '1e40'"},
    {BASE "clusters: [{source: " SOURCE ", cluster_id: c, report_period_id: 9999999999}]\n", "",
     ERROR_BAD_CONFIG, "too large"},
    {BASE CLUSTERS "  - {source: " SOURCE ", cluster_id: c2}\n", "", ERROR_BAD_CONFIG,
     "is listed twice (first in line 5)"},
    {BASE "clusters: []\n", "", ERROR_BAD_CONFIG, "no clusters"},
    {BASE, "", ERROR_BAD_CONFIG, "no clusters"},
    {BASE CLUSTERS "ocp: {provider_uuid: " SOURCE "}\n", "", ERROR_BAD_CONFIG, "keep one"},
    {BASE CLUSTERS "bills: [{source: " BILL ", clusters: [c2]}]\n", "", ERROR_BAD_CONFIG,
     "yaml:6: the bill names a cluster that is not configured: 'c2'; did you mean 'c1'?"},
    {BASE CLUSTERS "bills: [{source: " BILL ", clusters: [c1, c1]}]\n", "", ERROR_BAD_CONFIG,
     "names 'c1' twice"},
    {BASE CLUSTERS "bills: [{source: " BILL "}, {source: " BILL "}]\n", "", ERROR_BAD_CONFIG,
     "is listed twice"},
    {BASE CLUSTERS "bills: [{provider: Azure, source: " BILL "}]\n", "", ERROR_BAD_CONFIG,
     "unknown provider 'Azure': bills of these can be read: AWS"},
    {BASE CLUSTERS, "--cluster " OTHER, ERROR_USAGE, "no such cluster: " OTHER},
    {BASE CLUSTERS, "--bill " OTHER, ERROR_USAGE, "no such bill: " OTHER},
    {BASE CLUSTERS, "--cluster x", ERROR_USAGE, "--cluster: wants a UUID"},
    {BASE CLUSTERS, "--end 2025-09-30", ERROR_USAGE,
     "--end: the end 2025-09-30 is before the start 2025-10-01"},
    {"org_id: o\ninput: i\nperiod: {start: 2025-10-02, end: 2025-10-01}\n" CLUSTERS, "",
     ERROR_BAD_CONFIG, "yaml:3: period.end: the end 2025-10-01 is before the start 2025-10-02"},
    {"org_id: o\ninput: i\nperiod: {start: 2025-02-30, end: 2025-10-01}\n" CLUSTERS, "",
     ERROR_BAD_CONFIG, "'period.start' wants a date like 2025-10-31, not '2025-02-30'"},
    {"org_id: o\ninput: i\nperiod: {start: 2025-10-02}\n" CLUSTERS, "", ERROR_BAD_CONFIG,
     "the last day is missing"},
    {"org_id: o\ninput: i\n" CLUSTERS, "", ERROR_BAD_CONFIG, "no period"},
    {"org_id: o\ninput: i\nocp: {year: 2025}\n" CLUSTERS, "", ERROR_BAD_CONFIG,
     "a year without ocp.month"},
    {"org_id: o\ninput: i\nocp: {year: 2025, month: 13}\n" CLUSTERS, "", ERROR_BAD_CONFIG,
     "no month: 13"},
    {"input: i\nperiod: {start: 2025-10-01, end: 2025-10-01}\n" CLUSTERS, "", ERROR_BAD_CONFIG,
     "org_id"},
    {"org_id: a/b\ninput: i\n" CLUSTERS, "", ERROR_BAD_CONFIG, "cannot be part of an id"},
    {"org_id: o\nperiod: {start: 2025-10-01, end: 2025-10-01}\n" CLUSTERS, "", ERROR_BAD_CONFIG,
     "no input"},
    {"org_id: o\norganization: {org_id: o}\n" CLUSTERS, "", ERROR_BAD_CONFIG,
     "'organization.org_id' and 'org_id' are names of the same thing"},
    {BASE CLUSTERS, "--input gs://b", ERROR_USAGE, "'gs://' is no place to read from"},
    {BASE CLUSTERS, "--input s3://", ERROR_USAGE, "no bucket"},
    {BASE CLUSTERS, "--output papyrus:x", ERROR_USAGE, "'papyrus:…' is no output"},
    {BASE CLUSTERS, "--output mysql://u:hidden@h", ERROR_USAGE, "'mysql:…' is no output"},
    {BASE CLUSTERS, "--output costs.db", ERROR_USAGE, "'costs.db' is no output"},
    {BASE CLUSTERS, "--output csv:", ERROR_USAGE, "write csv:DIR"},
    {BASE CLUSTERS, "--output csv:s3://b/p", ERROR_USAGE, "cannot be on S3"},
    {BASE CLUSTERS, "--output csv:a --output csv:a", ERROR_USAGE, "output 2 is the same"},
    {BASE CLUSTERS, "--threads 0", ERROR_USAGE, "wants a number from 1 to 1024, not 0"},
    {BASE CLUSTERS, "--threads many", ERROR_USAGE, "--threads: wants a whole number, not 'many'"},
    {BASE CLUSTERS, "--shard 4/3", ERROR_USAGE, "4/3"},
    {BASE CLUSTERS, "--memory-limit 12elephants", ERROR_USAGE, "12elephants"},
    {BASE CLUSTERS "performance: {chunk_size: 0}\n", "", ERROR_BAD_CONFIG, "from 1 to"},
    {BASE CLUSTERS
     "cost: {distribution: {weights: {aws: {cpu_weight: 0.5, memory_weight: 0.6}}}}\n",
     "", ERROR_BAD_CONFIG, "add up to 1"},
    {BASE CLUSTERS "s3: {access_key: a}\n", "", ERROR_BAD_CONFIG, "one is missing"},
    {BASE CLUSTERS "s3: {endpoint: 'ftp://x'}\n", "", ERROR_BAD_CONFIG, "http:// or https://"},
    {BASE CLUSTERS "postgresql: {port: 70000}\n", "", ERROR_BAD_CONFIG, "no port: 70000"},
    {BASE CLUSTERS "postgresql: {password: [hidden]}\n", "", ERROR_BAD_CONFIG,
     "'postgresql.password' wants a text, not a list"},
    {BASE CLUSTERS "settings: {from: postgresql, enabled_tag_keys: {OCP: [a]}}\n", "",
     ERROR_BAD_CONFIG, "keep one"},
};

static void test_refusals_name_the_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        bool done = load(refusals[i].yaml, refusals[i].flags);
        if (done || strstr(error.message, refusals[i].message) == NULL ||
            error.kind != refusals[i].kind)
            print_error("refusal %zu: '%s' but got '%s'\n", i, refusals[i].message,
                        done ? "no error" : error.message);
        assert_false(done);
        assert_non_null(strstr(error.message, refusals[i].message));
        assert_int_equal(error.kind, refusals[i].kind);
        assert_null(strstr(error.message, "hidden"));
    }
}

static void test_environment_faults_name_the_variable(void **state)
{
    (void)state;
    setenv("COSTAGG_THREADS", "many", 1);
    assert_false(load(BASE CLUSTERS, ""));
    assert_int_equal(error.kind, ERROR_BAD_CONFIG);
    assert_non_null(strstr(error.message, "COSTAGG_THREADS: wants a whole number, not 'many'"));
    unsetenv("COSTAGG_THREADS");
}

static void test_places_alone_want_no_work(void **state)
{
    struct command_line line;
    char *argv[] = {arena_copy(&arena, "costagg", 7), arena_copy(&arena, "schema", 6)};
    (void)state;
    error = (struct error){0};
    assert_true(command_line_parse(2, argv, &arena, &line, &error));
    assert_true(config_load_places(&line, &arena, &config, &error));
    assert_null(config.org_id);
    assert_null(config.input);
    assert_int_equal(config.cluster_count, 0);
    assert_true(config.period.last < config.period.first);
}

static int open_arena(void **state)
{
    (void)state;
    arena_init(&arena);
    /* What the tester's own environment says must not matter. */
    for (int i = 0; i < OPTION_COUNT; i++) {
        const char *names = options[i].environment;
        const char *word;
        size_t length;
        while (option_next_word(&names, &word, &length))
            unsetenv(arena_copy(&arena, word, length));
    }
    unsetenv("JOB_COMPLETION_INDEX");
    unsetenv("SLURM_ARRAY_TASK_ID");
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_close(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_whole_file),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_flag_beats_environment_beats_file),
        cmocka_unit_test(test_environment_lists_are_split_at_blanks),
        cmocka_unit_test(test_the_papers_file_works_unchanged),
        cmocka_unit_test(test_templates_know_hourly_and_daily),
        cmocka_unit_test(test_names_choose_clusters_and_bills),
        cmocka_unit_test(test_shadow_writes_beside_the_live_schema),
        cmocka_unit_test(test_state_lies_beside_the_first_output),
        cmocka_unit_test(test_a_token_belongs_to_its_key),
        cmocka_unit_test(test_service_links_of_kubernetes_are_no_ports),
        cmocka_unit_test(test_refusals_name_the_place),
        cmocka_unit_test(test_environment_faults_name_the_variable),
        cmocka_unit_test(test_places_alone_want_no_work),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
