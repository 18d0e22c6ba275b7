#!/usr/bin/env bash
# Firefox from Debian's packages, if it isn't there yet.
set -euo pipefail
[ -x "${FIREFOX:-/usr/bin/firefox-esr}" ] && exit 0
if ! command -v apt-get >/dev/null; then
  echo "Set FIREFOX to a Firefox binary, then run again." >&2
  exit 1
fi
as_root=""
[ "$(id -u)" = 0 ] || as_root=sudo
$as_root apt-get update -qq
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends firefox-esr >/dev/null
