# The front door: every target is one line of help, the work is in cargo and xtask.
# Options of `make run`: ONCE=1, REPO=<url> REPO_PATH=<dir> [BRANCH=<name>], KUBECONFIG=<file> [YES=1].
# `KUBECONFIG` counts only when it is given to make: a variable that the shell happens to export is left alone.

.DEFAULT_GOAL := help
.PHONY: help run test lint fmt generate verify bench e2e setup

demo_env = $(if $(filter command line,$(origin KUBECONFIG)),,env -u KUBECONFIG)
export ONCE REPO REPO_PATH BRANCH YES

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Check the tools, build the local control plane once
	@command -v cargo >/dev/null || { echo 'Rust is missing; install it with: curl --proto =https -sSf https://sh.rustup.rs | sh'; exit 1; }
	@cargo run --package xtask -- doctor
	@cargo run --package sluice-testing --bin control-plane -- build

run: setup ## Run the toolkit on a local control plane with the demo repository
	@cargo build --package source-controller --package kustomize-controller --package demo
	@$(demo_env) $(or $(CARGO_TARGET_DIR),target)/debug/demo

test: setup verify ## Set everything up and pass the tests
	cargo build --workspace --bins
	cargo test --workspace

lint: ## Lint the workspace, warnings are errors
	cargo clippy --workspace --all-targets -- -D warnings

fmt: ## Format the code
	cargo fmt --all

generate: ## Write the generated files (CRDs)
	cargo run --quiet --package xtask -- generate

verify: ## Check the arrows between crates, the generated files and the formatting
	cargo run --quiet --package xtask -- verify

bench: setup ## Measure the quality bars on release builds
	cargo build --release --workspace --bins
	cargo test --release --package sluice-e2e --test bars -- --nocapture

e2e: setup ## Run the scenarios against a real API server
	cargo build --workspace --bins
	cargo test --package sluice-e2e
