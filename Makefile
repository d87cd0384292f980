# `make` prints what can be done; the first target that needs it installs everything into .venv.
# Arguments go through ARGS:  make forecast ARGS="--json"   make test ARGS="-k house -x"

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
SHELL := /bin/sh
BIN := .venv/bin
INSTALLED := .venv/.installed
ARGS ?=

.PHONY: help
help:  ## print this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: forecast
forecast: $(INSTALLED)  ## fit the default card on all evidence and print the forecast
	@$(BIN)/bayes-rsi forecast $(ARGS)

.PHONY: verdicts
verdicts: $(INSTALLED)  ## fit every shipped card and keep what it says (half an hour)
	@$(BIN)/bayes-rsi verdicts $(ARGS)

.PHONY: test
test: $(INSTALLED)  ## run the tests, in two to four processes (nine to ten minutes on two cores)
	@$(BIN)/pytest -n logical --maxprocesses 4 --dist loadfile $(ARGS)

.PHONY: test-slow
test-slow: $(INSTALLED)  ## run the tests marked slow
	@$(BIN)/pytest -m slow $(ARGS)

.PHONY: sbc
sbc: $(INSTALLED)  ## simulation-based calibration; writes docs/sbc.md (an hour on two cores)
	@$(BIN)/bayes-rsi sbc --workers 2 --docs docs $(ARGS)

.PHONY: leave-out
leave-out: $(INSTALLED)  ## leave each series out of the forecast in out/ (half an hour), write docs/leave_out.md
	@nice $(BIN)/python -m bayes_rsi.checks.leaving_out out --page docs/leave_out.md $(ARGS)

.PHONY: acceleration
acceleration: $(INSTALLED)  ## look for accelerations in synthetic worlds (ten minutes), write docs/acceleration.md
	@nice $(BIN)/python -m bayes_rsi.checks.acceleration out --page docs/acceleration.md $(ARGS)

.PHONY: lint
lint: $(INSTALLED)  ## check style, format and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

.PHONY: format
format: $(INSTALLED)  ## put code into the house's format
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

.PHONY: install
install: $(INSTALLED)  ## install into .venv and do nothing else
	@:

# Pins stay as they are unless asked: make lock ARGS="--upgrade-package pymc" or ARGS=--upgrade
.PHONY: lock
lock:  ## bring requirements.lock in line with pyproject.toml
	@sh scripts/environment.sh lock $(ARGS)

.PHONY: clean
clean:  ## remove caches and builds (.venv and .tools stay)
	@rm -rf build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis
	@find . -name __pycache__ -not -path './.venv/*' -not -path './.tools/*' -prune -exec rm -rf {} +

.PHONY: distclean
distclean: clean  ## remove the installed environment too
	@rm -rf .venv .tools

$(INSTALLED): requirements.lock pyproject.toml scripts/environment.sh
	@sh scripts/environment.sh install
	@printf '%s\n' "$(CURDIR)" > $@

# In a checkout that was moved or copied .venv would run the code of where it was made.
MADE_IN := $(shell cat $(INSTALLED) 2>/dev/null)
ifneq ($(MADE_IN),)
ifneq ($(MADE_IN),$(CURDIR))
$(INSTALLED): elsewhere
endif
endif

.PHONY: elsewhere
elsewhere:
	@echo "install: .venv was made in $(MADE_IN); making it anew" >&2
	@rm -rf .venv
