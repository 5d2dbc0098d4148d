# `make` prints the targets. Each of them sets up .venv by itself; from the second run on that takes no time.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input
LOCK := constraints.txt
LAB_ARGS ?=
PYTEST_ARGS ?=
ONLY ?=
N ?= 1
# One more than there are cores: tests that drive a browser, a kernel or a process of their own mostly wait for it.
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1); expr $$n + 1)
# Several workers with several threads each would be in each other's way. Files go in their own order: sorted by the
# number of their tests, those that drive a browser would come last, one after the other. What a process does together
# stands in tests/conftest.py.
THREADS := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
# See the file there: seconds of every process that looks at a notebook.
LEAN := PYTHONPATH="$(CURDIR)/scripts/without"
# An inherited MPLBACKEND would hide inline figures; hashes and time zone are fixed so that outputs are repeatable.
KERNEL_ENV := env -u MPLBACKEND PYTHONHASHSEED=0 TZ=UTC
# A hundred kernels and processes are started: without bytecode and parsed files at hand, each takes 4 s longer.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test suite test-long test-engines lab lint types notebooks bench bench-small journeys docs guides clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- set-up: one stamp for the package alone, one for everything that the development needs ---

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "closeloop needs Python 3.11 or newer; none was found. Install it, or run: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "closeloop needs Python 3.11 or newer; $(PYTHON) is $$("$(PYTHON)" -V 2>&1). Install it, or run: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@echo "Creating $(VENV) with $$("$(PYTHON)" -V) ..."
	@"$(PYTHON)" -m venv $(VENV)

# pip itself is pinned too: the dependency groups of pyproject.toml need pip 25.1 or newer.
$(VENV)/.pip: $(LOCK) | $(BIN)/python
	@$(PIP) install --upgrade -c $(LOCK) pip
	@touch $@

$(VENV)/.core: pyproject.toml $(LOCK) $(VENV)/.pip
	@echo "Installing closeloop and what it runs on ..."
	@$(PIP) install -c $(LOCK) -e .
	@touch $@

$(VENV)/.dev: pyproject.toml $(LOCK) $(VENV)/.pip
	@echo "Installing closeloop with JupyterLab and the tools of development (about two minutes, once) ..."
	@$(PIP) install -c $(LOCK) -e . --group dev
	@touch $(VENV)/.core $@

$(VENV)/.docs: pyproject.toml $(LOCK) $(VENV)/.dev
	@echo "Installing what builds the documentation ..."
	@$(PIP) install -c $(LOCK) --group docs
	@touch $@

$(VENV)/.engines: pyproject.toml $(LOCK) $(VENV)/.dev
	@echo "Installing Dask, Spark and ibis (half a gigabyte, once) ..."
	@$(PIP) install -c $(LOCK) -e . --group dev --group engines
	@touch $@

# survey-core is only what the conformance tests compare with: without a network they are skipped, and say so.
$(VENV)/.surveyjs: tests/surveyjs/package-lock.json $(VENV)/.dev
	@mkdir -p $(VENV)/surveyjs && cp tests/surveyjs/package.json tests/surveyjs/package-lock.json $(VENV)/surveyjs/
	@if (cd $(VENV)/surveyjs && ../bin/npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >npm.log 2>&1); \
	then touch $@; else echo "survey-core could not be downloaded, see $(VENV)/surveyjs/npm.log; its tests are skipped."; fi

# --- what a user runs ---

demo: $(VENV)/.core ## sample data, end to end, to an HTML report in out/
	@$(BIN)/closeloop demo --out out

lab: $(VENV)/.dev ## open JupyterLab on the notebooks (LAB_ARGS=... is passed on)
	@$(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) $(LAB_ARGS) notebooks

# --- what a developer runs ---

test: lint ## everything: lint, types, all tests, the browser, the notebooks' outputs
	@scripts/chromium.sh
	@scripts/postgres.sh
	@$(MAKE) --no-print-directory -j 2 types suite

