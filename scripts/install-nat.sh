#!/usr/bin/env bash
# Installs what the tests of calls through NATs are built from, where that is possible.
set -euo pipefail
command -v ip >/dev/null && command -v nft >/dev/null && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "ip and nft are missing and can't be installed from here: apt-get install iproute2 nftables" >&2
  exit 1
fi
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends iproute2 nftables >/dev/null
