# The one door for everything: each target installs what it needs and is quick when that is already there.
VENV := .venv
PY := $(VENV)/bin/python
ROWS ?= 300
RUNS ?= 200

.PHONY: demo test lint soak bench peers addin setup system clean

demo: $(VENV)/.runs
	$(VENV)/bin/xlcrm demo --rows $(ROWS) --folder demo

test: setup system lint
	$(PY) -m pytest -n 2 --dist worksteal

lint: setup
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

soak: setup system
	$(PY) -m tests.soak --runs $(RUNS)

bench: setup peers
	$(PY) -m tests.bench.run

peers: .peers/.made

.peers/.made: tests/bench/peers/requirements.txt
	test -x .peers/bin/python || python3 -m venv .peers
	.peers/bin/python -m pip install -q -r tests/bench/peers/requirements.txt
	touch $@

addin: setup
	$(PY) -m macros.builder

setup: $(VENV)/.develops

system:
	.ci/install system

$(VENV)/.runs: pyproject.toml constraints.txt
	.ci/install python
	test -x $(PY) || python3 -m venv $(VENV)
	$(PY) -m pip install -q -c constraints.txt -e .
	touch $@

$(VENV)/.develops: $(VENV)/.runs
	$(PY) -m pip install -q -c constraints.txt -e '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) .peers node_modules demo artefacts
