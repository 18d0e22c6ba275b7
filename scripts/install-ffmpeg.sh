#!/usr/bin/env bash
# ffmpeg and ffprobe from Debian's packages, for the test that looks into a recorded call.
set -euo pipefail
command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null && exit 0
if ! command -v apt-get >/dev/null; then
  echo "Install ffmpeg, then run again." >&2
  exit 1
fi
as_root=""
[ "$(id -u)" = 0 ] || as_root=sudo
$as_root apt-get update -qq
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends ffmpeg >/dev/null
