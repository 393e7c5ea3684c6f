# Everything a fresh clone needs is one command away; `make help` lists them.
# PYTHON=/path/to/python3.12 chooses the interpreter that makes .venv.

SHELL := /bin/sh
.SHELLFLAGS := -euc
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?=
SECONDS ?= 60
CANDIDATES := $(or $(PYTHON),python3.11 python3.12 python3.13 python3 python)
VENV := .venv
RUN := $(VENV)/bin/python
# pip from the standard library's bundle is new enough; asking for a newer one costs a second.
PIP := $(RUN) -m pip --quiet --disable-pip-version-check
# A stamp is old when pyproject.toml is newer, and void in a copy of the folder at another place,
# whose environment would import the package from the first place.
PLACE := $(shell pwd -P | cksum | cut -d' ' -f1)
stamp = $(VENV)/installed-$(1)-$(PLACE)

# The folders that are ours to check; a checkout may have others beside them.
SOURCES := $(wildcard cornu tests benchmarks examples docs)

# One pytest process a core, and at most 8: each holds JAX and Keras, about 1 GB.
WORKERS := -n auto --maxprocesses 8

.PHONY: help demo test test-sources doctest lint counts bench bench-files fuzz stubs native sanitize wheel clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(call stamp,run) ## Train, draw, save and reload a model on real digits
	$(RUN) examples/demo.py

test: $(call stamp,test) ## The tests, on all cores
	$(RUN) -m pytest $(WORKERS) $(ARGS)

test-sources: $(call stamp,test) $(call stamp,test-data) ## Data from every library that fit takes them from, none left out
	CORNU_ALL_SOURCES=1 $(RUN) -m pytest $(WORKERS) $(addprefix tests/data/test_,libraries.py guide.py frames.py files.py) $(ARGS)

doctest: $(call stamp,test) ## The examples in the docstrings
	$(RUN) -m pytest $(WORKERS) --doctest-modules cornu $(ARGS)

lint: $(call stamp,lint) ## Style, types, and which package may import which
	$(RUN) -m ruff check $(SOURCES)
	$(RUN) -m ruff format --check $(SOURCES)
	$(VENV)/bin/pyright --pythonpath $(RUN)
	$(VENV)/bin/pyright --pythonpath $(RUN) --project pyright-strict.json
	$(VENV)/bin/lint-imports

counts: $(call stamp,run) ## Budgets that do not depend on the machine
	$(RUN) benchmarks/counts.py

bench: $(call stamp,bench) ## Timings, as ratios to rivals measured in the same run
	$(RUN) -m benchmarks.suite $(ARGS)

bench-files: $(call stamp,run) ## Loading a GiB of weights against reading its bytes
	$(RUN) -m benchmarks.files $(ARGS)

# Not being able to install atheris must not keep anybody from searching without it.
fuzz: $(call stamp,test) ## Search every reader of files for a broken promise, SECONDS=60 in all
	-@test -e $(call stamp,fuzz) || $(MAKE) --no-print-directory $(call stamp,fuzz)
	$(RUN) -m tests.fuzz.run --seconds $(SECONDS) $(ARGS)

stubs: $(call stamp,test) ## What type checkers are told of declared classes, written anew
	$(RUN) -m tests.contract.stubs

native: $(call stamp,run) ## Compile the native kernels into the checkout again
	$(RUN) cornu/kernels/native/build.py

sanitize: $(call stamp,test) ## The native kernels under the thread, address and undefined-behaviour sanitizers
	PYTHON=$(RUN) tests/kernels/native/check.sh
	PYTHON=$(RUN) tests/kernels/sanitize.sh $(ARGS)

wheel: $(RUN) ## Build dist/cornu-*.whl
	rm -rf dist
	$(PIP) wheel --no-deps --wheel-dir dist .
	@ls -l dist

clean: ## Remove the environment and everything built
	rm -rf $(VENV) .demo .fuzz build dist *.egg-info .pytest_cache .hypothesis .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN):
	@for python in $(CANDIDATES); do \
	    "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	    found="$$python"; \
	    rm -rf $(VENV); \
	    "$$python" -m venv $(VENV) >/dev/null 2>&1 && $(RUN) -m pip --version >/dev/null && exit 0; \
	done; \
	rm -rf $(VENV); \
	if [ -n "$${found:-}" ]; then \
	    echo "Cornu needs Python's venv module; $$found cannot make an environment with pip." \
	         "Install it (Debian, Ubuntu: apt install python3-venv)." >&2; \
	else \
	    echo "Cornu needs Python 3.11 or newer; found none among: $(CANDIDATES)." \
	         "Install one, or name it: make PYTHON=/path/to/python3.12 ..." >&2; \
	fi; \
	exit 1

# The kernels are compiled when the package is installed: anew when their sources change (after a pull, say).
NATIVE := $(wildcard cornu/kernels/native/*.cc cornu/kernels/native/*.h cornu/kernels/native/build.py)

$(call stamp,run): pyproject.toml $(NATIVE) | $(RUN)
	$(PIP) install --editable .
	@touch $@

# What the extra lists, read from pyproject.toml: `pip install -e .[extra]` would build Cornu again.
extra = import sys, tomllib; \
    project = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
    print(*project["optional-dependencies"][sys.argv[1]], sep="\n")

$(VENV)/installed-%-$(PLACE): $(call stamp,run)
	@$(RUN) -c '$(extra)' $* > $(VENV)/$*.txt
	$(PIP) install --requirement $(VENV)/$*.txt
	@touch $@
