#!/usr/bin/env bash
# Writes the plain manifests beside this script from the chart, for those who don't use Helm: one
# file for each deploy/helm/examples/*.yaml. `render.sh DIR` writes them to another folder.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-$here}
helm=${HELM:-$(command -v helm || echo "$here/../../.deps/go/bin/helm")}
kubernetes=1.33

for values in "$here"/../helm/examples/*.yaml; do
    name=$(basename "$values" .yaml)
    {
        echo "# Rendered by deploy/kubernetes/render.sh from the chart with examples/$name.yaml."
        "$helm" template costagg "$here/../helm/costagg" --namespace costagg \
            --kube-version "$kubernetes" --values "$values" |
            grep -vE '^ *(helm.sh/chart|app.kubernetes.io/managed-by):'
    } >"$target/$name.yaml"
done
