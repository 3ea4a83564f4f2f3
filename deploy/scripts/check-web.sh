#!/usr/bin/env bash
# Checks and builds the web client: lint, types, unit tests, web/dist, what the widget weighs, the package as products
# install it. What needs servers is `npm run browser`.
set -euo pipefail
cd "$(dirname "$0")/../../web"

npm ci --no-audit --no-fund
npm run check
npm run build
npm run size
npm run package
