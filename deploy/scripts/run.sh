#!/usr/bin/env bash
# Starts everything in one process. The web client is built first where Node is; without it a built-in page is served.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [[ -f web/package.json ]] && command -v npm >/dev/null; then
  # npm writes the first when it has installed what the second says.
  if [[ ! web/node_modules/.package-lock.json -nt web/package-lock.json ]]; then
    npm --prefix web ci --no-audit --no-fund
  fi
  npm --prefix web run build
fi
exec cargo run "$@"
