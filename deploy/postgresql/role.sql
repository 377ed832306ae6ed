-- A role that may do what a run does and nothing else, for tables that exist already:
--
--   psql -v schema=org1234567 -v role=costagg -f deploy/postgresql/role.sql
--
-- as the owner of the schema. It reads four settings tables, and reads, deletes and inserts rows of
-- the summary tables: no DDL, no other table, no other schema. Partitions of coming months are then
-- the owner's business (partitions.sql), because only the owner of a table may add any. Set a
-- password by \password, or let the role in by certificate. Running it again changes nothing.
\set ON_ERROR_STOP on

select format('create role %I login nosuperuser nocreatedb nocreaterole noinherit', :'role')
where not exists (select from pg_roles where rolname = :'role') \gexec

grant usage on schema :"schema" to :"role";

select format('grant select on %I.%I to %I', nspname, relname, :'role')
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where nspname = :'schema'
  and relname in ('reporting_enabledtagkeys', 'reporting_ocp_cost_category_namespace',
                  'reporting_ocp_nodes', 'reporting_awsaccountalias') \gexec

-- Rows of partitions are reached through the table they belong to.
select format('grant select, insert, delete on %I.%I to %I', nspname, relname, :'role')
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where nspname = :'schema' and relkind in ('r', 'p') and not relispartition
  and relname ~ '^reporting_ocp(usage|aws|storagevolumelabel|_(cost|pod|volume|network)_summary)'
\gexec
