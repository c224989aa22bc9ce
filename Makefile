# Caspia: the whole developer interface. `make` lists the targets.
# Needs Python 3.11 or newer; everything else is installed into $(VENV) from the hash-locked requirements.

VENV ?= .venv
OUT ?= out/study
BIN := $(VENV)/bin
PAGE := src/caspia/web/page
CHROMIUMS ?= chromium chromium-browser google-chrome
find = $(firstword $(foreach name,$(1),$(shell command -v $(name))))
PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,\
	$(shell $(name) -c 'import sys; sys.version_info >= (3, 11) and print("$(name)")' 2>/dev/null)))
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet --progress-bar off
COMPILE = $(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-header --no-annotate --quiet $(UPGRADE)

.DEFAULT_GOAL := help
.PHONY: help install study test lint check unit docs picture page-pictures bench lock clean serve page-test browser

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

install: $(VENV)/.runtime ## Install what the commands need into .venv

study: $(VENV)/.runtime ## Answer all reference consignments; report and results in out/study
	$(BIN)/caspia study --out $(OUT)

test: lint check unit docs page-test ## Everything that must hold: lint, types, layers, data, tests, docs, page

lint: $(VENV)/.dev ## Format, rules, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

check: $(VENV)/.dev ## Check the built-in data
	$(BIN)/caspia check caspian

unit: $(VENV)/.dev ## Tests, docstring examples and code blocks of the docs, on all cores
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

docs: $(VENV)/.dev ## Build the docs into docs/_build/html, warnings are errors
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html

serve: $(VENV)/.runtime ## Open the page at http://127.0.0.1:8765/; builds it first where Node is there
	@command -v npm >/dev/null && $(MAKE) --no-print-directory $(PAGE)/index.html || echo "Node is not here: the page is not built" >&2
	$(BIN)/caspia serve

page-test: browser $(PAGE)/index.html $(VENV)/.dev ## Types, lint, unit tests and a real browser for the page; needs Node
	cd frontend && npm run --silent check && npm run --silent lint && npm run --silent unit
	cd frontend && CHROMIUM="$(call find,$(CHROMIUMS))" CASPIA="$(abspath $(BIN))/caspia" npm run --silent end-to-end

browser: ## Install Chromium for the tests of the page, where it is missing and this user may
	@test -n "$(call find,npm)" || { echo "Node 20.19 or newer is needed to test the page: https://nodejs.org" >&2; exit 1; }
	@test -n "$(call find,$(CHROMIUMS))" || { apt-get -qq update && apt-get -qq install -y chromium; } >/dev/null 2>&1 || \
		{ echo "Chromium is needed to test the page; install it, or name it: make test CHROMIUMS=/path" >&2; exit 1; }

picture: $(VENV)/.runtime ## Draw the pictures of the README and the docs anew
	$(BIN)/python tools/picture.py

page-pictures: browser $(PAGE)/index.html $(VENV)/.runtime ## Take the pictures of the page in the docs anew; some minutes
	cd frontend && CHROMIUM="$(call find,$(CHROMIUMS))" CASPIA="$(abspath $(BIN))/caspia" npm run --silent pictures

bench: $(VENV)/.dev ## Run the benchmarks
	@set -e; for file in benchmarks/[a-z]*.py; do echo "== $$file"; $(BIN)/python $$file; done

lock: $(VENV)/bin/uv ## Write both lock files anew; UPGRADE=--upgrade takes newer versions
	$(COMPILE) --extra build --extra dev --output-file requirements-dev.txt
	$(COMPILE) --extra build --constraints requirements-dev.txt --output-file requirements.txt

PAGE_SOURCES := $(shell find frontend -path frontend/node_modules -prune -o -type f -print 2>/dev/null)

frontend/node_modules/.installed: frontend/package-lock.json
	cd frontend && npm ci --silent --no-audit --no-fund
	@touch $@

$(PAGE)/index.html: frontend/node_modules/.installed $(PAGE_SOURCES)
	cd frontend && npm run --silent build
	@touch $@

clean: ## Remove everything that can be made again
	rm -rf $(VENV) out dist docs/_build $(PAGE) frontend/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# The package goes in last, without its requirements and with the build tool of the lock: no second resolution. It is
# compiled here, since Python may be told not to write byte code when it runs.
$(VENV)/.runtime: requirements.txt pyproject.toml | $(BIN)/python
	$(PIP) --require-hashes -r requirements.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q src/caspia
	@touch $@

$(VENV)/.dev: requirements-dev.txt pyproject.toml | $(BIN)/python
	$(PIP) --require-hashes -r requirements-dev.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q src/caspia
	@touch $@

$(BIN)/uv: | $(BIN)/python
	$(PIP) uv
