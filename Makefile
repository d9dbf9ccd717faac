# fraudctl: `make demo` and `make test` install what they need (scripts/setup.sh) and work.
# One build profile, `release`, and one target folder serve the demo, the tests and the lints.

CACHE := $(or $(FRAUDCTL_CACHE),$(HOME)/.cache/fraudctl)
export CARGO_TARGET_DIR := $(or $(CARGO_TARGET_DIR),$(HOME)/.cache/fraudctl/target)
# Clones share the target folder: see build.rs.
export FRAUDCTL_CLONE := $(CURDIR)
BINARY := $(CARGO_TARGET_DIR)/release/fraudctl

# Every recipe that calls a tool starts with this: it puts cargo, cmake, node and libclang in reach.
WITH_TOOLS := set -e; . "$(CACHE)/env";

# What the page is made of. Folders count too: a file that goes away changes its folder.
PAGE := web/dist/index.html
PAGE_SOURCES := $(wildcard web/*.html web/*.json web/*.ts web/*.js web/*.mjs) \
                $(shell find web/src web/public 2>/dev/null)

# Targets that install or build share the cache, web/ and cargo's folder: with `make -j` they still run one by one.
.NOTPARALLEL:

.DEFAULT_GOAL := help
.PHONY: help setup setup-test web build demo test fmt fmt-check lint doc ci clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## install what building needs and this machine lacks
	@scripts/setup.sh build

setup-test:
	@scripts/setup.sh test

web: $(PAGE) ## build the map page when its sources have changed

$(PAGE): $(PAGE_SOURCES) | setup
	@$(WITH_TOOLS) npm --prefix web run build
	@touch $@

build: setup web ## build the page, then the binary
	@if [ ! -d "$(CARGO_TARGET_DIR)/release/deps" ]; then \
	  echo "The first build on a machine compiles every dependency: 20 to 25 minutes on 2 cores."; fi
	@$(WITH_TOOLS) cargo build --release --locked

demo: build ## from simulated transactions to the live map (ARGS="--exit" leaves at the end)
	@"$(BINARY)" demo $(ARGS)

test: setup-test build ## all tests: Rust, then the page in headless Chromium
	@$(WITH_TOOLS) cargo test --release --locked
	@$(WITH_TOOLS) FRAUDCTL_BIN="$$(realpath "$(BINARY)")" FRAUDCTL_TEST_RUN="$(CURDIR)/tests/it/fixtures/run" \
	  npm --prefix web test

fmt: setup ## format the Rust sources
	@$(WITH_TOOLS) cargo fmt

fmt-check: setup
	@$(WITH_TOOLS) cargo fmt --check

lint: setup ## clippy, warnings are errors
	@$(WITH_TOOLS) cargo clippy --release --locked --all-targets -- -D warnings

doc: setup ## the library's documentation, warnings are errors
	@$(WITH_TOOLS) RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --no-deps

ci: ## what every change must pass: format, tests, lints, documentation
	@.ci/run

clean: setup ## remove what this clone built; the compiled dependencies stay
	@$(WITH_TOOLS) cargo clean --release --package fraudctl
	rm -rf web/dist web/node_modules
	@echo "Left alone: $(CARGO_TARGET_DIR) (compiled dependencies) and $(CACHE) (tools)."
