#!/usr/bin/env bash
# Counts the instructions of a fixed workload under callgrind and compares them with
# bench/instructions.json; more than a tenth above the baseline fails. Counts, not seconds: they
# hold on a busy machine too.
#
#   bench/instructions.sh [COSTAGG]             compare (default: build/release/costagg)
#   bench/instructions.sh --record [COSTAGG]    write a new baseline
#
# The workload is the sample of examples/ five times over: five clusters with 111,600 hourly pod
# rows and one bill with 107,880 hourly lines. Exits 77, which CTest shows as skipped, without
# valgrind.
set -euo pipefail
cd "$(dirname "$0")/.."

record=false
if [ "${1:-}" = --record ]; then
    record=true
    shift
fi
costagg=$(realpath "${1:-build/release/costagg}")
baseline=bench/instructions.json
allowed=10 # percent

command -v valgrind >/dev/null || { echo "instructions: valgrind is not installed"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
.deps/venv/bin/python -B bench/enlarge.py "$folder" 5

# One code path on every machine: no vector instructions that only some have.
export ARROW_USER_SIMD_LEVEL=NONE LC_ALL=C.UTF-8

count() { # stage
    valgrind --tool=callgrind --callgrind-out-file="$folder/$1.out" "$costagg" run \
        -c "$folder/costagg.yaml" --stage "$1" --threads 1 --progress never \
        --output "parquet:$folder/$1" >"$folder/$1.log" 2>&1 ||
        { tail -n 20 "$folder/$1.log" >&2; exit 1; }
    sed -n 's/^totals: //p' "$folder/$1.out"
}

failed=0
declare -A counted
for stage in usage all; do
    counted[$stage]=$(count $stage)
    $record && continue
    before=$(sed -n "s/.*\"$stage\": \([0-9]*\).*/\1/p" "$baseline")
    growth=$((100 * (counted[$stage] - before) / before))
    echo "instructions of stage $stage: ${counted[$stage]}, $growth % over the baseline of $before"
    if [ "$growth" -gt $allowed ]; then
        echo "more than $allowed %: find out why, or record anew: bench/instructions.sh --record"
        failed=1
    fi
done
if $record; then
    printf '{\n  "usage": %s,\n  "all": %s\n}\n' "${counted[usage]}" "${counted[all]}" >$baseline
    cat $baseline
fi
exit $failed
