#!/usr/bin/env bash
# Firefox from Debian's packages, and a display for it that nobody sees, if they aren't there yet.
set -euo pipefail
wanted=()
[ -x "${FIREFOX:-/usr/bin/firefox-esr}" ] || wanted+=(firefox-esr)
[ -x /usr/bin/Xvfb ] || wanted+=(xvfb)
[ ${#wanted[@]} = 0 ] && exit 0
if ! command -v apt-get >/dev/null; then
  echo "Install ${wanted[*]}, then run again; FIREFOX names another Firefox." >&2
  exit 1
fi
as_root=""
[ "$(id -u)" = 0 ] || as_root=sudo
$as_root apt-get update -qq
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null
