#include "run/stored_rows.h"

#include "base/arena.h"
#include "config/config.h"
#include "run/run.h"

#include <string.h>

static void close_texts(void *texts)
{
    text_pool_close(texts);
}

bool stored_rows_open(const struct run *run, size_t output, struct arena *arena,
                      struct stored_rows *stored, struct error *error)
{
    const struct config *config = run->config;
    struct result_options *options = arena_alloc(arena, sizeof *options);
    *options = (struct result_options){.s3 = &config->s3,
                                       .login = &config->postgresql,
                                       .postgresql_schema = config->output_schema};
    *stored = (struct stored_rows){.run = run};
    text_pool_init(&stored->texts);
    arena_on_close(arena, close_texts, &stored->texts);
    if (result_open(config->outputs.items[output], options, arena, &stored->result, error))
        return true;
    stored->result = NULL;
    return error->kind == ERROR_NO_INPUT;
}

bool stored_rows_has_table(struct stored_rows *stored, const struct table *table, bool *has,
                           struct error *error)
{
    struct result_table found = {0};
    if (stored->result != NULL)
        TRY(result_describe(stored->result, table, &found, error));
    *has = found.found;
    return true;
}

static const bool *wanted_columns(const struct table *table, const char *const *unread,
                                  size_t unread_count, struct arena *arena)
{
    bool *wanted = arena_alloc_array(arena, table->column_count, sizeof *wanted);
    for (size_t i = 0; i < table->column_count; i++) {
        wanted[i] = true;
        for (size_t n = 0; n < unread_count; n++)
            wanted[i] = wanted[i] && strcmp(table->columns[i].name, unread[n]) != 0;
    }
    return wanted;
}

bool stored_rows_read(struct stored_rows *stored, const struct table *table,
                      const struct result_scope *scope, const char *const *unread,
                      size_t unread_count,
                      void (*take)(void *context, const struct row_batch *batch), void *context,
                      struct error *error)
{
    bool has;
    struct arena arena;
    TRY(stored_rows_has_table(stored, table, &has, error));
    if (!has)
        return true;
    text_pool_reset(&stored->texts);
    arena_init(&arena);
    bool done =
        result_begin(stored->result, table, scope,
                     wanted_columns(table, unread, unread_count, &arena), &stored->texts, error);
    arena_close(&arena);
    while (done) {
        struct row_batch batch;
        done = result_next(stored->result, &batch, error) &&
               run_between_batches(stored->run, 0, error);
        if (!done || batch.count == 0)
            break;
        take(context, &batch);
        result_forget_texts(stored->result);
    }
    return done;
}

bool stored_rows_count(struct stored_rows *stored, const struct table *table,
                       const struct result_scope *scope, int64_t *counts, struct error *error)
{
    struct arena arena;
    struct result_day *days;
    size_t count;
    if (stored->result == NULL)
        return true;
    arena_init(&arena);
    bool done = result_days(stored->result, table, scope, &arena, &days, &count, error);
    for (size_t i = 0; done && i < count; i++)
        counts[days[i].day - scope->days.first] += days[i].rows;
    arena_close(&arena);
    return done;
}
