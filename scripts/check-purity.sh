#!/usr/bin/env bash
# What decides is pure: no Tokio below these crates, and nobody but the shell reads the clock.
set -euo pipefail
cd "$(dirname "$0")/.."
for crate in domain calls turn wire; do
  if cargo tree --locked -p "$crate" -e normal --prefix none | grep -q '^tokio '; then
    echo "crates/$crate depends on tokio; the pure crates may not" >&2
    exit 1
  fi
done
if grep -rnE '(Instant|SystemTime)::now\(' crates/{domain,calls,turn,wire,app}/src; then
  echo "time comes in as an argument; only crates/server/src/shell reads the clock" >&2
  exit 1
fi
