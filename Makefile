# Two commands set up everything: `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH_VENV := .venv-bench
BENCH_READY := $(BENCH_VENV)/.ready
CANDLES ?=
TESTS ?= quick

.PHONY: help demo dev quick test coverage check docs graph torture bench promises evidence end-to-end records rivals drift capacity living-loop format clean
.DEFAULT_GOAL := help

help:  ## List the commands.
	@sed -nE 's/^([a-z-]+):.*##/\1\t/p' $(MAKEFILE_LIST)

$(READY): requirements-pip.lock requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 12))' \
	  || { echo "Python 3.11 is needed, $$($(PYTHON) --version) was found; try: make PYTHON=python3.11 ..."; exit 2; }
	@echo "Installing into $(VENV); one to three minutes, once."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-pip.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/pip uninstall -qq --yes setuptools  # Python 3.11 brings an old one, and nothing needs it
	@touch $@

demo: $(READY)  ## Run the main job offline, on simulated candles or those in CANDLES=FOLDER.
	@$(BIN)/traderai demo $(if $(CANDLES),--candles $(CANDLES))

dev: $(READY)  ## Start the web UI and the daemon on 127.0.0.1:3000, on the demo's instance.
	@$(BIN)/traderai dev

# The order of the files is that of tests/quick.py: what waits for daemons first, the short ones last
quick: $(READY)  ## Run the tests of one process: no PostgreSQL, no daemon; two minutes.
	@$(BIN)/pytest -n 2 -m quick

test: $(READY)  ## Run the tests; twelve minutes.
	@$(BIN)/pytest -n 3 -m "not torture"

# Of the quick tests; `make coverage TESTS="not torture"` counts what all of them reach
coverage: $(READY)  ## Say which lines the tests reach, and fail where they are fewer than before.
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -n 2 -m "$(TESTS)"
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

check: $(READY)  ## Lint, formatting, types, layers.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m scripts.reference --check

docs: $(READY)  ## Write docs/reference/ anew from the code.
	@$(BIN)/python -m scripts.reference

graph: $(READY)  ## Print which folder imports which, what runs back, and circles.
	@$(BIN)/python scripts/import_graph.py

torture: $(READY)  ## Kills, floods and races at full length; three hours.
	@$(BIN)/pytest -m torture -s

# vectorbt and the other peers bring much that the platform does not need: they get their own.
$(BENCH_READY): benchmarks/requirements.lock pyproject.toml
	@echo "Installing the peers into $(BENCH_VENV); one to three minutes, once."
	@$(PYTHON) -m venv $(BENCH_VENV) && echo '*' > $(BENCH_VENV)/.gitignore
	@$(BENCH_VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-pip.lock
	@$(BENCH_VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r benchmarks/requirements.lock
	@$(BENCH_VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

bench: $(BENCH_READY)  ## Time everything against its peers; writes docs/benchmarks.md; 35 minutes.
	@$(BENCH_VENV)/bin/python -m benchmarks.run

promises: $(READY)  ## Hold decisions to what they promise, on planted markets; writes docs/promises.md.
	@$(BIN)/python -m benchmarks.promises.run

evidence: $(READY)  ## Judge models of 170 planted markets, then strategies of made-up worlds; writes both pages; an hour.
	@$(BIN)/python -m benchmarks.evidence
	@$(BIN)/python -m benchmarks.strategies.evidence

end-to-end: $(READY)  ## Judge strategies from candles to the verdict, on noise and a planted edge; writes docs/strategy_end_to_end.md; over an hour.
	@$(BIN)/python -m benchmarks.strategies.end_to_end

records: $(READY)  ## Judge three strategies on all months of CANDLES=FOLDER; writes docs/real_records.md; an hour.
	@$(BIN)/python -m benchmarks.records.run --candles "$(CANDLES)"

capacity: $(READY)  ## Let bars of 1 to 200 live markets close and await each word; writes docs/capacity.md; an hour.
	@$(BIN)/python -m benchmarks.capacity.run --page

living-loop: $(READY)  ## Live through seven days of outages, kills and a change of regime; writes docs/living_loop.md; half an hour.
	@$(BIN)/python -m benchmarks.living_loop.run --form long --page

rivals: $(READY)  ## Forecast month by month beside rivals, on planted markets and CANDLES=FOLDER; ten minutes.
	@$(BIN)/python -m benchmarks.rivals.run $(if $(CANDLES),--candles $(CANDLES))

drift: $(READY)  ## Count false alarms of drift and drift that is found, and time its references; ten minutes.
	@$(BIN)/python -m benchmarks.drift.run

format: $(READY)  ## Format the code.
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

clean:  ## Remove what the demo made; the virtual environment stays.
	@rm -rf .traderai .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
