#!/usr/bin/env bash
# Every test there is: the release build with all of them, the sanitizer build with those that are
# worth repeating there, the coverage build for the floor of what is reached. Results are kept in
# build/check/ as JUnit files; build/check/summary holds the line that .ci/run ends with.
#
#   scripts/check.sh            everything
#   scripts/check.sh REGEX      only CTest tests whose name matches, in the release build
set -uo pipefail
cd "$(dirname "$0")/.."

only=${1:-}
jobs=$(nproc 2>/dev/null || echo 2)
results=build/check
rm -rf $results
mkdir -p $results
export LC_ALL=C.UTF-8
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:detect_stack_use_after_return=1:abort_on_error=0}
export LSAN_OPTIONS=${LSAN_OPTIONS:-suppressions=$PWD/tests/leaks.supp:print_suppressions=0}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}

scripts/setup.sh check || exit

# run_tests PRESET CTEST-ARGUMENTS…: builds, runs, leaves one JUnit file.
failed=0
run_tests() {
    local preset=$1
    shift
    if ! make --no-print-directory "build-$preset" >"$results/$preset.build" 2>&1; then
        tail -n 40 "$results/$preset.build"
        echo "check: the $preset build failed; all of it is in $results/$preset.build" >&2
        failed=1
        return
    fi
    echo "== $preset"
    ctest --test-dir "build/$preset" --parallel "$jobs" --output-on-failure --no-tests=error \
        --test-output-size-passed 10000000 --test-output-size-failed 10000000 \
        --output-junit "$PWD/$results/$preset.xml" "$@" || failed=1
}

if [ -n "$only" ]; then
    run_tests release -R "$only"
else
    run_tests release
    run_tests asan -L '^(unit|sanitized)$'
    find build/coverage -name '*.gcda' -delete 2>/dev/null
    run_tests coverage -R '^(unit\.|golden\.rows$|differential$|coverage\.)'
fi

python3=.deps/venv/bin/python
$python3 -B scripts/count_tests.py "$results"/*.xml >$results/summary || failed=1
cat $results/summary
exit $failed
