# make demo    set up and find a dose          make test    set up and test
# make check   lint, types, layers, tests      make lock    resolve the dependencies anew
# make exam    numbers of other programs beside ours: docs/exam.md
#
# PYTHON=python3.12 make demo    picks the Python; without it, the newest that will do.

VENV := .venv
BIN := $(VENV)/bin
SUITS := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	"$$p" -c '$(SUITS)' >/dev/null 2>&1 && { echo "$$p"; break; }; done)
PIP = $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input
LOCKED = $(PIP) --require-hashes -r

# The model is compiled where it runs; a machine without a C compiler gets one as a wheel.
ifeq ($(shell command -v cc || command -v gcc || command -v clang),)
ZIG := $(VENV)/.zig
endif

# A virtual environment whose Python is gone counts for nothing.
$(shell test -x $(BIN)/python || rm -f $(VENV)/.runtime $(VENV)/.test $(VENV)/.zig $(VENV)/.package)

.PHONY: demo test check lint exam lock clean
.NOTPARALLEL:

demo: $(VENV)/.runtime $(ZIG) $(VENV)/.package
	@$(BIN)/hepatica dose studies/hbv-aclf.toml

test: $(VENV)/.test $(ZIG) $(VENV)/.package
	@$(BIN)/python -m pytest -n auto --no-loadscope-reorder

check: lint test

lint: $(VENV)/.test $(VENV)/.package
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

exam: $(VENV)/.test $(VENV)/.package
	@$(BIN)/python -m hepatica.trials.exam .

clean:
	rm -rf $(VENV)

$(BIN)/python:
	@test -n "$(PYTHON)" && "$(PYTHON)" -c '$(SUITS)' >/dev/null 2>&1 || { echo "Hepatica needs Python 3.11, 3.12 or 3.13 \
	with its venv module (on Debian: python3-venv), and $(if $(PYTHON),$(PYTHON) is not one,none was found): \
	install one, or name it with PYTHON=..." | tr -s '\t ' ' ' >&2; exit 1; }
	@echo "Making $(VENV) with $$("$(PYTHON)" --version) ..."
	@"$(PYTHON)" -m venv --clear $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.runtime: requirements.lock | $(BIN)/python
	@echo "Installing what Hepatica needs into $(VENV) (once, about a minute) ..."
	@$(LOCKED) requirements.lock
	@touch $@

# The test lock holds the runtime lock whole, so both are done.
$(VENV)/.test: requirements.lock requirements-test.lock | $(BIN)/python
	@echo "Installing what Hepatica and its tests need into $(VENV) (once, about a minute) ..."
	@$(LOCKED) requirements-test.lock
	@touch $(VENV)/.runtime $@

$(VENV)/.zig: requirements-zig.lock | $(BIN)/python
	@echo "No C compiler found: installing one into $(VENV) (once) ..."
	@$(LOCKED) requirements-zig.lock
	@touch $@

$(VENV)/.package: pyproject.toml | $(BIN)/python
	@echo "Installing Hepatica itself into $(VENV) ..."
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

# Exact versions with hashes for all Pythons and systems; LOCKFLAGS=--upgrade takes the newest releases.
UV ?= $(shell command -v $(BIN)/uv || command -v uv)
RESOLVE = $(or $(UV),$(error make lock needs uv: install it, or name it with UV=...)) pip compile --quiet \
	--universal --python-version 3.11 --fork-strategy fewest --generate-hashes --no-emit-index-url --no-annotate \
	--custom-compile-command "make lock" $(LOCKFLAGS)

lock:
	@$(RESOLVE) pyproject.toml --group build --output-file requirements.lock
	@$(RESOLVE) pyproject.toml --group build --extra test --constraint requirements.lock \
		--output-file requirements-test.lock
	@echo ziglang | $(RESOLVE) - --output-file requirements-zig.lock
