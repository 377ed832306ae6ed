-- Makes the partitions of this month and the coming three where they are missing:
--
--   psql -v schema=org1234567 -f deploy/postgresql/partitions.sql
--
-- as the owner of the tables, once a month, where runs may not do it themselves (role.sql).
\set ON_ERROR_STOP on

select format('create table if not exists %I.%I partition of %I.%I for values from (%L) to (%L)',
              nspname, relname || to_char(month, '_YYYY_MM'), nspname, relname,
              month::date, (month + interval '1 month')::date)
from pg_class c join pg_namespace n on n.oid = c.relnamespace,
     generate_series(date_trunc('month', now()), now() + interval '3 months', '1 month') month
where nspname = :'schema' and relkind = 'p' and not relispartition
  and relname ~ '^reporting_ocp(usage|aws|storagevolumelabel|_(cost|pod|volume|network)_summary)'
\gexec
