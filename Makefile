# `make help` lists what there is. Everything that is missing is installed by the target that needs it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

WEB_SOURCES := $(shell find frontend/src frontend/locales frontend/public frontend/project.inlang frontend/scripts frontend/index.html \
	frontend/vite.config.ts frontend/tsconfig.json -type f -not -path '*/generated/*' -not -path '*/cache/*' -not -name '*.test.*' 2>/dev/null)
WEB_MODULES := frontend/node_modules/.package-lock.json
E2E_MODULES := e2e/node_modules/.package-lock.json
WEB_APP := frontend/dist/index.html

.PHONY: help run install dev test test-look fuzz test-rust test-web test-wire test-wire-mongodb test-conformance test-crash test-turn test-tls test-nat test-peers test-livekit consult torture test-browser check check-rust check-web audit bench tools servers

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 16

run: $(WEB_APP) | tools ## build everything and start a demo practice on http://localhost:3000
	@cargo build --release --locked --bin moodbites
	@exec target/release/moodbites serve --demo

consult: $(WEB_APP) | tools ## the same with a LiveKit server beside it, for consultations of more than two
	@cargo build --release --locked --bin moodbites
	@scripts/consult.sh

install: $(WEB_APP) | tools ## build the program and copy it to ~/.cargo/bin
	cargo install --locked --path crates/server

dev: $(WEB_MODULES) | tools ## the same with reload on both sides: http://localhost:5173
	@scripts/dev.sh

test: ## every test: Rust, TypeScript, the wire, the browser
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target test-rust test-web
	@$(MAKE) --no-print-directory test-wire test-wire-mongodb
	@$(MAKE) --no-print-directory --jobs=3 --output-sync=target test-conformance test-turn test-tls # they mostly wait
	@$(MAKE) --no-print-directory test-crash test-browser

test-rust: $(WEB_APP) servers | tools ## unit, property and contract tests
	cargo test --workspace --locked

