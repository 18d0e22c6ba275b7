#!/usr/bin/env bash
# The server with a demo practice on 3000, rebuilt and restarted when a Rust file changes; the web app by Vite on 5173.
set -euo pipefail
cd "$(dirname "$0")/.."
trap 'kill $(jobs -p) 2>/dev/null' EXIT
(cd frontend && npm run --silent i18n && exec node_modules/.bin/vite) &
stamp() { find crates Cargo.lock -name '*.rs' -newer target/.dev-built -print -quit 2>/dev/null; }
while true; do
  mkdir -p target && touch target/.dev-built
  server=""
  if cargo build --locked --bin moodbites; then
    target/debug/moodbites serve --demo & server=$!
  fi
  while [ -z "$(stamp)" ]; do sleep 1; done
  [ -z "$server" ] || { kill "$server" 2>/dev/null; wait "$server" || true; }
done
