#!/usr/bin/env bash
# Every benchmark; `make bench` builds first. The last lines are the tables.
set -euo pipefail
cd "$(dirname "$0")"
[ -d node_modules ] || npm ci --no-audit --no-fund --loglevel=error
ulimit -n 65536 || echo "fewer than 65536 files may be open; 5,000 sockets may not fit" >&2
node bench.mjs "$@"
if [ $# -eq 0 ]; then
  (cd .. && scripts/install.sh chromium && make --silent e2e/node_modules/.package-lock.json)
  node first-frame.mjs
  node responsive.mjs
  node consultation.mjs
fi
