# The front door: every target is one line of help, the work is in cargo and xtask.
# Options of `make run`: ONCE=1, COMPONENTS=<name,…>, REPO=<url> REPO_PATH=<dir> [BRANCH=<name>], KUBECONFIG=<file> [YES=1].
# `KUBECONFIG` counts only when it is given to make: a variable that the shell happens to export is left alone.

.DEFAULT_GOAL := help
.PHONY: help run test lint fmt generate verify bench e2e setup dist

demo_env = $(if $(filter command line,$(origin KUBECONFIG)),,env -u KUBECONFIG)
built = $(or $(CARGO_TARGET_DIR),target)/debug
host = $(shell rustc -vV | sed -n 's/^host: //p')
released = $(abspath $(or $(CARGO_TARGET_DIR),target)/$(host)/release)
programs = source-controller kustomize-controller helm-controller notification-controller image-reflector-controller image-automation-controller sluice
order = .cargo/text-order.ld
lld = $(filter x86_64-unknown-linux-gnu,$(host))
comma := ,
# One story on the release binaries; a name that no test has would measure nothing.
measured = @cargo test --workspace --test $(1) -- --list $(2) | grep -q ': test$$' || { echo 'no test of $(1) is called $(2)'; exit 1; }; \
	SLUICE_BIN=$(released) cargo test --workspace --test $(1) -- --nocapture $(2)
export ONCE COMPONENTS REPO REPO_PATH BRANCH YES

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Everything is built with one set of features, so that nothing is built twice.
setup: ## Check the tools, build the workspace, and the local control plane once
	@command -v cargo >/dev/null || { echo 'Rust is missing; install it with: curl --proto =https -sSf https://sh.rustup.rs | sh'; exit 1; }
	@command -v go >/dev/null || { echo 'Go 1.26 is missing; get it from: https://go.dev/dl/'; exit 1; }
	@command -v git >/dev/null || { echo 'git is missing; install it with: apt-get install git, or: brew install git'; exit 1; }
	cargo build --workspace --bins
	@$(built)/xtask doctor
	@$(built)/control-plane build

run: setup ## Run the toolkit on a local control plane: a tag becomes a commit, the commit healthy objects
	@$(demo_env) $(built)/demo

test: setup ## Set everything up and pass the tests
	@$(built)/xtask verify
	@$(built)/xtask test

lint: ## Lint the workspace, warnings are errors
	cargo clippy --workspace --all-targets -- -D warnings

fmt: ## Format the code
	cargo fmt --all

generate: ## Write the generated files (CRDs)
	cargo xtask generate

verify: ## Check the arrows between crates, the generated files and the formatting
	cargo xtask verify

# Static and without relocations, which would turn program text into private memory; where the linker of the pinned toolchain is the
# default, it folds functions that are alike and sets those apart that an idle controller has not run. Each program is built by itself,
# with the features that it needs alone. Cargo does not read the linker's script: its checksum among the flags links again what it changes.
dist: ## Build the static release binaries
	@set -e; for program in $(programs); do \
		package=$$program; [ $$program != sluice ] || package=sluice-cli; \
		RUSTFLAGS='-C target-feature=+crt-static -C relocation-model=static$(if $(lld), -C link-arg=-Wl$(comma)--icf=safe)' \
			cargo rustc --release --target $(host) --package $$package --bin $$program \
			$(if $(lld),-- -C link-arg=-Wl$(comma)-T$(comma)$(order) --cfg text_order_$$(cksum < $(order) | cut -d ' ' -f 1)); \
	done
	@ls -l $(addprefix $(released)/,$(programs))

# KUSTOMIZE_BIN=<file> and HELM_BIN=<file> are the programs to measure beside.
bench: setup dist ## Measure the quality bars on the static release binaries
	SLUICE_BIN=$(released) cargo bench --package sluice-benches --bench beside
	SLUICE_BIN=$(released) cargo bench --package sluice-benches --bench helm
	SLUICE_BIN=$(released) cargo test --workspace --no-fail-fast --test bars --test hundred -- --nocapture
	$(call measured,circle,a_new_tag)
	$(call measured,e2e,a_chain_of_ten)

e2e: setup ## Run the scenarios against a real API server
	cargo test --package sluice-e2e
