# From a fresh clone with Python 3.11, git and make: every target does its own set-up in .venv.
#
#   make demo      the main job end to end, a store on each platform, on SQLite and sandboxes; evidence in demo/
#                  CATALOG=products.csv PICTURES=folder  sell these instead of the sandbox's own goods
#   make run       the same system, kept running: web, worker and the sandboxes
#   make test      all tests: on SQLite, then those with a database again on PostgreSQL if one answers
#   make check     format, lint, types, import contracts, docs
#   make bench     the benchmarks, with ratios to their floors
#   make lock      rewrite the requirement files from pyproject.toml
#   make clean     remove the caches; make clean-all removes .venv, demo/ and var/ too
#
# PYTHON=/path/to/python chooses the interpreter; WORKERS=4 the number of test processes.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help setup demo run test check bench lock clean clean-all

VENV := .venv
BIN := $(VENV)/bin
# More than the cores: many tests wait for a process or a clock.
WORKERS ?= 4
# A process takes neighbours, which share their sandbox and their crew, until there is nothing left to steal.
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for each in python3.11 python3 python3.12 python3.13 python3.14; do \
	"$$each" -c '$(NEW_ENOUGH)' 2>/dev/null && { echo "$$each"; break; }; done)

# Neither a developer's .env nor a database that the shell names may be touched by these.
APART := env -u DATABASE_URL -u DATABASE_URL_FILE MINTA_ENV_FILE=/dev/null SANDBOX=1 SECRET_KEY=of-this-target-only
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --no-deps

help:
	@sed -n 's/^#   //p' Makefile

# Set-up ---------------------------------------------------------------------------------------------

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Minta needs Python 3.11 or newer: install it, or say make PYTHON=/path/to/python"; exit 1; }
	@"$(PYTHON)" -c '$(NEW_ENOUGH)' 2>/dev/null || { echo "$(PYTHON) is not Python 3.11 or newer: say make PYTHON=/path/to/another"; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) has no venv module (Debian and Ubuntu: apt-get install python3-venv)"; exit 1; }
	@echo "Setting up $(VENV) with $(PYTHON)"
	@"$(PYTHON)" -m venv $(VENV)
	@touch $@

$(VENV)/.run: requirements.txt $(VENV)/.made
	@echo "Installing $<"
	@$(PIP) -r $<
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@echo "Installing $<"
	@$(PIP) -r $<
	@touch $@

setup: $(VENV)/.dev

# What people come for -------------------------------------------------------------------------------

SHOWN := $(if $(CATALOG),--catalog "$(CATALOG)") $(if $(PICTURES),--pictures "$(PICTURES)")

demo: $(VENV)/.run
	@$(APART) $(BIN)/python manage.py demo $(SHOWN)

run: $(VENV)/.run
	@$(APART) $(BIN)/python manage.py demo --keep $(SHOWN)

test: $(VENV)/.dev
	env -u DATABASE_URL -u DATABASE_URL_FILE $(PYTEST)
	@if url=$$($(BIN)/python -m tests.postgres); then \
		echo "PostgreSQL answers: the tests with a database, once more, on it"; \
		DATABASE_URL="$$url" $(PYTEST) -m database; \
	elif [ -n "$$MINTA_NEED_POSTGRES" ]; then \
		echo "No PostgreSQL answers at MINTA_TEST_POSTGRES or on 127.0.0.1:5432"; exit 1; \
	else \
		echo "No PostgreSQL answers at MINTA_TEST_POSTGRES or on 127.0.0.1:5432: tested on SQLite alone"; \
	fi

check: $(VENV)/.dev
	$(BIN)/ruff format --check --output-format concise .
	$(BIN)/ruff check --output-format concise .
	$(APART) $(BIN)/mypy --no-error-summary .
	$(BIN)/lint-imports --no-logo
	$(APART) $(BIN)/python manage.py makemigrations --check --dry-run
	$(APART) $(BIN)/python manage.py policy --check
	$(BIN)/python -m pytest -q tests/test_ground.py

bench: $(VENV)/.dev
	@$(APART) $(BIN)/python -m bench $(BENCH)

# Housekeeping ---------------------------------------------------------------------------------------

# uv is not among the requirements: nobody else needs it.
lock: $(VENV)/.dev
	@command -v uv >/dev/null || { echo "make lock needs uv on the PATH (pip install uv)"; exit 1; }
	uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 \
		--extra sandbox --extra video pyproject.toml --output-file requirements.txt
	uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 \
		--extra aws --extra sandbox --extra video --extra dev --constraint requirements.txt pyproject.toml --output-file requirements-dev.txt

clean:
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

clean-all: clean
	rm -rf $(VENV) demo var
