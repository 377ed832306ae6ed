#include "run/role_search.h"

#include "aggregate/node_role.h"
#include "arrow/bridge.h"
#include "base/arena.h"
#include "config/config.h"
#include "decode/decode.h"
#include "run/run.h"
#include "run/turns.h"
#include "source/inventory.h"

struct role_search {
    const struct run *run;
    struct period days;
    const struct arrow_slice *slices; /* of the pod report */
    size_t slice_count;
    struct node_role_evidence *evidence; /* by worker */
};

static bool read_labels(const struct role_search *search, const struct inventory *inventory,
                        struct arena *arena, struct error *error)
{
    const struct input_part *part =
        &inventory->parts[REPORT_NODE_LABELS][inventory_grain(inventory, REPORT_NODE_LABELS)];
    struct decode_request request = {.layout = &node_labels_layout,
                                     .columns = REPORT_ALL_COLUMNS,
                                     .texts = &search->evidence[0].texts};
    struct node_labels_batch batch;
    struct decode *decode;
    request.slices = run_slices(part, arena, &request.slice_count);
    TRY(decode_open(search->run->input, &request, arena, &decode, error));
    for (;;) {
        TRY(decode_next(decode, &batch, error));
        if (batch.rows == 0)
            break;
        node_role_evidence_add_labels(&search->evidence[0], &batch, search->days);
        TRY(run_between_batches(search->run, 0, error));
    }
    decode_close(decode);
    return true;
}

static bool read_slice(const struct role_search *search, const struct arrow_slice *slice,
                       struct node_role_evidence *evidence, struct arena *arena,
                       struct error *error)
{
    const struct decode_request request = {
        .layout = &pod_usage_layout,
        .columns = POD_USAGE_MASK(interval_start) | POD_USAGE_MASK(namespace) |
                   POD_USAGE_MASK(node) | POD_USAGE_MASK(resource_id) | POD_USAGE_MASK(node_role),
        .slices = slice,
        .slice_count = 1,
        .texts = &evidence->texts};
    struct pod_usage_batch batch = {0};
    struct decode *decode;
    TRY(decode_open(search->run->input, &request, arena, &decode, error));
    for (;;) {
        TRY(decode_next(decode, &batch, error));
        if (batch.rows == 0)
            return true;
        node_role_evidence_add_pods(evidence, &batch, search->days);
        TRY(run_between_batches(search->run, 0, error));
    }
}

/* Evidence adds up the same in any order, so nobody waits for a turn. */
static bool search_slice(void *context, struct turns *turns, size_t task, int worker,
                         struct error *error)
{
    (void)turns;
    const struct role_search *search = context;
    struct arena arena;
    arena_init(&arena);
    bool done = read_slice(search, &search->slices[task], &search->evidence[worker], &arena, error);
    arena_close(&arena);
    return done;
}

bool role_search_derive(const struct run *run, const struct inventory *inventory,
                        struct period days, struct node_role_table *roles, struct error *error)
{
    const struct input_part *pods =
        &inventory->parts[REPORT_POD_USAGE][inventory_grain(inventory, REPORT_POD_USAGE)];
    int threads = run->config->threads;
    struct role_search search = {.run = run, .days = days};
    struct arena arena;
    arena_init(&arena);
    search.slices = run_slices(pods, &arena, &search.slice_count);
    search.evidence = arena_alloc_array(&arena, (size_t)threads, sizeof *search.evidence);
    for (int i = 0; i < threads; i++)
        node_role_evidence_init(&search.evidence[i]);
    bool done = read_labels(&search, inventory, &arena, error) &&
                turns_run(search.slice_count, threads, search_slice, &search, error);
    for (int i = 1; i < threads && done; i++)
        node_role_evidence_merge(&search.evidence[0], &search.evidence[i]);
    if (done)
        node_role_table_derive(roles, &search.evidence[0]);
    for (int i = 0; i < threads; i++)
        node_role_evidence_close(&search.evidence[i]);
    arena_close(&arena);
    return done;
}
