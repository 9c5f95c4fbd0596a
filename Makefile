# One entry point for every chore; `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
UV := $(shell command -v uv 2>/dev/null || echo .venv-tools/bin/uv)
RUN := $(UV) run --frozen --quiet

.PHONY: help
help: ## List the chores
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 14

.PHONY: check
check: ## Lint, types, architecture, templates, migrations
	$(RUN) ruff check
	$(RUN) lint-imports
	$(RUN) mypy src
	PALIER_TESTING=1 $(RUN) palier makemigrations --check --dry-run
