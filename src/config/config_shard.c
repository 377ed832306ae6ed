#include "config/config_shard.h"

#include "base/log.h"
#include "config/config.h"
#include "config/config_values.h"
#include "config/value.h"

#include <stdlib.h>

/* A number of the environment; false when it is absent. What is no number is an error. */
static bool read_number(const char *name, int64_t *number, bool *present, struct error *error)
{
    const char *text = getenv(name);
    *present = text != NULL && text[0] != '\0';
    if (!*present || value_integer(text, number))
        return true;
    return error_set(error, ERROR_BAD_CONFIG, "%s: wants a whole number, not '%s'", name, text);
}

static bool set_shard(struct config *config, const char *name, int64_t index, int64_t count,
                      struct error *error)
{
    if (index < 0 || index >= count)
        return error_set(error, ERROR_BAD_CONFIG,
                         "%s=%lld is no share of %lld: number the tasks from 0 to %lld", name,
                         (long long)index, (long long)count, (long long)count - 1);
    config->shard_index = (int)index;
    config->shard_count = (int)count;
    return true;
}

/* Slurm says nothing of shares when an array is rerun in part: such arrays have gaps or one task,
 * and would get other shares than before. Gaps are refused. */
static bool use_slurm_bounds(struct config *config, int64_t task, struct error *error)
{
    int64_t count = 1;
    int64_t least = 0;
    int64_t most = 0;
    int64_t step = 1;
    bool has_count, has_least, has_most, has_step;
    TRY(read_number("SLURM_ARRAY_TASK_COUNT", &count, &has_count, error));
    TRY(read_number("SLURM_ARRAY_TASK_MIN", &least, &has_least, error));
    TRY(read_number("SLURM_ARRAY_TASK_MAX", &most, &has_most, error));
    TRY(read_number("SLURM_ARRAY_TASK_STEP", &step, &has_step, error));
    if (!has_count)
        return true;
    if (count < 1 || count > 1000000 || step < 1)
        return error_set(error, ERROR_BAD_CONFIG, "SLURM_ARRAY_TASK_COUNT=%lld makes no sense",
                         (long long)count);
    bool gaps = (has_most && most != least + (count - 1) * step) || (task - least) % step != 0;
    if (gaps)
        return error_set(error, ERROR_BAD_CONFIG,
                         "the Slurm array has gaps, so its tasks tell no shares: number it from 0 "
                         "and set COSTAGG_SHARDS to the number of shares");
    return set_shard(config, "SLURM_ARRAY_TASK_ID", (task - least) / step, count, error);
}

bool config_shard_build(const struct config_values *values, struct config *config,
                        struct error *error)
{
    int64_t index = 0;
    int64_t task = 0;
    bool has_index, has_task;
    config->shard_index = 0;
    config->shard_count = 1;
    const char *text = config_values_text(values, OPTION_SHARD);
    if (text != NULL) {
        if (!value_shard(text, &config->shard_index, &config->shard_count))
            return config_values_fail(values, OPTION_SHARD, error, "no share: %s", text);
        return true;
    }
    TRY(read_number("JOB_COMPLETION_INDEX", &index, &has_index, error));
    TRY(read_number("SLURM_ARRAY_TASK_ID", &task, &has_task, error));
    int64_t count = config_values_integer(values, OPTION_SHARDS, 0);
    if (!config_values_given(values, OPTION_SHARDS)) {
        if (has_index)
            log_write(LOG_WARNING, "JOB_COMPLETION_INDEX is set but COSTAGG_SHARDS is not: this "
                                   "process does all the work");
        return !has_task || use_slurm_bounds(config, task, error);
    }
    if (count < 1 || count > 1000000)
        return config_values_fail(values, OPTION_SHARDS, error, "wants a number from 1 to 1000000");
    if (has_index)
        return set_shard(config, "JOB_COMPLETION_INDEX", index, count, error);
    if (has_task)
        return set_shard(config, "SLURM_ARRAY_TASK_ID", task, count, error);
    if (count == 1)
        return true;
    return config_values_fail(values, OPTION_SHARDS, error,
                              "there is neither JOB_COMPLETION_INDEX nor SLURM_ARRAY_TASK_ID to "
                              "tell which of the %lld shares this is: use --shard I/N",
                              (long long)count);
}
