# `make help` says what there is to make.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
WORKERS ?= 1
JOBS ?= $(shell echo $$(( $$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1) + 1 )))
WORDS := pledges/translations

.PHONY: help run test check bench screenshots translations pins clean

help:
	@echo "make run      serves on http://127.0.0.1:$(PORT), with a demo letter, a mailbox and a moderator"
	@echo "make test     passes the tests, on SQLite and on PostgreSQL"
	@echo "make check    lint, types and import rules"
	@echo "make bench    the benchmarks, with their table; KEEP=1 writes bench/RESULTS.md"
	@echo "make screenshots  puts pictures of every page into screenshots/; PAGES=letter of those that begin so"
	@echo "make pins     resolves the requirements anew (needs uv)"
	@echo "make translations  takes new words of the interface into its catalogs"

.venv/run: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/test: requirements-test.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.txt
	@touch $@ .venv/run

instance/settings.env: | .venv/run
	@mkdir -p -m 700 instance
	@(umask 077 && $(BIN)/flask keys generate > $@.new && mv $@.new $@)

run: .venv/run instance/settings.env
	@set -a && . instance/settings.env && set +a && \
	  export PLEDGES_BASE_URL="$${PLEDGES_BASE_URL:-http://127.0.0.1:$(PORT)}" && \
	  $(BIN)/flask db upgrade && $(BIN)/flask demo && \
	  exec $(BIN)/flask serve --port $(PORT) --workers $(WORKERS)

test: .venv/test
	$(BIN)/pytest -n $(JOBS) --dist worksteal $(ARGS)

check: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/test
	$(BIN)/python -m bench.run $(if $(KEEP),--keep) $(ARGS)

screenshots: .venv/test
	$(BIN)/python -m tests.browser.screenshots $(PAGES)

pins:
	uv pip compile -q pyproject.toml --no-strip-extras --generate-hashes --python-version 3.11 --no-header --no-annotate -o requirements.txt
	uv pip compile -q pyproject.toml --no-strip-extras --group test -c requirements.txt --generate-hashes --python-version 3.11 \
	  --no-header --no-annotate -o requirements-test.txt

translations: .venv/test
	$(BIN)/pybabel -q extract -F pyproject.toml -k _ -k gettext -k ngettext:1,2 -k lazy_gettext --no-location --sort-output \
	  --no-wrap --project=Pledges --version=1 --header-comment="# Words of the interface." -o $(WORDS)/messages.pot .
	sed -i.dated '/^"POT-Creation-Date: /d' $(WORDS)/messages.pot && rm $(WORDS)/messages.pot.dated
	$(BIN)/pybabel -q update -i $(WORDS)/messages.pot -d $(WORDS) --no-fuzzy-matching --ignore-pot-creation-date --no-wrap
	$(BIN)/pybabel compile -d $(WORDS) --statistics

clean:
	rm -rf .venv instance .mypy_cache .ruff_cache .hypothesis .import_linter_cache
