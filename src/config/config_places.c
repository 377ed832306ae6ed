#include "config/config_places.h"

#include "base/arena.h"
#include "base/log.h"
#include "config/config.h"
#include "config/config_values.h"

#include <string.h>

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* A directory or s3://BUCKET/PREFIX. */
static bool check_root(const struct config_values *values, enum option_id id, const char *location,
                       struct error *error)
{
    if (starts_with(location, "s3://")) {
        if (location[5] == '\0' || location[5] == '/')
            return config_values_fail(values, id, error, "no bucket: write s3://BUCKET/PREFIX");
        return true;
    }
    if (strstr(location, "://") != NULL)
        return config_values_fail(values, id, error,
                                  "'%.*s://' is no place to read from: give a directory or "
                                  "s3://BUCKET/PREFIX",
                                  (int)strcspn(location, ":"), location);
    return true;
}

static bool build_input(const struct config_values *values, bool required, struct arena *arena,
                        struct config *config, struct error *error)
{
    const char *bucket = config_values_text(values, OPTION_S3_BUCKET);
    config->input = config_values_text(values, OPTION_INPUT);
    if (config->input != NULL)
        return check_root(values, OPTION_INPUT, config->input, error);
    if (bucket != NULL) {
        config->input = arena_printf(arena, "s3://%s", bucket);
        return true;
    }
    if (!required)
        return true;
    return error_set(error, ERROR_BAD_CONFIG,
                     "no input: give --input LOCATION, the key 'input', or COSTAGG_INPUT");
}

/* Passwords may stand in a URI: what is no output is shown by its first word alone. */
static bool check_output(const struct config_values *values, const char *location,
                         struct error *error)
{
    static const char *const kinds[] = {"sqlite:", "parquet:", "csv:"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (starts_with(location, kinds[i])) {
            if (location[strlen(kinds[i])] == '\0')
                return config_values_fail(values, OPTION_OUTPUT, error,
                                          "'%s' says no place: write %s%s", kinds[i], kinds[i],
                                          i == 0 ? "FILE" : "DIR");
            if (i != 1 && starts_with(location + strlen(kinds[i]), "s3://"))
                return config_values_fail(values, OPTION_OUTPUT, error,
                                          "'%s' cannot be on S3: use parquet:s3://…", kinds[i]);
            return true;
        }
    if (strcmp(location, "postgresql:") == 0 || starts_with(location, "postgresql://") ||
        starts_with(location, "postgres://"))
        return true;
    size_t word = strcspn(location, ":");
    return config_values_fail(values, OPTION_OUTPUT, error,
                              "'%.*s%s' is no output: there are sqlite:FILE, postgresql:, "
                              "postgresql://…, parquet:LOCATION and csv:DIR",
                              (int)word, location, location[word] != '\0' ? ":…" : "");
}

bool config_places_have_server(const struct config_values *values)
{
    static const enum option_id parts[] = {OPTION_POSTGRESQL_HOST, OPTION_POSTGRESQL_DATABASE};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const struct config_value *part = &values->of[parts[i]];
        if (part->origin == ORIGIN_FILE ||
            (part->origin == ORIGIN_ENVIRONMENT && !starts_with(part->place, "PG")))
            return true;
    }
    return false;
}

static bool build_outputs(const struct config_values *values, struct config *config,
                          struct error *error)
{
    static const char *server[] = {"postgresql:"};
    const struct config_value *given = &values->of[OPTION_OUTPUT];
    config->outputs = (struct string_list){given->texts, given->count};
    if (given->origin == ORIGIN_STANDARD && config_places_have_server(values))
        config->outputs = (struct string_list){server, 1};
    if (config->outputs.count == 0)
        return config_values_fail(values, OPTION_OUTPUT, error, "no output");
    for (size_t i = 0; i < config->outputs.count; i++) {
        TRY(check_output(values, config->outputs.items[i], error));
        for (size_t j = 0; j < i; j++)
            if (strcmp(config->outputs.items[i], config->outputs.items[j]) == 0)
                return config_values_fail(values, OPTION_OUTPUT, error,
                                          "output %zu is the same as output %zu", i + 1, j + 1);
    }
    return true;
}

/* Beside an output: sqlite:costs.db → costs.db-state, parquet:s3://b/out → s3://b/out-state. */
static const char *state_beside(const char *output, struct arena *arena)
{
    if (starts_with(output, "postgres"))
        return "costagg-state";
    const char *place = strchr(output, ':') + 1;
    size_t length = strlen(place);
    while (length > 1 && place[length - 1] == '/')
        length--;
    bool bucket_only = starts_with(place, "s3://") && memchr(place + 5, '/', length - 5) == NULL;
    return arena_printf(arena, "%.*s%s", (int)length, place,
                        bucket_only ? "/costagg-state" : "-state");
}

static bool build_state(const struct config_values *values, struct arena *arena,
                        struct config *config, struct error *error)
{
    config->state = config_values_text(values, OPTION_STATE);
    config->state_given = config->state != NULL;
    if (!config->state_given) {
        config->state = state_beside(config->outputs.items[0], arena);
        return true;
    }
    if (starts_with(config->state, "parquet:"))
        config->state += strlen("parquet:");
    return check_root(values, OPTION_STATE, config->state, error);
}

