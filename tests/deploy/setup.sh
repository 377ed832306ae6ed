#!/usr/bin/env bash
# Installs what the tests of deploy/ use besides the rest: Kubernetes' schemas into .deps/venv and,
# where there is Go, Helm into .deps/go/bin. Idempotent. What cannot be had is skipped by the tests.
set -euo pipefail
cd "$(dirname "$0")/../.."

helm_module=helm.sh/helm/v3/cmd/helm@v3.19.5

.deps/venv/bin/python -c 'import kubernetes_validate, yaml' 2>/dev/null ||
    .deps/venv/bin/python -m pip install --quiet --only-binary=:all: --no-deps \
        -r tests/deploy/requirements.txt

[ -x .deps/go/bin/helm ] && exit 0
if ! command -v go >/dev/null; then
    echo "setup: there is no Go: the chart is tested as rendered, without Helm"
    exit 0
fi
echo "setup: building Helm, once (about two minutes)"
export GOPATH=$PWD/.deps/go GOBIN=$PWD/.deps/go/bin GOFLAGS=-modcacherw GOTOOLCHAIN=local
nice go install "$helm_module" 2>.deps/helm.log || {
    tail -n 3 .deps/helm.log
    echo "setup: Helm cannot be built: the chart is tested as rendered, without Helm"
}
