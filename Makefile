# Two commands do everything on a fresh Debian 12 with Rust and Node: `make demo`
# and `make test`. The rest are their parts.
MINUTES ?= 5
AGENTS ?= 20
SEED ?= 1

UI = crates/web/ui
UI_SOURCES = $(shell find $(UI) -name node_modules -prune -o -type f -print)

SECONDS_EACH ?= 60
FUZZ = message framing endpoint sdp digest stun rtp rtcp websocket sound reception

READER_CASES ?= 20000

.PHONY: demo test lint deny tools web screens bench soak soak-fuzz fuzz

demo: web ## build, then run the main job on SQLite and loopback
	cargo run --release --package cli --bin cadencia -- demo --minutes $(MINUTES) --agents $(AGENTS) --seed $(SEED)

test: tools web ## everything CI runs
	npm run --silent check --prefix $(UI)
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo build --workspace --all-targets
	deploy/dev/run-tests

web: crates/web/built/advisor.html ## the pages (CONTRIBUTING.md); where there is no Node, the program says so instead of showing them

crates/web/built/advisor.html: $(UI_SOURCES)
	@if command -v npm >/dev/null; then \
		npm ci --silent --no-audit --no-fund --ignore-scripts --prefix $(UI) && npm run --silent build --prefix $(UI); \
	else echo "no Node here: the program is built without its pages" >&2; fi

screens: web ## a picture of every screen of the pages, into target/screens
	CADENCIA_SCREENS=$(CURDIR)/target/screens cargo test --package tests --test peers -- pages office:: --test-threads=1

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

deny: ## licences, bans and sources of third-party crates
	command -v cargo-deny >/dev/null || cargo install --locked cargo-deny
	cargo deny check bans licenses sources

tools: ## the peers the tests talk to: sipp, baresip, linphone, Kamailio, a browser, LibreOffice, PostgreSQL
	deploy/dev/install-tools

fuzz: ## every fuzz target for SECONDS_EACH, from the kept corpora (docs/how-to/fuzz.md)
	rustup toolchain list | grep -q nightly || rustup toolchain install nightly --profile minimal
	command -v cargo-fuzz >/dev/null || cargo install --locked cargo-fuzz
	for target in $(FUZZ); do \
		mkdir -p target/fuzz/$$target && \
		cargo +nightly fuzz run $$target target/fuzz/$$target fuzz/corpus/$$target \
			-- -max_total_time=$(SECONDS_EACH) -max_len=4096 -timeout=5 || exit 1; \
	done

soak: ## what takes minutes: a million calls in virtual time, rsipstack as a reader (docs/how-to/soak.md)
	cargo test --release --package sip --test network -- --ignored --nocapture
	READER_CASES=$(READER_CASES) cargo test --manifest-path fuzz/readers/Cargo.toml --target-dir target/readers -- --nocapture
	MONTH_DAYS=18 cargo test --package tests --test month -- every_report_of_a_month --nocapture

soak-fuzz: ## every fuzz target for an hour: a night (docs/how-to/fuzz.md)
	$(MAKE) fuzz SECONDS_EACH=3600

bench: ## figures as ratios, each measured in the same run
	cargo bench --package benches