static bool build_schemas(const struct config_values *values, struct arena *arena,
                          struct config *config, struct error *error)
{
    config->output_mode =
        (enum output_mode)config_values_choice(values, OPTION_OUTPUT_MODE, OUTPUT_LIVE);
    config->live_schema = config_values_text(values, OPTION_POSTGRESQL_SCHEMA);
    config->shadow_schema = config_values_text(values, OPTION_SHADOW_SCHEMA);
    if (config->shadow_schema == NULL && config->live_schema != NULL)
        config->shadow_schema = arena_printf(arena, "%s_shadow", config->live_schema);
    config->output_schema =
        config->output_mode == OUTPUT_SHADOW ? config->shadow_schema : config->live_schema;
    if (config->output_mode == OUTPUT_SHADOW && config->shadow_schema == NULL)
        return config_values_fail(values, OPTION_OUTPUT_MODE, error,
                                  "shadow wants postgresql.schema or shadow_schema");
    if (config->output_mode == OUTPUT_SHADOW && config->live_schema != NULL &&
        strcmp(config->live_schema, config->shadow_schema) == 0)
        return config_values_fail(values, OPTION_SHADOW_SCHEMA, error,
                                  "the shadow schema is the live one");
    return true;
}

static bool build_postgresql(const struct config_values *values, struct config *config,
                             struct error *error)
{
    int64_t port = config_values_integer(values, OPTION_POSTGRESQL_PORT, 5432);
    if (port < 1 || port > 65535)
        return config_values_fail(values, OPTION_POSTGRESQL_PORT, error, "no port: %lld",
                                  (long long)port);
    config->postgresql = (struct postgresql_login){
        .host = config_values_text(values, OPTION_POSTGRESQL_HOST),
        .port = config_values_text(values, OPTION_POSTGRESQL_PORT),
        .database = config_values_text(values, OPTION_POSTGRESQL_DATABASE),
        .user = config_values_text(values, OPTION_POSTGRESQL_USER),
        .password = config_values_text(values, OPTION_POSTGRESQL_PASSWORD),
        .sslmode = config_values_text(values, OPTION_POSTGRESQL_SSLMODE),
    };
    config->postgresql_timeout_seconds =
        config_values_seconds(values, OPTION_POSTGRESQL_TIMEOUT, 0);
    return true;
}

/* A token of the AWS names belongs to the key of the AWS names, and to no other. */
static const char *session_token(const struct config_values *values)
{
    const struct config_value *key = &values->of[OPTION_S3_ACCESS_KEY];
    const struct config_value *token = &values->of[OPTION_S3_SESSION_TOKEN];
    if (token->count > 0 && strcmp(token->place, "AWS_SESSION_TOKEN") == 0 && key->count > 0 &&
        strcmp(key->place, "AWS_ACCESS_KEY_ID") != 0)
        return NULL;
    return config_values_text(values, OPTION_S3_SESSION_TOKEN);
}

static bool build_s3(const struct config_values *values, struct arena *arena, struct config *config,
                     struct error *error)
{
    const char *endpoint = config_values_text(values, OPTION_S3_ENDPOINT);
    if (endpoint != NULL && strstr(endpoint, "://") == NULL)
        endpoint = arena_printf(arena, "%s://%s",
                                config_values_boolean(values, OPTION_S3_USE_SSL) ? "https" : "http",
                                endpoint);
    if (endpoint != NULL && !starts_with(endpoint, "http://") && !starts_with(endpoint, "https://"))
        return config_values_fail(values, OPTION_S3_ENDPOINT, error,
                                  "an endpoint begins with http:// or https://");
    int64_t retries = config_values_integer(values, OPTION_S3_RETRIES, -1);
    if (config_values_given(values, OPTION_S3_RETRIES) && (retries < 0 || retries > 1000))
        return config_values_fail(values, OPTION_S3_RETRIES, error,
                                  "wants a number from 0 to 1000");
    config->s3 = (struct arrow_s3_options){
        .endpoint = endpoint,
        .region = config_values_text(values, OPTION_S3_REGION),
        .access_key = config_values_text(values, OPTION_S3_ACCESS_KEY),
        .secret_key = config_values_text(values, OPTION_S3_SECRET_KEY),
        .session_token = session_token(values),
        .ca_bundle = config_values_text(values, OPTION_S3_CA_BUNDLE),
        .insecure_tls = !config_values_boolean(values, OPTION_S3_VERIFY_SSL),
        .connect_timeout_seconds = config_values_seconds(values, OPTION_S3_CONNECT_TIMEOUT, 0),
        .request_timeout_seconds = config_values_seconds(values, OPTION_S3_REQUEST_TIMEOUT, 0),
        .retries = (int)retries,
    };
    if ((config->s3.access_key == NULL) != (config->s3.secret_key == NULL)) {
        enum option_id lone =
            config->s3.access_key != NULL ? OPTION_S3_ACCESS_KEY : OPTION_S3_SECRET_KEY;
        return config_values_fail(values, lone, error,
                                  "an access key and a secret key go together: one is missing");
    }
    if (config->s3.insecure_tls && endpoint != NULL && starts_with(endpoint, "https://"))
        log_write(LOG_WARNING,
                  "%s: the S3 server's certificate is not checked; better name its authority in "
                  "s3.ca_bundle",
                  values->of[OPTION_S3_VERIFY_SSL].place);
    return true;
}

bool config_places_build(const struct config_values *values, bool required, struct arena *arena,
                         struct config *config, struct error *error)
{
    TRY(build_input(values, required, arena, config, error));
    TRY(build_outputs(values, config, error));
    TRY(build_state(values, arena, config, error));
    TRY(build_schemas(values, arena, config, error));
    TRY(build_postgresql(values, config, error));
    return build_s3(values, arena, config, error);
}
