#!/usr/bin/env bash
# Lines and branches of the computing stages that tests reach, with a floor. The report is
# build/coverage/report/index.html; a gap that is meant carries its reason and GCOVR_EXCL_LINE (or
# GCOVR_EXCL_BR_LINE) on the line.
#
#   scripts/coverage.sh [FLOOR-LINES [FLOOR-BRANCHES]]
set -euo pipefail
cd "$(dirname "$0")/.."

lines=${1:-100}
branches=${2:-95}
scripts/setup.sh all
make --no-print-directory build-coverage >/dev/null
find build/coverage -name '*.gcda' -delete
ctest --test-dir build/coverage --parallel "$(nproc)" -L '^(unit|golden)$' --output-on-failure \
    >build/coverage/tests.log || {
    tail -n 40 build/coverage/tests.log
    exit 1
}
mkdir -p build/coverage/report
# assert() guards what cannot happen: its other branch is no gap.
gcovr --root . --object-directory build/coverage --filter 'src/(aggregate|attribute)/' \
    --exclude '.*_test\.c' --exclude-throw-branches --exclude-unreachable-branches \
    --exclude-branches-by-pattern '.*\b(assert|TRY)\(.*' --sort-uncovered \
    --html-details build/coverage/report/index.html --print-summary \
    --fail-under-line "$lines" --fail-under-branch "$branches"
