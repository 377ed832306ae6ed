#!/usr/bin/env bash
# Formatting and house rules. `scripts/lint.sh --fix` formats in place.
set -uo pipefail
cd "$(dirname "$0")/.."

mapfile -t sources < <(find src tests -name '*.[ch]' -o -name '*.cc' | sort)
if [ "${1:-}" = --fix ]; then
    exec clang-format -i "${sources[@]}"
fi

status=0
complain() {
    echo "lint: $1"
    status=1
}

for file in "${sources[@]}"; do
    clang-format --dry-run --Werror "$file" 2>/dev/null ||
        complain "$file is not formatted: make format"
done

# House rules: names that say nothing, unfinished work, headers without an opening paragraph.
while read -r file; do
    complain "$file: a file is named after what it holds"
done < <(find src tests -regextype posix-extended \
    -regex '.*/(utils?|helpers?|common|misc)\.(c|h|cc|py)')
while read -r line; do
    complain "unfinished: $line"
done < <(grep -rnE '\b(TODO|FIXME|XXX)\b' src scripts cmake tests --include='*.[ch]' \
    --include='*.cc' --include='*.py' --include='*.cmake' --include='*.def')
for file in $(find src -name '*.h' -o -name '*.def' | sort); do
    head -c 2 "$file" | grep -q '/\*' || complain "$file does not open with what it is for"
done
while read -r line; do
    complain "jumping over C++ frames is unsafe: $line"
done < <(grep -rnE '\b(setjmp|longjmp) *\(' src --include='*.c' --include='*.h')
for file in scripts/*.sh .ci/run; do
    bash -n "$file" || complain "$file is no shell script"
done

[ $status -eq 0 ] && echo "lint: clean"
exit $status
