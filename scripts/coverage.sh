#!/usr/bin/env bash
# Which lines and branches of the computing stages the tests reach, with a floor for both. A gap
# that is meant carries its reason and GCOVR_EXCL_LINE or GCOVR_EXCL_BR_LINE on the line.
#
#   scripts/coverage.sh               build, run unit tests and recorded cases, report
#   scripts/coverage.sh BUILD-FOLDER  only the report, on counters that are there
set -euo pipefail
cd "$(dirname "$0")/.."

# Where the tests have got to on the way to all of them: to be raised, never lowered.
floor_lines=92
floor_branches=87

if [ $# -eq 0 ]; then
    scripts/setup.sh check
    make --no-print-directory build-coverage
    find build/coverage -name '*.gcda' -delete
    exec ctest --test-dir build/coverage --parallel "$(nproc)" --output-on-failure \
        -R '^(unit\.|golden\.rows$|differential$|coverage\.)'
fi

mkdir -p "$1/report"
# An assert() guards what cannot happen, and TRY() passes on what was tested where it was made:
# their second branches are no gaps.
gcovr --root . --filter 'src/(aggregate|attribute)/' --exclude '.*_(test|fixture)\.[ch]' \
    --exclude-throw-branches --exclude-unreachable-branches \
    --exclude-branches-by-pattern '.*\b(assert|TRY)\(.*' \
    --html-details "$1/report/index.html" --txt "$1/report/summary.txt" --print-summary \
    --fail-under-line $floor_lines --fail-under-branch $floor_branches "$1" && status=0 || status=$?
[ $status -eq 0 ] || cat "$1/report/summary.txt"
echo "coverage: the report is $1/report/index.html"
exit $status