# What is ours is optimised too, and still checks what it adds up and asserts; what it stands on is compiled already. What
# unpacks archives does it in memory where that can be.
FUZZ_RUNS ?= 2000000
fuzz: $(WEB_APP) | tools ## everything that parses, each with two million inputs
	$(if $(wildcard /dev/shm),TMPDIR=/dev/shm) FUZZ_RUNS=$(FUZZ_RUNS) cargo $(foreach crate,$(notdir $(wildcard crates/*)),--config profile.dev.package.$(crate).opt-level=2) test --locked --no-fail-fast -p wire -p app -p store -p server mangled -- --nocapture

# After what is built of the same sources, which compiles the same texts.
test-web: $(WEB_APP) ## the web app's own tests
	cd frontend && npm test

test-wire: target/debug/moodbites $(E2E_MODULES) servers ## socket.io-client against the real server, as old clients speak and as ours does
	cd e2e && MOODBITES_BIN=$(CURDIR)/target/debug/moodbites npm run --silent test:wire

test-wire-mongodb: target/debug/moodbites $(E2E_MODULES) servers ## the same, with the data in MongoDB's protocol instead of SQLite
	cd e2e && MOODBITES_BIN=$(CURDIR)/target/debug/moodbites npm run --silent test:wire-mongodb

test-conformance: target/debug/examples/conformance $(E2E_MODULES) ## the public suites of Socket.IO 5 and Engine.IO 4, by behaviour
	cd e2e && npm run --silent test:conformance

test-crash: target/debug/moodbites target/debug/examples/breakable target/debug/examples/hold $(E2E_MODULES) servers ## people write while the server, and the database, are killed again and again; the histories are checked
	cd e2e && MOODBITES_BIN=$(CURDIR)/target/debug/moodbites npm run --silent test:crash

test-turn: target/debug/moodbites ## the relay, by coturn's client: nothing is lost in any of its modes
	@scripts/install.sh coturn || echo "without coturn's client: those tests are SKIPPED" >&2
	cd e2e && MOODBITES_BIN=$(CURDIR)/target/debug/moodbites npm run --silent test:turn

test-tls: target/debug/moodbites servers ## a certificate by ACME, from Let's Encrypt's own authority for tests
	cd e2e && MOODBITES_BIN=$(CURDIR)/target/debug/moodbites npm run --silent test:tls

test-nat: target/debug/moodbites $(E2E_MODULES) ## calls between browsers behind NATs and firewalls, in network namespaces made for it
	@scripts/install.sh chromium
	@scripts/install.sh nat || echo "without ip and nft: those tests are SKIPPED" >&2
	cd e2e && MOODBITES_BIN=$(CURDIR)/target/debug/moodbites npm run --silent test:nat

test-peers: target/debug/moodbites $(E2E_MODULES) ## calls and consultations of our web app with Firefox, and with clients in Python
	@scripts/install.sh chromium
	@scripts/install.sh firefox xvfb || echo "without Firefox: those tests are SKIPPED" >&2
	@scripts/install-python-peers.sh || echo "without clients in Python: those tests are SKIPPED" >&2
	@scripts/servers.sh livekit >/dev/null
	cd e2e && MOODBITES_BIN=$(CURDIR)/target/debug/moodbites npm run --silent test:peers

test-livekit: target/debug/moodbites $(E2E_MODULES) ## consultations on a real LiveKit server: the wire with LiveKit's own client, four people in Chromium, pictures of every state in e2e/artifacts/look
	@scripts/install.sh chromium ffmpeg redis
	@scripts/servers.sh livekit >/dev/null
	@scripts/servers.sh egress >/dev/null
	cd e2e/livekit && npm ci --no-audit --no-fund --loglevel=error
	cd e2e && MOODBITES_BIN=$(CURDIR)/target/debug/moodbites npm run --silent test:livekit-wire
	cd e2e && MOODBITES_BIN=$(CURDIR)/target/debug/moodbites npm run --silent test:livekit

torture: target/debug/examples/breakable $(E2E_MODULES) servers ## the same for a million messages and two thousand kills: some twenty minutes
	cd e2e && npm run --silent torture

test-browser: target/debug/moodbites $(E2E_MODULES) ## Chromium against the real server; artefacts in e2e/artifacts
	@scripts/install.sh chromium ffmpeg
	cd e2e && MOODBITES_BIN=$(CURDIR)/target/debug/moodbites npm run --silent test:browser

test-look: target/debug/moodbites $(E2E_MODULES) ## pictures of every state in e2e/artifacts/look, for a person to look at, with axe on each: some five minutes
	@scripts/install.sh chromium
	cd e2e && MOODBITES_BIN=$(CURDIR)/target/debug/moodbites npm run --silent test:look

.PHONY: test-large-file
test-large-file: target/debug/moodbites $(E2E_MODULES) ## a file of 200 MB arrives whole in a call, across an ICE restart
	@scripts/install.sh chromium
	cd e2e && MOODBITES_BIN=$(CURDIR)/target/debug/moodbites TEST_FILE_MIB=200 npm run --silent test:browser -- browser/calls-files.spec.ts

# With the features of the tests, so that what `make test` has compiled is used again.
.PHONY: target/debug/examples/breakable target/debug/examples/conformance target/debug/examples/hold
target/debug/examples/breakable target/debug/examples/conformance target/debug/examples/hold: $(WEB_APP) | tools
	cargo build --workspace --locked --example $(notdir $@)

servers: | tools ## the servers that tests run against: MongoDB's protocol, a network that breaks, an authority of certificates
	@scripts/servers.sh ferretdb >/dev/null
	@scripts/servers.sh s3 >/dev/null
	@scripts/servers.sh toxiproxy >/dev/null
	@scripts/servers.sh pebble >/dev/null

.PHONY: target/debug/moodbites
target/debug/moodbites: $(WEB_APP) | tools
	cargo build --locked --bin moodbites

check: check-rust check-web ## formatting, lints, types, documentation, and what may depend on what

check-rust: $(WEB_APP) | tools
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --locked --quiet
	scripts/check-purity.sh

check-web: $(WEB_APP) $(E2E_MODULES)
	cd frontend && npm run check
	cd e2e && npm run --silent check

audit: | tools ## licences, and advisories where their database can be fetched
	@command -v cargo-deny >/dev/null || cargo install --locked cargo-deny
	cargo deny --locked check licenses bans sources
	cargo deny --locked check advisories || echo "advisories: not checked, or something was found; see above"

bench: $(WEB_APP) | tools ## load figures against a Node.js peer in the same run: bench/README.md
	cargo build --release --locked --bin moodbites
	bench/run.sh

tools:
	@command -v cargo >/dev/null || { echo "MoodBites needs Rust 1.95 or newer: https://rustup.rs"; exit 1; }
	@command -v npm >/dev/null || { echo "MoodBites needs Node.js 20.19 or newer: https://nodejs.org"; exit 1; }

$(WEB_MODULES): frontend/package-lock.json
	cd frontend && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(E2E_MODULES): e2e/package-lock.json
	cd e2e && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(WEB_APP): $(WEB_SOURCES) $(WEB_MODULES)
	cd frontend && npm run --silent build
	@touch $@
