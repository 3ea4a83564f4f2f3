#!/usr/bin/env bash
# Checks and builds the web client: lint, types, unit tests, web/dist. What needs servers is `npm run browser`.
set -euo pipefail
cd "$(dirname "$0")/../../web"

npm ci --no-audit --no-fund
npm run check
npm run build
