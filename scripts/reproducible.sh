#!/usr/bin/env bash
# Builds the committed source in two folders of different names and compares what would be
# installed, byte for byte.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh build
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for folder in "$work/a" "$work/another folder/deeper"; do
    mkdir -p "$folder"
    git archive HEAD | tar -x -C "$folder"
    if [ -e .deps/arrow ]; then
        mkdir "$folder/.deps"
        cp -a "$(readlink -f .deps/arrow)" "$folder/.deps/arrow"
    fi
    (cd "$folder" && cmake --preset release -DBUILD_TESTING=OFF >/dev/null &&
        cmake --build build/release --parallel "$(nproc)" >/dev/null &&
        DESTDIR="$folder/installed" cmake --install build/release --prefix /usr >/dev/null)
    (cd "$folder/installed" && find . -type f -print0 | sort -z | xargs -0 sha256sum) \
        >"$work/$(basename "$folder").sums"
done
if diff "$work/a.sums" "$work/deeper.sums"; then
    echo "reproducible: $(wc -l <"$work/a.sums") files are the same from both folders"
else
    echo "reproducible: the files above differ" >&2
    exit 1
fi
