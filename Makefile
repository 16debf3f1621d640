# The workshop. `make help` lists the commands; the work is done by the scripts in .ci, which run without make as well.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo setup test test-rust test-wasm test-python lint bench calibrate walk docs fmt clean distclean

help: ## list the commands
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## watch a bad release being caught and a good one go through; ARGS="--log FILE" takes your own traffic
	cargo run --release -p guarded-release -- $(ARGS)

setup: ## install what the tests need and this machine lacks, into this folder where possible; safe to run again
	@bash .ci/setup.sh

test: ## everything: setup, formatting, lints, licences, docs and the tests of all three languages
	@bash .ci/test.sh

test-rust: ## the core and the examples
	@bash .ci/test.sh rust

test-wasm: ## the npm package as packed: in Node, through the browser's loader, in workerd; and its types
	@bash .ci/test.sh wasm js-types

test-python: ## the wheel as installed, and its types
	@bash .ci/test.sh python python-types

lint: ## formatting, lints, licences and sources of dependencies, floors of the house
	@bash .ci/test.sh fmt clippy deny floors

bench: ## decisions, loading, columns and memory beside the peers, after a check of everyone's shares; builds them first, for minutes
	cd benches && cargo test --profile bench --lib && cargo bench

RUNS ?= 20000
EVENTS ?= 7

calibrate: ## how often the judge errs and how soon it finds harm: RUNS=20000 releases a cell, for minutes; tables in target/calibration.md
	rm -rf target/calibration
	RAMPGATE_RUNS=$(RUNS) cargo test --release -p rampgate --features simulate --test calibration -- --nocapture
	@for table in $$(ls -v target/calibration/*.md); do cat $$table; echo; done > target/calibration.md; echo "target/calibration.md"

walk: ## the rollout machine over every small plan and every sequence of EVENTS=7 events, for a minute; tells how many states it visited
	RAMPGATE_WALK=$(EVENTS) cargo test -p rampgate --test rollout_properties every_small_plan -- --nocapture

docs: ## the pages of the Rust crates, warnings denied
	@bash .ci/test.sh docs

fmt: ## format the Rust code
	cargo fmt --all

clean: ## delete what was built
	rm -rf target bindings-wasm/dist bindings-wasm/LICENSE-* bindings-python/dist bindings-python/LICENSE-*

distclean: clean ## delete what was built and what `make setup` put into this folder
	rm -rf .tools .venv bindings-wasm/node_modules
