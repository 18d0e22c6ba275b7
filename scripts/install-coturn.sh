#!/usr/bin/env bash
# Installs coturn's client, which the relay is tested with, where that is possible; its own server is not started.
set -euo pipefail
if command -v turnutils_uclient >/dev/null; then
  exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "turnutils_uclient is missing and can't be installed from here: apt-get install coturn" >&2
  exit 1
fi
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
apt-get install -y --no-install-recommends coturn >&2
