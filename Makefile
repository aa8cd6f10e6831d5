# `make demo` and `make test` are all a newcomer needs: each first builds .venv from the hash-locked requirements.
# Debian 12 with git, make and python3-venv is enough. Tests that want Chromium, Firefox or PostgreSQL say so and are
# skipped where these are missing; .ci/run installs them and insists.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
WORKERS ?= 2
TESTS ?=
LOCK := build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

.PHONY: help demo test test-sqlite test-postgresql check bench messages conformance lock clean

help:
	@echo "make demo      une démonstration complète sur http://localhost:8000 (données jetables)"
	@echo "make test      all tests, on SQLite and files, then on PostgreSQL and S3; TESTS=tests/core for some of them"
	@echo "make check     style, types, import contracts, migrations, translations"
	@echo "make bench     measures; ONLY=seal_10k,open_10k for some of them"
	@echo "make messages  refresh the translation catalogues from the source"
	@echo "make conformance refresh docs/conformance.md from the marks on tests"
	@echo "make lock      refresh the hash-locked requirements"

$(VENV)/pyvenv.cfg:
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: $(VENV)/pyvenv.cfg requirements-build.txt requirements.txt pyproject.toml
	$(PIP) --require-hashes -r requirements-build.txt -r requirements.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.txt
	$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

demo: $(VENV)/run.stamp
	@$(BIN)/sceau demo

test: test-sqlite test-postgresql

test-sqlite: $(VENV)/dev.stamp
	$(BIN)/pytest -n $(WORKERS) --dist worksteal $(TESTS)

test-postgresql: $(VENV)/dev.stamp
	$(BIN)/python -m scripts.with_servers $(BIN)/pytest -n $(WORKERS) --dist worksteal $(TESTS)

check: $(VENV)/dev.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	DJANGO_SETTINGS_MODULE=scripts.bare_settings $(BIN)/python -m django makemigrations --check --dry-run --skip-checks
	$(BIN)/python -m scripts.messages
	$(BIN)/python -m scripts.conformance

bench: $(VENV)/dev.stamp
	@$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY))

messages: $(VENV)/dev.stamp
	$(BIN)/python -m scripts.messages --write

conformance: $(VENV)/dev.stamp
	$(BIN)/python -m scripts.conformance --write

lock:
	$(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet uv
	$(LOCK) pyproject.toml --output-file requirements.txt
	$(LOCK) pyproject.toml --extra dev --constraint requirements.txt --output-file requirements-dev.txt
	echo 'setuptools>=77' | $(LOCK) - --output-file requirements-build.txt

clean:
	rm -rf $(VENV) build var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
