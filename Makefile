# fantail: everything that a fresh machine needs is in these targets (Rust, a C++ compiler, Python 3 with pip).
#
#   make run                    fetch libtorch once, build, and open the terminal program on the embedded demo
#   make run DATASET=path       … on a dataset
#   make build                  the same without opening it
#   make test                   formatting, lints, all tests, interop
#   make test FANTAIL_DATA=dir  … and the tests that read whole datasets (tests/data/README.md says which, and where they come from)
#   make bench                  the benchmarks (divan)
#   make lint                   formatting, lints, licences
#   make proof                  does a filled tail help a classifier? Fashion-MNIST, hours on a CPU; PROOF=--quick: minutes
#   make gpu-check              everything that needs a GPU, verified in one run; exit code 3 where there is none (GPU_CHECK="--device cpu")
#   make interop                what is written, read by other people's readers (Python packages, kept in the user's cache)
#
# The worker, fantail-worker, is built on libtorch 2.11: the one in LIBTORCH, the active Python's with LIBTORCH_USE_PYTORCH=1, else one
# that is fetched once into ~/.cache/fantail (530 MB to fetch, 500 MB to keep). `cargo run --release` builds and opens fantail without.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run
.PHONY: gpu-check proof run build test lint format clippy deny bench interop picture

CARGO ?= cargo
PYTHON ?= python3
DATASET ?=
# One profile for running and testing, so that dependencies are compiled once.
PROFILE := --release --locked
TARGET := $(or $(CARGO_TARGET_DIR),target)

# Sets LIBTORCH and `torch`, the arguments that build the worker; where no libtorch is known for the platform (3), the rest is built.
TORCH = torch=(--features torch); \
  if [ -z "$${LIBTORCH:-}$${LIBTORCH_USE_PYTORCH:-}" ]; then \
    code=0; LIBTORCH="$$($(PYTHON) assets/libtorch.py)" || code=$$?; \
    case $$code in 0) export LIBTORCH ;; 3) torch=() ;; *) exit $$code ;; esac; \
  fi;

run: build
	@$(TARGET)/release/fantail $(if $(DATASET),"$(DATASET)")

build:
	@$(TORCH) $(CARGO) build $(PROFILE) "$${torch[@]}"

test: format clippy
	@mkdir -p $(TARGET)
	@$(TORCH) set -x; $(CARGO) test $(PROFILE) "$${torch[@]}" 2>&1 | tee $(TARGET)/test.log
	@if [ -n "$${FANTAIL_DATA:-}" ]; then \
	  $(TORCH) set -x; $(CARGO) test $(PROFILE) "$${torch[@]}" -- --ignored needs_data 2>&1 | tee $(TARGET)/test-data.log; \
	else \
	  : > $(TARGET)/test-data.log; \
	fi
	@$(MAKE) --no-print-directory interop
	@awk '/^test result:/ { passed += $$4; failed += $$6 } FILENAME ~ /test.log$$/ && /^test .*ignored, needs FANTAIL_DATA/ { waiting++ } \
	  END { printf "all tests: %d passed, %d failed; ", passed, failed; \
	    if (ENVIRON["FANTAIL_DATA"] == "") printf "FANTAIL_DATA is not set, so the %d tests that read whole datasets did not run\n", waiting; \
	    else print "those that read whole datasets among them" }' $(TARGET)/test.log $(TARGET)/test-data.log

format:
	$(CARGO) fmt --all --check

clippy:
	@$(TORCH) set -x; $(CARGO) clippy $(PROFILE) "$${torch[@]}" --all-targets -- -D warnings

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

# Made once and kept between runs, under a name that changes with what is in it.
INTEROP_FILES := tests/interop-requirements.txt tests/interop_setup.py
INTEROP = $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/fantail-interop/$(shell cat $(INTEROP_FILES) | sha256sum | cut -c 1-12)

interop: build
	@python3 tests/interop_setup.py "$(INTEROP)"
	@"$(INTEROP)/bin/python" -W ignore tests/interop.py $(abspath $(TARGET)/release/fantail)

# The pictures in README.md, drawn from the running program; needs tmux.
picture: build
	assets/picture.py --size 120x36 --keys "Enter Space" --out assets/explore.svg -- $(TARGET)/release/fantail
	assets/picture.py --size 120x36 --keys "2" --out assets/rebalance.svg -- $(TARGET)/release/fantail

# Needs the four files of Fashion-MNIST: Debian's dataset-fashion-mnist, or PROOF="--data DIR". What was done is kept in target/proof,
# and gone on from. Near-copies are looked for by a script of its own, which needs NumPy.
proof: build
	$(TARGET)/release/fantail-worker proof $(PROOF)
	$(PYTHON) benches/copies.py $(TARGET)/proof/*-made.safetensors

# Needs a Python with torch 2.11 for CUDA; the worker runs on its libtorch.
gpu-check: build
	@$(PYTHON) benches/gpu_check.py $(TARGET)/release/fantail-worker $(GPU_CHECK)
