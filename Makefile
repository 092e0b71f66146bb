# The few things one does with this project. `make` alone lists them.

PY := .venv/bin/python
# What follows `ivr serve`, such as ARGS="--sip-port 5070 --data /tmp/line2".
ARGS ?=
# What is tested, and how: TESTS="tests/flow -k escape"; all of it by default.
TESTS ?=

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test lint bench bench-speech bench-browser lock clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Build .venv with the locked packages (quick when nothing changed)
	@scripts/setup run

setup-dev:
	@scripts/setup dev

run: setup ## Start the line with the invented clinic; prints how to ring it
	@.venv/bin/ivr serve $(ARGS)

test: setup-dev ## Run every test; what a missing program keeps out is named at the end
	@scripts/system-packages
	@scripts/test $(TESTS)

lint: setup-dev ## Check format, style, types, who may import whom, and the flows
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	.venv/bin/ivr flow check --strict

bench: setup-dev ## Ring the line, from a browser too, and measure it on the wire; writes JSON
	$(PY) -m bench
	$(PY) -m bench.browser

bench-speech: setup-dev ## Measure what the recognisers understand of people's voices
	$(PY) -m bench.speech

bench-browser: setup-dev ## Measure how long sound takes from a browser and back, also with loss
	$(PY) -m bench.browser

lock: ## Choose the newest package versions and write the lock files anew
	@scripts/lock

clean: ## Remove .venv and every cache; keeps .data and recordings
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
