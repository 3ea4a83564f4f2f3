#!/usr/bin/env bash
# with-services.sh COMMAND...: runs COMMAND beside a private PostgreSQL and a private Redis, which end with it.
#
# COMMAND finds them by CHAT_TEST_POSTGRES_URL and CHAT_TEST_REDIS_URL. Both listen on 127.0.0.1 alone, on ports that
# the kernel gives, and keep everything in one temporary folder. Whatever is missing is installed with apt-get.
set -euo pipefail

readonly READY_SECONDS=30
(($# > 0)) || { sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 64; }

newest_postgres() {
  local initdb
  initdb=$(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)
  [[ -n $initdb ]] || initdb=$(command -v initdb) || return 1
  dirname "$(readlink -f "$initdb")"
}

packages=()
newest_postgres >/dev/null || packages+=(postgresql)
command -v redis-server >/dev/null || packages+=(redis-server)
if ((${#packages[@]} > 0)); then "$(dirname "$0")/install.sh" "${packages[@]}"; fi
postgres_bin=$(newest_postgres)

# Every job gets a process group of its own: Ctrl-C reaches this script alone, which then ends them in order.
set -m
folder=$(mktemp -d "${TMPDIR:-/tmp}/chat-services.XXXXXX")
services=() command_pid='' interrupted=''

# shellcheck disable=SC2329 # the trap calls it
stop_everything() {
  trap '' INT TERM
  if [[ -n $command_pid ]]; then kill -TERM -- "-$command_pid" 2>/dev/null || true; fi
  local pid
  for pid in "${services[@]}"; do kill -INT "$pid" 2>/dev/null || true; done
  for pid in "${services[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$folder"
}
trap stop_everything EXIT
trap 'interrupted=130; exit 130' INT
trap 'interrupted=143; exit 143' TERM

# PostgreSQL refuses to run as root. The signal on the parent's death covers what a trap cannot: SIGKILL.
unprivileged=(setpriv --pdeathsig INT)
if ((EUID == 0)); then
  unprivileged=(setpriv --reuid nobody --regid nogroup --clear-groups --pdeathsig INT)
  chown nobody "$folder"
fi

free_port() {
  perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport'
}

# start NAME COMMAND...: in the background, its output in the folder's NAME.log
start() {
  local name=$1
  shift
  (cd "$folder" && exec "${unprivileged[@]}" "$@") </dev/null >"$folder/$name.log" 2>&1 &
  services+=("$!")
}

# await NAME PROBE...: until the probe succeeds; a server that ends or stays silent is a failure with its log
await() {
  local name=$1 pid=${services[-1]} deadline=$((SECONDS + READY_SECONDS))
  shift
  until "$@" >/dev/null 2>&1; do
    if ! kill -0 "$pid" 2>/dev/null || ((SECONDS >= deadline)); then
      echo "$name did not start:" >&2
      cat "$folder/$name.log" >&2
      exit 70
    fi
    sleep 0.1
  done
}

(cd "$folder" && "${unprivileged[@]}" "$postgres_bin/initdb" -D "$folder/postgres" -U postgres --auth trust \
  --encoding UTF8 --locale C.UTF-8 --no-sync) >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; exit 70; }

# The data does not outlive the run, so nothing waits for the disk.
postgres_port=$(free_port)
start postgres "$postgres_bin/postgres" -D "$folder/postgres" -p "$postgres_port" -k "$folder" \
  -c listen_addresses=127.0.0.1 -c max_connections=300 -c fsync=off -c full_page_writes=off
await postgres "$postgres_bin/pg_isready" -q -h 127.0.0.1 -p "$postgres_port"

redis_port=$(free_port)
start redis redis-server --bind 127.0.0.1 --port "$redis_port" --dir "$folder" --save '' --appendonly no
await redis redis-cli -h 127.0.0.1 -p "$redis_port" ping

export CHAT_TEST_POSTGRES_URL="postgres://postgres@127.0.0.1:$postgres_port/postgres"
export CHAT_TEST_REDIS_URL="redis://127.0.0.1:$redis_port"

"$@" &
command_pid=$!
status=0
wait "$command_pid" || status=$?
exit "${interrupted:-$status}"
