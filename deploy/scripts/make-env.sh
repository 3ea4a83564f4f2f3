#!/usr/bin/env bash
# Writes .env with fresh secrets for docker compose. Never overwrites one: the database would lose its password.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly SECRET_BYTES=32
if [[ -e .env ]]; then
  echo '.env is there already; remove it yourself if its secrets may go' >&2
  exit 73
fi

# Hexadecimal, so that a secret can stand in a URL as it is.
secret() { od -An -N "$SECRET_BYTES" -v -t x1 /dev/urandom | tr -d ' \n'; }

umask 077
part=$(mktemp .env.XXXXXX)
trap 'rm -f "$part"' EXIT
while IFS= read -r line; do
  case $line in
    *=generate) printf '%s=%s\n' "${line%%=*}" "$(secret)" ;;
    *) printf '%s\n' "$line" ;;
  esac
done <.env.example >"$part"
ln "$part" .env
echo 'wrote .env'
