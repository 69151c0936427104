# The two commands are `make run` and `make test`; `make help` lists the rest.
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
WORDS := service/console_words
SPREAD := --numprocesses logical --maxprocesses 4 --dist worksteal
# What holds the core to its promises, line by line. Tracing makes tests half as slow again: the others go without.
TRACED := tests/moderation tests/worker tests/migrations

.PHONY: help run install test check words bench-flow bench-learning bench-quality bench-speed lock clean

help:  ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: $(VENV)/.run  ## Install what is needed and run everything on embedded parts (Ctrl-C stops)
	@exec $(BIN)/ombuds up

install: $(VENV)/.test $(VENV)/.chromium  ## Install the run-time and test sets, and Chromium

test: $(VENV)/.test $(VENV)/.chromium  ## Install what the tests need and run them, on SQLite and on PostgreSQL
	$(BIN)/pytest $(SPREAD) --cov --cov-report=term $(TRACED)
	$(BIN)/pytest $(SPREAD) $(addprefix --ignore=,$(TRACED))

check: $(VENV)/.test  ## Lint, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

words: $(VENV)/.test  ## Bring the console's catalogues up to date with its sentences, and compile them
	$(BIN)/pybabel -q extract -F babel.cfg -k gettext -k ngettext:1,2 -k _ --no-location --sort-output --omit-header -o $(WORDS)/messages.pot .
	$(BIN)/pybabel -q update -i $(WORDS)/messages.pot -d $(WORDS) --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BIN)/pybabel -q compile -d $(WORDS) --statistics

bench-flow: $(VENV)/.training  ## Measure the flow from POST to webhook (needs the shared data: DATA=…/dev.parquet)
	$(BIN)/python -m benchmarks.flow $(if $(DATA),--data $(DATA))

bench-learning: $(VENV)/.training  ## Measure how fast a site head learns what a newsroom rejects (needs the shared data: DATA=folder)
	$(BIN)/python -m benchmarks.learning $(if $(DATA),--data $(DATA)) $(OPTIONS)

bench-quality: $(VENV)/.benchmarks  ## Measure the scores beside those of others (needs the shared data: DATA=folder)
	$(BIN)/python -m benchmarks.quality $(if $(DATA),--data $(DATA)) $(OPTIONS)

bench-speed: $(VENV)/.benchmarks  ## Measure comments per second on one core, by mode (needs the shared data: DATA=folder)
	$(BIN)/python -m benchmarks.speed $(if $(DATA),--data $(DATA)) $(OPTIONS)

lock:  ## Lock the dependencies anew, with hashes
	$(UV) pip compile -q --universal --generate-hashes --no-header --no-emit-index-url pyproject.toml -o requirements/run.txt
	$(UV) pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --extra test --extra training -c requirements/run.txt pyproject.toml -o requirements/test.txt
	$(UV) pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --extra training -c requirements/run.txt pyproject.toml -o requirements/training.txt
	$(UV) pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --extra training --extra benchmarks -c requirements/run.txt -c requirements/training.txt pyproject.toml -o requirements/benchmarks.txt
	$(UV) pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --extra s3 -c requirements/run.txt pyproject.toml -o requirements/s3.txt
	$(UV) pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --extra training --extra finetuning -c requirements/run.txt -c requirements/training.txt pyproject.toml -o requirements/finetuning.txt

clean:  ## Remove the environment and the caches (never var/, where the data is)
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit("Ombuds needs Python 3.11 or newer; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv

$(VENV)/.run: $(UV) requirements/run.txt pyproject.toml
	@echo "Installing what Ombuds runs on …" >&2
	@$(UV) pip install -q --python $(BIN)/python --compile-bytecode --require-hashes -r requirements/run.txt
	@$(UV) pip install -q --python $(BIN)/python --no-deps -e .
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements/test.txt
	@echo "Installing what the tests need …" >&2
	@$(UV) pip install -q --python $(BIN)/python --compile-bytecode --require-hashes -r requirements/test.txt
	@touch $@

$(VENV)/.training: $(VENV)/.test requirements/training.txt
	@$(UV) pip install -q --python $(BIN)/python --compile-bytecode --require-hashes -r requirements/training.txt
	@touch $@

$(VENV)/.benchmarks: $(VENV)/.training requirements/benchmarks.txt
	@$(UV) pip install -q --python $(BIN)/python --compile-bytecode --require-hashes -r requirements/benchmarks.txt
	@touch $@

$(VENV)/.chromium: $(VENV)/.test
	@if tests/browser/install_chromium.sh; then touch $@; fi
