/* The settings of an organisation, read from its PostgreSQL schema.
 *
 *   reporting_enabledtagkeys               key, enabled, provider_type → tag keys
 *   reporting_ocp_cost_category_namespace  namespace, cost_category_id → cost categories
 *   reporting_ocp_nodes                    node, resource_id, node_role → node roles
 *   reporting_awsaccountalias              account_id, id → account aliases
 *
 * All four are read in one transaction, so they fit together. A missing table or column is
 * ERROR_BAD_CONFIG and names schema and table; a server that cannot be reached is
 * ERROR_UNREACHABLE. Where reporting_ocp_nodes is empty, roles are derived from the data as if
 * none were given. */
#ifndef COSTAGG_SOURCE_SETTINGS_POSTGRESQL_H
#define COSTAGG_SOURCE_SETTINGS_POSTGRESQL_H

#include "base/error.h"

struct arena;
struct postgresql_login;
struct settings;

/* Fills `settings`; everything in it lives in `arena`. `schema` NULL: the search path; `login` may
 * be NULL. The connection is closed on return. */
MUST_CHECK bool settings_postgresql_read(const char *location, const struct postgresql_login *login,
                                         const char *schema, struct arena *arena,
                                         struct settings *settings, struct error *error);

#endif
