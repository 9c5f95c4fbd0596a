# One entry point for every chore; `make help` lists them. Only git, make and python3 >= 3.11 are assumed.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
UV := $(or $(shell command -v uv 2>/dev/null),.venv-tools/bin/uv)
BIN := .venv/bin

.PHONY: help
help: ## List the chores
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 14

# --- What everything needs; stamps make the second time quick -------------------------------------------------------
.PHONY: setup
setup: .venv/.synced assets ## Fetch the tools and libraries, build the assets

.venv-tools/bin/uv:
	@tools/uv

.venv/.synced: pyproject.toml uv.lock | $(UV)
	@echo "Installing the Python libraries (1 to 3 minutes the first time)…"
	@$(UV) sync --frozen --quiet --compile-bytecode
	@$(BIN)/python -m compileall -q src
	@touch $@

.PHONY: assets
assets: .venv/.synced ## Build styles, scripts, fonts and icons, when they changed
	@UV=$(UV) $(BIN)/python -m palier.installation.assets

# --- Try it ---------------------------------------------------------------------------------------------------------
.PHONY: demo
demo: setup ## Set everything up and start the demonstration; what was done in it is kept
	@exec $(BIN)/python tools/demo.py

.PHONY: demo-reset
demo-reset: setup ## Start the demonstration afresh
	@exec $(BIN)/python tools/demo.py --reset

# --- Trust it -------------------------------------------------------------------------------------------------------
.PHONY: check
check: .venv/.synced ## Lint, types, architecture, templates, migrations
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/mypy src
	tools/with-test-database $(BIN)/palier makemigrations --check --dry-run

.PHONY: test
test: setup ## Run all tests, in a real browser too
	@chromium=$$(tools/chromium) && PALIER_CHROMIUM=$$chromium tools/test-side-by-side

.PHONY: e2e
e2e: setup ## Run the browser tests alone, and leave a picture of each page in var/screens
	@chromium=$$(tools/chromium) && PALIER_CHROMIUM=$$chromium tools/with-test-database $(BIN)/pytest -m browser

.PHONY: bench
bench: setup ## Measure what the README promises and print the figures
	@bench/run

.PHONY: nightly
nightly: setup ## Measure the same at the size that was promised: a million scenes of vote, 50,000 messages, 300 kills (two hours)
	@PALIER_SCENES=1000000 PALIER_MESSAGES=50000 PALIER_KILLS=300 bench/run

.PHONY: bench-sites
bench-sites: setup ## Measure the national scale of sites against pandas + geopandas (a few minutes, 2 GB in var/; not in bench)
	@$(UV) sync --frozen --quiet --inexact --group bench
	@$(BIN)/python bench/sites/national.py

.PHONY: test-spark
test-spark: setup ## Check that DuckDB and Spark cross tables alike (Java 17 and 400 MB of PySpark; not in test)
	@java -version >/dev/null 2>&1 || { echo "Spark wants Java 17: install a JRE (apt-get install openjdk-17-jre-headless) and try again." >&2; exit 1; }
	@$(UV) sync --frozen --quiet --inexact --extra spark
	@tools/with-test-database $(BIN)/pytest tests/sites/chain/spark.py

.PHONY: format
format: .venv/.synced ## Put code and templates in their one shape
	$(BIN)/ruff format
	$(BIN)/ruff check --fix --exit-zero --quiet
	git ls-files -z '*.html' | xargs -0r $(BIN)/djade --target-version 5.2
