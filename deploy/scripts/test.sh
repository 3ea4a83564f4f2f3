#!/usr/bin/env bash
# Everything that a change must pass, in the order in which it fails fastest. `make test` runs this.
set -euo pipefail
cd "$(dirname "$0")/../.."

# The suites that need PostgreSQL and Redis skip themselves without the two; here nothing may be skipped.
if [[ -z ${CHAT_TEST_POSTGRES_URL:-} || -z ${CHAT_TEST_REDIS_URL:-} ]]; then
  exec deploy/scripts/with-services.sh "$0" "$@"
fi

step() {
  local name=$1 started=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  "$@" || { printf '\n== %s: failed after %d s\n' "$name" "$((SECONDS - started))" >&2; exit 1; }
  times+=("$(printf '%6d s  %s' "$((SECONDS - started))" "$name")")
}

tests() {
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --workspace --locked
  else
    cargo test --workspace --all-targets --locked
  fi
}

times=()
step format cargo fmt --all --check
step 'tools of the web client' deploy/scripts/web-tools.sh
step lint cargo clippy --workspace --all-targets --locked -- -D warnings
# Builds the page that the nodes serve.
step 'web client' deploy/scripts/check-web.sh
# The tests that start real processes run these.
step binaries cargo build --workspace --bins --locked
step tests tests
step 'web client in a browser' npm --prefix web run browser
step 'examples in the documentation' cargo test --workspace --doc --locked
step documentation env RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --locked
step deployment deploy/scripts/check-deploy.sh

printf '\n'
printf '%s\n' "${times[@]}"
printf '%6d s  in all\n' "$SECONDS"
