# run · test · test-fast · test-faults · lint · texts · bench · demo-reset: each sets up what it needs by itself.
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
TEKENPOORT_DATA ?= $(CURDIR)/data
export PORT TEKENPOORT_DATA

.PHONY: run demo-reset test test-fast test-faults bench lint assets clean

run: $(VENV)/.ready pango
	TEKENPOORT_DEMO=1 $(BIN)/tekenpoort run

demo-reset:
	@rm -rf "$(TEKENPOORT_DATA)"
	@echo "The demonstration in $(TEKENPOORT_DATA) is gone; make run starts a new one."

test: $(VENV)/.ready-dev pango
	bash .ci/machine.sh
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not browser and not fault" --database=both
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "browser"
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "fault"

test-fast: $(VENV)/.ready-dev pango
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not browser and not fault and not slow"

# The battery of faults, every point of it, with a table of what was tried and held; or ROWS=1,6, and SEED=… .
ROWS ?= all
test-faults: $(VENV)/.ready-dev pango
	@bash .ci/machine.sh
	$(BIN)/python -m pytest -n 2 --dist loadfile --battery=$(ROWS) --every --database=both

# All figures, or ONLY=steps (or another subject, see docs/bench.md).
bench: $(VENV)/.ready-dev $(VENV)-bench/.ready pango
	@bash .ci/machine.sh
	@$(BIN)/python -m tests.bench.bench_ratios $(ONLY)

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Every text that can be shown, into the English catalogue; says which have no English yet.
.PHONY: texts
texts: $(VENV)/.ready-dev
	$(BIN)/python .ci/texts.py

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

# Django, for the bench alone, where the portal cannot see it; git does not see it either.
$(VENV)-bench/.ready: requirements-bench.lock
	python3 -m venv $(VENV)-bench
	@echo "*" > $(VENV)-bench/.gitignore
	$(VENV)-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

static/vendor/complete: requirements-assets.lock .ci/assets.py | $(VENV)/bin/python
	$(BIN)/python .ci/assets.py

clean:
	rm -rf $(VENV) $(VENV)-bench static/vendor

# The lock files, from pyproject.toml; wants uv on the path.
.PHONY: locks
LOCK := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url
locks:
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	printf 'django-htmx==1.29.0\nfontpkg-source-sans-3==3.52\n' | $(LOCK) --no-deps - -o requirements-assets.lock
	printf 'django>=5.2,<5.3\ndjango-formtools>=2.5\ngunicorn\n' | $(LOCK) -c requirements.lock - -o requirements-bench.lock
