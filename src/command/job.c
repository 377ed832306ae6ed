#include "command/job.h"

#include "config/config.h"
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
