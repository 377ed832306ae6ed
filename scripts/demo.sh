#!/usr/bin/env bash
# Runs the program on the sample of examples/ and says where the result is: `make demo`.
set -euo pipefail
cd "$(dirname "$0")/.."

database=build/demo/costs.db
mkdir -p build/demo
build/release/costagg run -c examples/costagg.yaml

cat <<EOT

The result is in $database. Two questions to ask it:

  sqlite3 -box $database "
    SELECT namespace, round(sum(pod_usage_cpu_core_hours), 1) AS cpu_hours,
           round(sum(pod_usage_memory_gigabyte_hours), 1) AS memory_gb_hours
    FROM reporting_ocpusagelineitem_daily_summary
    WHERE data_source = 'Pod' GROUP BY namespace ORDER BY cpu_hours DESC"

  sqlite3 -box $database "
    SELECT namespace, round(sum(unblended_cost), 2) AS cost,
           round(sum(unblended_cost + markup_cost), 2) AS with_markup
    FROM reporting_ocpawscostlineitem_project_daily_summary_p
    GROUP BY namespace ORDER BY cost DESC"
EOT
