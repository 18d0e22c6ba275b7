#!/usr/bin/env bash
# What tests are run with, from Debian's packages, where it isn't there yet: install.sh chromium ffmpeg …
set -euo pipefail

wanted=()
has() { command -v "$1" >/dev/null; }
for what; do
  case $what in
    chromium) has "${CHROMIUM:-/usr/bin/chromium}" || wanted+=(chromium fonts-liberation fonts-noto-color-emoji) ;;
    coturn) has turnutils_uclient || wanted+=(coturn) ;;
    ffmpeg) has ffmpeg && has ffprobe || wanted+=(ffmpeg) ;;
    firefox) has "${FIREFOX:-/usr/bin/firefox-esr}" || wanted+=(firefox-esr) ;;
    nat) has ip && has nft || wanted+=(iproute2 nftables) ;;
    redis) has redis-server || wanted+=(redis-server) ;;
    xvfb) has Xvfb || wanted+=(xvfb) ;;
    *) echo "install.sh knows no $what" >&2 && exit 2 ;;
  esac
done
[ ${#wanted[@]} = 0 ] && exit 0

as_root=""
[ "$(id -u)" = 0 ] || as_root=sudo
if ! has apt-get; then
  echo "Install ${wanted[*]}, then run again; CHROMIUM and FIREFOX name browsers that are elsewhere." >&2
  exit 1
fi
# A server that comes along is not started: tests start their own.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
  trap '$as_root rm -f "$policy"' EXIT
  $as_root chmod +x "$policy"
fi
$as_root apt-get update -qq
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null
