#!/usr/bin/env bash
# Node, npm and a browser for the web client's checks: finds them, or installs them with apt-get.
set -euo pipefail
cd "$(dirname "$0")/../.."

# The oldest Node that Vite and the tests run on; `engines` in web/package.json says the same.
readonly NODE_MAJOR=20 NODE_MINOR=19
# The names that web/playwright.config.ts looks for.
readonly BROWSERS=(chromium chromium-browser google-chrome-stable google-chrome)

is_new_enough() {
  node -e "const [a, b] = process.versions.node.split('.').map(Number);
    process.exit(a > $NODE_MAJOR || (a === $NODE_MAJOR && b >= $NODE_MINOR) ? 0 : 1)"
}

has_browser() {
  local name
  [[ -n ${CHAT_TEST_BROWSER:-} ]] && return
  for name in "${BROWSERS[@]}"; do command -v "$name" >/dev/null && return; done
  return 1
}

packages=()
command -v node >/dev/null || packages+=(nodejs)
command -v npm >/dev/null || packages+=(npm)
has_browser || packages+=(chromium)
if ((${#packages[@]} > 0)); then deploy/scripts/install.sh "${packages[@]}"; fi

if ! is_new_enough; then
  echo "Node $(node --version) is too old for the web client: please install $NODE_MAJOR.$NODE_MINOR or newer" >&2
  echo '(https://nodejs.org/en/download, or a version manager such as nvm) and run this again.' >&2
  exit 69
fi
if ! has_browser; then
  echo "please install Chromium (one of: ${BROWSERS[*]}), or name one in CHAT_TEST_BROWSER" >&2
  exit 69
fi
