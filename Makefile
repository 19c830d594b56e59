# fantail: everything that a fresh machine needs is in these targets (Rust, a C++ compiler, Python 3 with pip).
#
#   make run                    build and open the terminal program on the embedded demo
#   make run DATASET=path       … on a dataset
#   make test                   formatting, lints, all tests
#   make bench                  the benchmarks (divan)
#   make lint                   formatting, lints, licences
#   make interop                what is written, read by other people's readers (Python packages, in target/interop)

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run
.PHONY: run build test lint format clippy deny bench interop picture assets

CARGO ?= cargo
DATASET ?=
# One profile for running and testing, so that dependencies are compiled once.
PROFILE := --release --locked

run: build
	@$(CARGO) run $(PROFILE) --quiet -- $(if $(DATASET),"$(DATASET)")

build:
	@$(CARGO) build $(PROFILE)

test: format clippy
	$(CARGO) test $(PROFILE)

format:
	$(CARGO) fmt --all --check

clippy:
	$(CARGO) clippy $(PROFILE) --all-targets -- -D warnings

lint: format clippy deny

# Licences, sources and duplicate versions; `cargo install cargo-deny` brings the tool. Advisories need the network.
deny:
	@if $(CARGO) deny --version >/dev/null 2>&1; then \
	  $(CARGO) deny check; \
	else \
	  echo "cargo-deny is not installed; run: cargo install --locked cargo-deny" >&2; exit 1; \
	fi

bench:
	$(CARGO) bench --locked

INTEROP := target/interop/bin/python

interop: build $(INTEROP)
	$(INTEROP) tests/interop.py $(CURDIR)/target/release/fantail

$(INTEROP):
	python3 -m venv target/interop
	$(INTEROP) -m pip install --quiet numpy pyarrow datasets torch

# The picture in README.md, drawn from the running program.
picture: build
	assets/picture/make.sh
