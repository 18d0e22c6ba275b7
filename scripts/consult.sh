#!/usr/bin/env bash
# The demo practice on its usual ports, and a LiveKit server for its consultations beside it, both for this machine alone.
set -euo pipefail
cd "$(dirname "$0")/.."
livekit=$(scripts/servers.sh livekit)
export LIVEKIT_URL=ws://127.0.0.1:7880 LIVEKIT_API_KEY=demo
LIVEKIT_API_SECRET=$(head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n')
export LIVEKIT_API_SECRET
LIVEKIT_CONFIG=$(cat <<YAML
port: 7880
bind_addresses: [127.0.0.1]
rtc:
  tcp_port: 7881
  udp_port: 7882
  node_ip: 127.0.0.1
  use_external_ip: false
  enable_loopback_candidate: true
  interfaces: { includes: [$([ "$(uname)" = Darwin ] && echo lo0 || echo lo)] }
keys: { $LIVEKIT_API_KEY: $LIVEKIT_API_SECRET }
webhook:
  api_key: $LIVEKIT_API_KEY
  urls: [http://127.0.0.1:3000/api/livekit/webhook]
logging: { level: warn }
YAML
) "$livekit" & server=$!
trap 'kill $server 2>/dev/null' EXIT
target/release/moodbites serve --demo
