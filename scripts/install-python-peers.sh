#!/usr/bin/env bash
# A virtual environment with the clients in Python, if what is there isn't of these very versions.
set -euo pipefail
cd "$(dirname "$0")/../e2e/peers"
cmp -s requirements.txt .venv/requirements.txt && exit 0
rm -rf .venv
"${PYTHON:-python3}" -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check --only-binary :all: --no-deps -r requirements.txt
cp requirements.txt .venv/
