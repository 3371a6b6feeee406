# Commands of this project; `make help` names them.
.DEFAULT_GOAL := help
.PHONY: help run quick test test-pg test-browser lint types fmt migrate sample bench bench-room proofs assets lock
BIN := .venv/bin
# One more than the usual two cores: tests wait for servers, clocks and each other.
WORKERS ?= 3
export WORKERS
# Modules compiled once: without this every process of a machine that sets it would compile them again.
unexport PYTHONDONTWRITEBYTECODE

help: ## Show these lines
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 15

run: ## Set up and serve the sample office (PORT=8000, OFFICE_DATA=var)
	@sh tools/setup.sh serve
	@exec $(BIN)/python -m intranet serve --sample

quick: ## Fast tests on SQLite
	@sh tools/setup.sh dev
	@OFFICE_DB=sqlite $(BIN)/pytest -q -n $(WORKERS) -m "not browser and not slow"

test: ## Everything: lint, types, tests on both databases and in Chromium
	@sh tools/check.sh

test-pg: ## The same tests on PostgreSQL
	@sh tools/setup.sh dev
	@OFFICE_DB=postgresql $(BIN)/pytest -q -n $(WORKERS) -m "not browser"

test-browser: ## The main paths in Chromium
	@sh tools/setup.sh dev
	@$(BIN)/pytest -q -m browser

lint: ## ruff's opinion
	@sh tools/setup.sh dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: ## mypy's opinion
	@sh tools/setup.sh dev
	@$(BIN)/mypy

fmt: ## Format, and repair what ruff can
	@sh tools/setup.sh dev
	@$(BIN)/ruff check --fix-only -q . ; $(BIN)/ruff format .

migrate: ## Bring the database in OFFICE_DATA up to this code
	@sh tools/setup.sh run
	@$(BIN)/intranet db upgrade

sample: ## Make the sample office in OFFICE_DATA
	@sh tools/setup.sh run
	@$(BIN)/intranet sample

bench: ## Measure, and compare with the figures kept in bench/
	@sh tools/setup.sh dev
	@$(BIN)/python -m bench

bench-room: ## Measure the room alone: from the chair's command to another tablet
	@sh tools/setup.sh dev
	@$(BIN)/python -m bench room

proofs: ## The long tests at full length
	@sh tools/setup.sh dev
	@OFFICE_PROOFS=full $(BIN)/pytest -q -m slow
	@OFFICE_PROOFS=full OFFICE_DB=postgresql $(BIN)/pytest -q -m "slow or pages"

assets: ## Build the browser's files again
	@rm -f .stamps/assets
	@sh tools/setup.sh run

lock: ## Write requirements.lock anew from pyproject.toml
	@sh tools/setup.sh venv
	@test -x .stamps/lock/bin/pip-compile || { python3 -m venv .stamps/lock && .stamps/lock/bin/pip install -q pip-tools; }
	@.stamps/lock/bin/pip-compile -q --all-extras --allow-unsafe --generate-hashes --strip-extras --no-header \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file=requirements.lock $(LOCK) pyproject.toml
