# run · test · test-fast · lint · bench · demo-reset: each sets up what it needs by itself.
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
TEKENPOORT_DATA ?= $(CURDIR)/data
export PORT TEKENPOORT_DATA

.PHONY: run demo-reset test test-fast lint assets clean

run: $(VENV)/.ready pango
	TEKENPOORT_DEMO=1 $(BIN)/tekenpoort run

demo-reset:
	@rm -rf "$(TEKENPOORT_DATA)"
	@echo "The demonstration in $(TEKENPOORT_DATA) is gone; make run starts a new one."

test: $(VENV)/.ready-dev pango
	bash .ci/machine.sh
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not browser and not fault" --database=both
	$(BIN)/python -m pytest -m "browser"
	$(BIN)/python -m pytest -m "fault"

test-fast: $(VENV)/.ready-dev pango
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not browser and not fault and not slow"

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

assets: static/vendor/complete

# WeasyPrint sets text with Pango: installed where we may, else the command is printed.
.PHONY: pango
pango:
	@$(BIN)/python -c "import weasyprint" 2>/dev/null || bash .ci/machine.sh pango

$(VENV)/bin/python:
	python3 -m venv $(VENV)

$(VENV)/.ready: requirements.lock requirements-assets.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(MAKE) --no-print-directory assets
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

static/vendor/complete: requirements-assets.lock .ci/assets.py | $(VENV)/bin/python
	$(BIN)/python .ci/assets.py

clean:
	rm -rf $(VENV) static/vendor

# The lock files, from pyproject.toml; wants uv on the path.
.PHONY: locks
LOCK := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url
locks:
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	printf 'django-htmx==1.29.0\nfontpkg-source-sans-3==3.52\n' | $(LOCK) --no-deps - -o requirements-assets.lock
