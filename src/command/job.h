/* The configuration of a verb that works on the data of a run: with its settings, wherever they
 * come from. */
#ifndef COSTAGG_COMMAND_JOB_H
#define COSTAGG_COMMAND_JOB_H

#include "base/error.h"

struct arena;
struct command_line;
struct config;

/* config_load(), then the settings from PostgreSQL where the configuration says so. */
MUST_CHECK bool job_load(const struct command_line *line, struct arena *arena,
                         struct config *config, struct error *error);

/* The second half alone. */
MUST_CHECK bool job_load_settings(struct config *config, struct arena *arena, struct error *error);

#endif
