#!/usr/bin/env bash
# Everything that `make bench` does: the bench's own Python environment, the bare programs, then
# run.py with the arguments given (`bench/run.sh --help`).
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(numpy==2.3.4 pyarrow==26.0.1 duckdb==2.0.0)
venv=build/bench-venv
stamp=$venv/stamp-$(echo "${packages[*]}" | sha256sum | cut -c1-16)
if [ ! -e "$stamp" ]; then
    echo "bench: installing ${packages[*]} into $venv"
    python3 -m venv $venv
    $venv/bin/python -m pip install --quiet "${packages[@]}"
    touch "$stamp"
fi
cmake --build build/release --parallel "$(nproc)" --target costagg bare_scan bare_write
exec $venv/bin/python -B bench/run.py "$@"
