/* Everything a run was asked to do.
 *
 * config_load() puts three sources together, flag before environment before file, checks every
 * value and leaves one struct in which nothing is open: defaults are filled in, names are
 * resolved, UUIDs are in lower case, a bill's clusters are pointers. What it refuses (an unknown
 * key, a wrong type, an end before its start) it refuses with one line that names the place:
 * "costs.yaml:12: period.end …", "--threads …", "COSTAGG_THREADS …".
 * All strings and arrays live in the arena given. NULL means "not given" where a comment says so,
 * otherwise a string is never NULL. Secrets are only in `s3` and `postgresql`, marked below; they
 * belong in no message. */
#ifndef COSTAGG_CONFIG_CONFIG_H
#define COSTAGG_CONFIG_CONFIG_H

#include "arrow/bridge.h"
#include "base/calendar.h"
#include "base/error.h"
#include "base/log.h"
#include "base/postgresql_login.h"
#include "base/settings.h"
#include "source/path_template.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct command_line;

/* Bits: STAGE_ALL has both. */
enum config_stage {
    STAGE_USAGE = 1, /* OpenShift reports → daily summary, per OpenShift source */
    STAGE_COST = 2,  /* bill + daily summaries → cost per namespace, per bill */
    STAGE_ALL = STAGE_USAGE | STAGE_COST
};

enum settings_from { SETTINGS_INLINE, SETTINGS_POSTGRESQL };
enum streaming { STREAMING_AUTO, STREAMING_ON, STREAMING_OFF };
enum output_mode { OUTPUT_LIVE, OUTPUT_SHADOW };
enum progress_mode { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };

struct config {
    /* What: whose data, which days, which sources. */
    const char *org_id;
    struct period period;     /* first and last day, both belong; may span months */
    bool changed;             /* only days whose input or settings have changed */
    enum config_stage stage;  /* default STAGE_ALL; without bills the cost stage has no work */
    struct cluster *clusters; /* at least one, after --cluster */
    size_t cluster_count;
    struct bill *bills; /* may be none. --bill keeps that bill and its clusters; --cluster
                           keeps that cluster and the bills it runs on */
    size_t bill_count;
    bool clusters_filtered;       /* --cluster (or --bill) left some out: a bill's split between its
                                     clusters still needs them all, see bill.clusters */
    struct cluster *all_clusters; /* as configured, before --cluster; bills point into this */
    size_t all_cluster_count;
    int shard_index; /* 0-based, < shard_count; default 0 of 1 */
    int shard_count;

    /* Where from, where to. */
    const char *input;                                   /* directory or s3://BUCKET/PREFIX */
    const char *templates[REPORT_COUNT][TEMPLATE_COUNT]; /* as inventory_request.templates wants
                                                            them; NULL: the known conventions */
    struct string_list outputs; /* at least one: sqlite:…, postgresql:…, parquet:…, csv:… */
    const char *state; /* Parquet root (directory or s3://…) for the summaries between the
                          stages */
    bool state_given;  /* false: `state` is the default beside the first output */
    enum output_mode output_mode; /* shadow: write beside the live tables, to compare */
    const char *output_schema; /* PostgreSQL schema to write, by output_mode; NULL: search path */
    const char *live_schema;   /* postgresql.schema: what others read; NULL: search path */
    const char *shadow_schema; /* default "<live>_shadow"; NULL without a live schema */
    struct postgresql_login postgresql; /* for `postgresql:` locations; secret: password */
    int postgresql_timeout_seconds;     /* statements and lock waits; default 0: the server's */
    struct arrow_s3_options s3;         /* secret: access_key, secret_key, session_token */

    /* By which rules. */
    enum settings_from settings_from; /* SETTINGS_POSTGRESQL: `settings` is empty until
                                         settings_postgresql_read() (source/) fills it */
    const char *settings_location;    /* of SETTINGS_POSTGRESQL: the first postgresql output, else
                                         "postgresql:"; read with `postgresql`, from live_schema */
    struct settings settings;
    struct cost_rules cost_rules;
    bool rollups; /* also write the summary tables of the pages; default false */
    bool strict;  /* malformed labels and open reconciliations are errors */

    /* How. */
    int threads;                  /* ≥ 1; default: processors this process may use */
    enum streaming use_streaming; /* default auto */
    int64_t chunk_size;           /* rows a batch, a hint; default 100000 */
    bool use_bulk_copy;           /* PostgreSQL: COPY; default true */
    int64_t memory_limit;         /* bytes of resident memory; 0: none (the default) */
    bool dry_run;                 /* do all but write */
    const char *explain; /* bill resource id whose path through the rules to print; or NULL */

    /* What to say. */
    enum progress_mode progress;
    enum log_format log_format;
    enum log_level log_level;
    const char *metrics_file; /* Prometheus text; NULL: none */
    const char *report_file;  /* JSON run report; NULL: none */
    int interval_seconds;     /* of watch; default 300 */
    const char *listen;       /* of watch: ADDRESS:PORT of /healthz and /metrics; NULL: none */
    const char *file;         /* the configuration file that was read; NULL: none */
};

/* Loads the configuration of a verb: the file of -c/--config or COSTAGG_CONFIG (without either:
 * none), the environment, the flags of `line`. Fails with ERROR_BAD_CONFIG, or ERROR_USAGE where
 * a flag is at fault. Opens the log in the format and level asked for and writes one warning a key
 * that is accepted without meaning. */
MUST_CHECK bool config_load(const struct command_line *line, struct arena *arena,
                            struct config *config, struct error *error);

/* The same for verbs that only need to reach places (compare, report, schema …): organisation,
 * period, input, clusters and bills may be missing (NULL, 0 and {0, -1}). */
MUST_CHECK bool config_load_places(const struct command_line *line, struct arena *arena,
                                   struct config *config, struct error *error);

#endif
