# The few commands that people use. Each sets up what it needs; `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

REQUIREMENT ?= deploy/local/examples/equipment-lending.txt
BENCH ?=
UV := $(shell command -v uv || echo .tools/bin/uv)
BIN := .venv/bin

.PHONY: help setup run test lint unit integration browser faults bench up down status

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.tools/bin/uv:
	python3 -m venv .tools
	.tools/bin/pip install --quiet --disable-pip-version-check uv

# uv sync is quick where nothing is to be done, so it runs every time.
setup: $(if $(filter .tools/bin/uv,$(UV)),.tools/bin/uv) ## Install everything into .venv
	@$(UV) sync --locked --quiet

run: setup ## Deliver a requirement: make run REQUIREMENT=path
	$(BIN)/streamwright deliver --file "$(REQUIREMENT)"

test: lint unit integration ## Pass the tests, on a real broker and database

lint: setup ## Style, types, import rules, schema files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m schemas.export --check
	$(BIN)/python -m projections.api.description --check
	$(BIN)/python -m schemas.compatibility

unit: setup ## Tests without broker and database
	$(BIN)/pytest tests/unit

integration: setup ## Tests on a real broker and a real database
	$(BIN)/pytest tests/integration

browser: setup ## Tests of generated pages in Chromium
	$(BIN)/pytest -m browser tests/browser
	$(BIN)/pytest -m browser tests/integration

faults: setup ## Tests that kill, pause and restart things
	$(BIN)/pytest -m faults tests

bench: setup ## Measure beside other libraries: make bench BENCH=--quick
	$(BIN)/python -m tests.benchmarks $(BENCH)

up: setup ## Start broker, database and services
	$(BIN)/streamwright up

down: setup ## Stop them; data is kept
	$(BIN)/streamwright down

status: setup ## Show what runs
	$(BIN)/streamwright status
