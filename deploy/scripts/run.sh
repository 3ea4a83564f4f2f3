#!/usr/bin/env bash
# Starts everything in one process. The web client is built first where Node is; without it a built-in page is served.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [[ -f web/package.json ]] && command -v npm >/dev/null; then
  npm --prefix web ci --no-audit --no-fund
  npm --prefix web run build
fi
exec cargo run "$@"
