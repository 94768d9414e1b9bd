# Two commands do everything on a fresh Debian 12 with Rust and Node: `make demo`
# and `make test`. The rest are their parts.
MINUTES ?= 5
AGENTS ?= 20
SEED ?= 1

.PHONY: demo test lint deny tools bench soak

demo: ## build, then run the main job on SQLite and loopback
	cargo run --release --package cli --bin cadencia -- demo --minutes $(MINUTES) --agents $(AGENTS) --seed $(SEED)

test: tools ## everything CI runs
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo build --workspace --all-targets
	deploy/dev/run-tests

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

deny: ## licences, bans and sources of third-party crates
	command -v cargo-deny >/dev/null || cargo install --locked cargo-deny
	cargo deny check bans licenses sources

tools: ## the peers the tests talk to: sipp, baresip, PostgreSQL
	deploy/dev/install-tools

bench: ## figures as ratios, each measured in the same run
	cargo bench --package benches