# Beside the type checker, which keeps one core busy for a minute while the first tests wait for kernels and pages.
suite: $(VENV)/.dev $(VENV)/.surveyjs
	@$(THREADS) $(LEAN) CLOSELOOP_PICTURES=0 CLOSELOOP_DIRTY_FILES=300 $(BIN)/python -m pytest -m "not journeys and not engines" -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)
	@$(KERNEL_ENV) $(THREADS) $(LEAN) $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -p nbval --nbval --nbval-current-env \
	  --nbval-sanitize-with tests/nbval_sanitize.cfg notebooks

test-long: $(VENV)/.dev ## the random files and round trips of `make test`, several times as many
	@$(THREADS) CLOSELOOP_DIRTY_FILES=2000 CLOSELOOP_ROUND_TRIPS=60 CLOSELOOP_PARTED_FILES=100 $(BIN)/python -m pytest -n $(WORKERS) \
	  tests/responses/test_dirty_files.py tests/responses/test_stored_same.py $(wildcard tests/responses/test_round_trip_*.py) $(PYTEST_ARGS)

test-engines: $(VENV)/.engines ## every engine gives what pandas gives: Polars, PyArrow, DuckDB, ibis, Dask and Spark, both of these on several workers
	@JAVA_HOME="$$(scripts/java.sh || :)" $(THREADS) $(BIN)/python -m pytest tests/engines tests/test_frames.py $(PYTEST_ARGS)

lint: $(VENV)/.dev ## ruff: rules and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.dev ## mypy, strict
	@$(BIN)/mypy

journeys: $(VENV)/.dev ## the journey in a real JupyterLab N times (N=1), then what is too long for `make test`; pictures in out/browser/
	@scripts/chromium.sh
	@$(BIN)/python scripts/journeys.py $(N)
	@$(BIN)/python -m pytest tests/browser -m journeys $(PYTEST_ARGS)

docs: $(VENV)/.docs ## the documentation as a site in both languages, in out/docs; warnings and dead links are errors
	@$(THREADS) $(BIN)/python docs/site/build.py out/docs

guides: $(VENV)/.dev ## run both READMEs and the guides; check the public names, the catalogues and docs/coverage.md
	@$(BIN)/python -m pytest tests/test_readme.py tests/test_guide_blocks.py tests/test_public_api.py tests/test_docs_site.py \
	  tests/test_locales.py tests/test_coverage_doc.py $(PYTEST_ARGS)

notebooks: $(VENV)/.dev ## run every notebook again and write its outputs, byte for byte repeatable
	@$(KERNEL_ENV) $(BIN)/python scripts/notebooks.py

# Peers have an environment of their own: their pins are not ours. One that cannot be installed is skipped with the reason.
PEERS := .venv-bench
$(PEERS)/.peers: benchmarks/peers.txt $(VENV)/.dev
	@echo "Installing what closeloop is compared with ..."
	@$(BIN)/python -m venv $(PEERS)
	@rm -f $(PEERS)/failed.txt
	@$(PEERS)/bin/python -m pip -qq --disable-pip-version-check --no-input install -r benchmarks/peers.txt 2>$(PEERS)/pip.log || \
	  { grep -v '^WARNING' $(PEERS)/pip.log | tail -n 1 >$(PEERS)/failed.txt; echo "They could not be installed: $$(cat $(PEERS)/failed.txt)"; }
	@touch $@

bench: $(VENV)/.engines $(PEERS)/.peers ## every speed against its bar, into bench.json, benchmarks/recorded.json and docs/benchmarks.md (ONLY=tally: some)
	@JAVA_HOME="$$(scripts/java.sh || :)" $(THREADS) $(BIN)/python benchmarks/run.py $(ONLY)

bench-small: $(VENV)/.dev ## the most telling ratios at small sizes; fails where one is twice as bad as recorded
	@$(THREADS) $(BIN)/python benchmarks/small.py

clean: ## remove .venv and everything that was made
	rm -rf $(VENV) $(PEERS) out build dist bench.json .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find toolkit tests -name __pycache__ -type d -prune -exec rm -rf {} +
