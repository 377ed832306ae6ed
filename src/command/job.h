/* The configuration of a verb that works on the data of a run: with its settings, wherever they
 * come from. */
#ifndef COSTAGG_COMMAND_JOB_H
#define COSTAGG_COMMAND_JOB_H

#include "base/error.h"

struct arena;
struct command_line;
struct config;
struct run_summary;

/* config_load(), then the settings from PostgreSQL where the configuration says so. */
MUST_CHECK bool job_load(const struct command_line *line, struct arena *arena,
                         struct config *config, struct error *error);

/* The second half alone. */
MUST_CHECK bool job_load_settings(struct config *config, struct arena *arena, struct error *error);

/* With --strict money that is not accounted for is a failure; the rows are written either way. */
MUST_CHECK bool job_check_money(const struct config *config, const struct run_summary *summary,
                                struct error *error);

/* The exit status of a run that ended like this; 0 for ERROR_NONE. */
int job_exit_status(const struct error *failure);

#endif
