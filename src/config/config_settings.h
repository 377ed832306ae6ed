/* The settings section of a configuration: tag keys, categories, roles, aliases. */
#ifndef COSTAGG_CONFIG_CONFIG_SETTINGS_H
#define COSTAGG_CONFIG_CONFIG_SETTINGS_H

#include "base/error.h"

#include <stdbool.h>

struct arena;
struct config_values;
struct settings;

/* Fills `settings` from the file; everything absent is empty. */
MUST_CHECK bool config_settings_build(const struct config_values *values, struct arena *arena,
                                      struct settings *settings, struct error *error);

/* True when the file lists settings itself (settings.from aside). */
bool config_settings_listed(const struct config_values *values);

#endif
