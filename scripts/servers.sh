#!/usr/bin/env bash
# Builds a server that tests run against, where it is missing or older than its source, and prints where it is:
#   scripts/servers.sh ferretdb     MongoDB's protocol on SQLite
#   scripts/servers.sh s3           the S3 protocol, in memory
#   scripts/servers.sh toxiproxy    a network that stalls, lags and breaks
#   scripts/servers.sh pebble       an authority of certificates, Let's Encrypt's own for tests
#   scripts/servers.sh livekit      LiveKit, for consultations
#   scripts/servers.sh egress       what LiveKit takes for its Egress
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:?which server}
out=$PWD/e2e/servers/bin/$name
command -v go >/dev/null || { echo "tests need Go 1.26 or newer for $name: https://go.dev" >&2; exit 1; }
case $name in
  ferretdb | s3 | egress)
    if [ ! -x "$out" ] || [ -n "$(find "e2e/servers/$name" -newer "$out" -type f)" ]; then
      echo "building $name; the first time takes a minute or two" >&2
      # Beside, then renamed: two that build at once don't get in each other's way.
      (cd "e2e/servers/$name" && CGO_ENABLED=0 go build -trimpath -o "$out.$$" .)
      mv "$out.$$" "$out"
    fi
    ;;
  toxiproxy)
    if [ ! -x "$out" ]; then
      echo "building $name" >&2
      GOBIN=$out.$$ CGO_ENABLED=0 go install github.com/Shopify/toxiproxy/v2/cmd/server@v2.5.0
      mv "$out.$$/server" "$out"
      rmdir "$out.$$"
    fi
    ;;
  pebble)
    if [ ! -x "$out" ]; then
      echo "building $name" >&2
      GOBIN=$out.$$ CGO_ENABLED=0 go install github.com/letsencrypt/pebble/v2/cmd/pebble@v2.10.3
      mv "$out.$$/pebble" "$out"
      rmdir "$out.$$"
    fi
    ;;
  livekit)
    if [ ! -x "$out" ]; then
      echo "building $name; the first time takes a minute or two" >&2
      # Later versions have replace directives, which an install from outside refuses.
      GOBIN=$out.$$ CGO_ENABLED=0 go install github.com/livekit/livekit-server/cmd/server@v1.13.5
      mv "$out.$$/server" "$out"
      rmdir "$out.$$"
    fi
    ;;
  *) echo "there is no server $name" >&2; exit 1 ;;
esac
echo "$out"
