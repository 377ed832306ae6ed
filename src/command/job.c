#include "command/job.h"

#include "attribute/reconciliation.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/settings.h"
#include "config/config.h"
#include "result/run_summary.h"
#include "source/settings_postgresql.h"

bool job_load_settings(struct config *config, struct arena *arena, struct error *error)
{
    if (config->settings_from != SETTINGS_POSTGRESQL)
        return true;
    return settings_postgresql_read(config->settings_location, &config->postgresql,
                                    config->live_schema, arena, &config->settings, error);
}

bool job_load(const struct command_line *line, struct arena *arena, struct config *config,
              struct error *error)
{
    TRY(config_load(line, arena, config, error));
    return job_load_settings(config, arena, error);
}

bool job_check_money(const struct config *config, const struct run_summary *summary,
                     struct error *error)
{
    for (size_t i = 0; i < summary->bill_count; i++) {
        const struct bill_summary *bill = &summary->bills[i];
        if (reconciliation_closes(bill->sums))
            continue;
        if (config->strict)
            return error_set(error, ERROR_DIFFERENT,
                             "the sums of bill %s do not close: `costagg reconcile` shows them",
                             bill->bill->source);
        log_write(LOG_WARNING, "the sums of bill %s do not close: `costagg reconcile` shows them",
                  bill->bill->source);
    }
    return true;
}

int job_exit_status(const struct error *failure)
{
    return failure->kind == ERROR_INTERRUPTED ? interrupt_exit_status()
                                              : error_exit_status(failure->kind);
}
