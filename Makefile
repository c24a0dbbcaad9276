# Every target makes what it needs; `make run` and `make test` work on a bare machine with Python 3.11+.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install -qq --require-hashes

# Where this says that nothing compiled be kept, every process that is started would compile us anew, and so every test.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench docs clean

help: ## list what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

run: .venv/run ## start everything: database, web, worker and the simulated phone
	@$(BIN)/tasktalk up

test: .venv/test ## set up the test tools, then run the whole suite, three files at a time
	@scripts/ensure-chromium
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

setup: .venv/run ## make the environment, so that .venv/bin/tasktalk runs

check: .venv/test ## format, lint, types, import rules, known holes in our code and in what it is built on
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/bandit -q -r src scripts -c pyproject.toml --severity-level medium --confidence-level medium
	$(BIN)/python scripts/audit_dependencies.py requirements/run.lock

bench: .venv/test ## measure, beside a peer, and print a table
	$(BIN)/python -m bench $(ARGS)

docs: .venv/test ## build the documents as a site, in build/docs; a dead link fails
	$(BIN)/python -m sphinx -q -E -W --keep-going -b html -c docs . build/docs
	@echo "build/docs/index.html"

clean: ## remove the environment and caches, never the data
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache build src/*.egg-info

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Tasktalk needs Python 3.11 or newer; set PYTHON=/path/to/it" if sys.version_info < (3, 11) else 0)'
	@echo "Making the virtual environment (about a minute, once) ..."
	@$(PYTHON) -m venv .venv

.venv/run: requirements/run.lock pyproject.toml | .venv/bin/python
	@echo "Installing the locked dependencies ..."
	@$(PIP) -r requirements/build.lock -r requirements/run.lock
	@$(BIN)/python -m pip --disable-pip-version-check install -qq --no-deps --no-build-isolation -e .
	@touch $@

.venv/test: requirements/dev.lock .venv/run
	@echo "Installing the locked test tools ..."
	@$(PIP) -r requirements/dev.lock
	@touch $@
