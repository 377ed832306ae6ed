/* Where reports lie when the configuration says so itself: ocp.parquet_path_* and
 * aws.parquet_path_*, as inventory_request.templates wants them.
 *
 * A path of the concept paper ends in the report's name and means hourly files; its daily sibling
 * has `_daily` after the name. A path that says `_daily` itself means daily files. The path of AWS
 * line items holds both, which the files themselves tell apart. */
#ifndef COSTAGG_CONFIG_CONFIG_TEMPLATES_H
#define COSTAGG_CONFIG_CONFIG_TEMPLATES_H

struct arena;
struct config;
struct config_values;

void config_templates_build(const struct config_values *values, struct arena *arena,
                            struct config *config);

#endif
