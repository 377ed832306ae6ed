#include "run/input_listing.h"

#include "arrow/bridge.h"
#include "base/arena.h"
#include "config/config.h"
#include "run/input_mark.h"
#include "run/mark_digest.h"
#include "source/inventory.h"

#include <string.h>
#include <time.h>

/* Clocks of servers differ a little from ours. */
enum { SETTLED_SECONDS = 10 };

struct look {
    const struct config *config;
    struct arrow_store *store;
    struct arena *arena;
    struct mark_digest digest;
    size_t files;
    int64_t newest_ns;
};

static void add_file(struct look *look, const char *path, int64_t size, int64_t modified_ns)
{
    mark_digest_text(&look->digest, path);
    mark_digest_integer(&look->digest, size);
    mark_digest_integer(&look->digest, modified_ns);
    if (modified_ns > look->newest_ns)
        look->newest_ns = modified_ns;
    look->files++;
}

static bool look_at_source(struct look *look, enum provider provider, const char *source,
                           struct period days, struct error *error)
{
    struct inventory_request request = {
        .provider = provider, .org_id = look->config->org_id, .source = source, .period = days};
    struct input_file *files;
    size_t count;
    memcpy(request.templates, look->config->templates, sizeof request.templates);
    TRY(inventory_list(look->store, &request, look->arena, &files, &count, error));
    for (size_t i = 0; i < count; i++)
        add_file(look, files[i].path, files[i].size, files[i].modified_ns);
    return true;
}

static bool look_at_month(struct look *look, struct period days, struct error *error)
{
    const struct config *config = look->config;
    for (size_t i = 0; i < config->all_cluster_count; i++)
        TRY(look_at_source(look, PROVIDER_OCP, config->all_clusters[i].source, days, error));
    for (size_t i = 0; i < config->bill_count; i++)
        TRY(look_at_source(look, PROVIDER_AWS, config->bills[i].source, days, error));
    return true;
}

/* What another process has left for the cost stage. */
static bool look_at_state(struct look *look, struct error *error)
{
    struct arrow_store *state;
    struct arrow_entry *entries;
    size_t count;
    if (look->config->stage != STAGE_COST)
        return true;
    if (!arrow_store_open(look->config->state, &look->config->s3, false, look->arena, &state,
                          error))
        return error->kind == ERROR_NO_INPUT;
    TRY(arrow_store_list(state, input_mark_table.name, look->arena, &entries, &count, error));
    for (size_t i = 0; i < count; i++)
        add_file(look, entries[i].path, entries[i].size, entries[i].modified_ns);
    return true;
}

static bool look_at_all(struct look *look, struct error *error)
{
    struct period rest = look->config->period, days;
    bool more = true;
    TRY(arrow_store_open(look->config->input, &look->config->s3, false, look->arena, &look->store,
                         error));
    while (more) {
        more = calendar_split_month(rest, &days, &rest);
        TRY(look_at_month(look, days, error));
    }
    return look_at_state(look, error);
}

bool input_listing_look(const struct config *config, struct input_listing *listing,
                        struct error *error)
{
    struct arena arena;
    struct look look = {.config = config, .arena = &arena};
    char rules[FINGERPRINT_SIZE];
    int64_t now_ns = (int64_t)time(NULL) * 1000000000;
    arena_init(&arena);
    mark_digest_begin(&look.digest);
    input_marks_digest_rules(config, rules);
    mark_digest_text(&look.digest, rules);
    bool done = look_at_all(&look, error);
    mark_digest_end(&look.digest, listing->fingerprint);
    listing->files = look.files;
    listing->is_settled = look.newest_ns < now_ns - (int64_t)SETTLED_SECONDS * 1000000000;
    arena_close(&arena);
    return done;
}
