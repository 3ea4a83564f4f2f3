#!/usr/bin/env bash
# install.sh PACKAGE...: Debian packages that a script needs. Wants root or sudo.
set -euo pipefail

as_root() { if ((EUID == 0)); then "$@"; else sudo "$@"; fi; }

command -v apt-get >/dev/null || { echo "please install: $*" >&2; exit 69; }

# Debian starts a service on its standard port as soon as it is installed; only the programs are wanted here.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
  trap 'as_root rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
  as_root chmod +x "$policy"
fi
as_root apt-get update -qq
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -yqq --no-install-recommends "$@" >/dev/null
