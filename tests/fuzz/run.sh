#!/usr/bin/env bash
# Fuzzes every target for some seconds, two at a time, and prints the figures.
#
#   tests/fuzz/run.sh 600 [TARGET…]      TARGET: label_json, config, …
#
# Needs clang (scripts/setup.sh all). New inputs are kept in build/fuzz/corpus/, the seeds in
# tests/fuzz/corpus/ stay as they are; a crash leaves its input in build/fuzz/crash/ and makes the
# exit status 1. To take what was found into the seeds, minimised:
#
#   build/fuzz/fuzz/fuzz.config -merge=1 tests/fuzz/corpus/config build/fuzz/corpus/config
set -uo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:?usage: tests/fuzz/run.sh SECONDS [TARGET…]}
shift
make --no-print-directory build-fuzz >/dev/null || exit
build=build/fuzz
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    mapfile -t targets < <(cd $build/fuzz && find . -maxdepth 1 -name 'fuzz.*' -type f -executable |
        sed 's|./fuzz.||' | sort)
fi

export ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=1
export LSAN_OPTIONS=suppressions=$PWD/tests/leaks.supp:print_suppressions=0
fuzz() {
    local name=$1
    mkdir -p "$build/corpus/$name" "$build/crash"
    "$build/fuzz/fuzz.$name" -max_total_time="$seconds" -max_len=8192 -rss_limit_mb=2048 -timeout=20 \
        -artifact_prefix="$build/crash/$name-" -print_final_stats=1 \
        "$build/corpus/$name" "tests/fuzz/corpus/$name" >"$build/$name.log" 2>&1
    local status=$? runs
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/$name.log")
    if [ $status -eq 0 ]; then
        printf '%-16s %12s executions, nothing found\n' "$name" "$runs"
    else
        printf '%-16s %12s executions, FOUND: %s\n' "$name" "${runs:-?}" \
            "$(grep -m1 -E 'broken:|ERROR|SUMMARY' "$build/$name.log")"
        return 1
    fi
}
export -f fuzz
export seconds build

printf '%s\n' "${targets[@]}" | xargs -P 2 -I{} bash -c 'fuzz {}'
