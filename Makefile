# One entry for people and CI. Each target sets up .venv by itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
# The order and the examples are other ones with each commit, and the same for all who run it.
SEED ?= $(shell printf '%d' 0x$$(git rev-parse 'HEAD^{tree}' 2> /dev/null | grep -o '^........' || echo 1))
PYTEST := $(BIN)/pytest -m "not long" --numprocesses auto --dist worksteal \
	--randomly-seed $(SEED) --hypothesis-seed $(SEED)

# Raised when it holds, never lowered.
COVERAGE := 95
# What must be right in every branch, each by its own tests.
CORE := modem/at/*,modem/pdu/*,modem/state.py,routing/*

.PHONY: client demo deb test test-long bench lint coverage format catalogue icons screenshots clean

$(VENV)/.run: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("gatewayd needs Python 3.11 or later; name one: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
# An old pip does not know dependency groups; setuptools has advice for every editable install.
	$(PIP) --upgrade pip
	PYTHONWARNINGS=ignore::UserWarning $(PIP) --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(PIP) --group test --group lint
	@touch $@

demo: $(VENV)/.run
	@$(BIN)/gatewayd demo

# Traced is what runs within the tests' own process: under the tracer the others would only be slower.
test: $(VENV)/.dev
	$(PYTEST) --cov --cov-report= tests/unit tests/integration
	@$(MAKE) --no-print-directory coverage
	$(PYTEST) --ignore=tests/unit --ignore=tests/integration tests

# Judges the last run of `make test`.
coverage:
	$(BIN)/coverage report --include='$(CORE)' --fail-under=100
	$(BIN)/coverage report --fail-under=$(COVERAGE)

test-long: $(VENV)/.dev
	$(BIN)/pytest -m long tests

# Prints figures; docs/performance.md says what they mean.
bench: $(VENV)/.dev
	$(BIN)/python -m tests.benchmarks

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

# What the page says: new sentences go into the French catalogue, old ones leave it.
WEB := gatewayd/web
FRENCH := $(WEB)/locale/fr/LC_MESSAGES/gatewayd.po
POT := build/gatewayd.pot

catalogue: $(VENV)/.dev
	@mkdir -p build
	$(BIN)/pybabel --quiet extract --mapping-file $(WEB)/locale/babel.cfg --keywords N_ --keywords say --keywords plural:1,2 \
		--no-location --sort-output --width 100 --output-file $(POT) $(WEB)
	$(BIN)/pybabel --quiet update --input-file $(POT) --output-file $(FRENCH) --locale fr \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --omit-header --width 100

# Pictures of every screen, in a folder that git ignores: build/screenshots.
screenshots: $(VENV)/.dev
	$(BIN)/pytest --quiet -p no:randomly tests/acceptance/page/screens.py

# The pictures that phones install the page with, drawn from its icon.svg.
icons: $(VENV)/.dev
	$(BIN)/pytest --quiet -p no:randomly tests/acceptance/page/icons.py

# The client of the HTTP API without the daemon: a wheel in dist/.
client: $(VENV)/.dev
	@PYTHON=$(BIN)/python packaging/build-client

# A Debian package in dist/; needs debhelper (it says so).
deb:
	@packaging/build-deb

clean:
	rm -rf $(VENV) build .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
