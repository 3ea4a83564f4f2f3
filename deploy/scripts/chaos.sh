#!/usr/bin/env bash
# chaos.sh: every fault of the chaos suite, under load, and its table in docs/reliability.md. `make chaos` runs this.
#
#   FAULTS="redis-kill gateway-kill"  only these rows (names: standalone/tests/chaos/faults.rs); the page stays as it is
#   PROFILE=dev                       debug binaries
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly PAGE=docs/reliability.md PROFILE=${PROFILE:-release}

packages=()
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || packages+=(postgresql)
command -v redis-server >/dev/null || packages+=(redis-server)
compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null || packages+=(faketime)
if ((${#packages[@]} > 0)); then deploy/scripts/install.sh "${packages[@]}"; fi

cargo build --workspace --bins --profile "$PROFILE" --locked
table=$(mktemp "${TMPDIR:-/tmp}/chat-chaos-table.XXXXXX")
trap 'rm -f "$table"' EXIT
# The storm: five thousand sockets of a killed gateway.
if [[ -z ${FAULTS:-} ]]; then
  deploy/scripts/with-services.sh cargo test --package standalone --test it --profile "$PROFILE" --locked -- \
    --ignored --nocapture five_thousand
fi
CHAOS_FAULTS=${FAULTS:-} CHAOS_TABLE=$table \
  cargo test --package standalone --test chaos --profile "$PROFILE" --locked -- --ignored --nocapture --test-threads 1

if [[ -n ${FAULTS:-} ]]; then exit; fi
# What stands between the two marks is this script's.
awk -v table="$table" -v head="$(date -u +%Y-%m-%d), \`$PROFILE\` binaries, $(nproc) cores shared by everything." '
  /<!-- chaos:end -->/ { skip = 0 }
  !skip
  /<!-- chaos:begin -->/ { skip = 1; print head "\n"; while ((getline line < table) > 0) print line }
' "$PAGE" >"$table.page"
mv "$table.page" "$PAGE"
echo "the table is in $PAGE"
