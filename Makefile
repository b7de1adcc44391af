# make demo    fits logistic regression on real data, compares with the peers, draws the curve (demo.png)
# make test    the tests
# make bench   every function beside its peers
# make check   style, types, every function over whole input spaces, on every instruction set here and under emulation,
#              and the threads, under ThreadSanitizer and with other programs' faults ten times over
# make fuzz    drawn calls against plain copies and a reference, for SECONDS=60 on two instruction sets; SEED=.. repeats
# make nets    the faults of other programs, ten times over; refused memory, strange modes, leaks over every driver
# make controls  defects that were in the code once are put back: the nets must see each
# make peers   the tests beside torch, numba, numexpr and Dask's workers, which it installs
# make proof   check, and every input of the aarch64 kernels under emulation: hours; may be stopped and goes on from there
# make lint    style, types
PYTHON ?= python3
BIN := .venv/bin
SOURCES := setup.py $(wildcard csrc/*)
export PYTHONPATH :=

SECONDS ?= 60
SEED ?= $(shell date +%s)

.PHONY: demo test bench check nets controls fuzz fuzz-best fuzz-scalar peers proof lint clean

demo: .venv/.built
	$(BIN)/python -m examples.demo

test: .venv/.built
	$(BIN)/python -m pytest

bench: .venv/.built
	$(BIN)/python -m benchmarks

check: lint
	$(BIN)/python -m proof check
	$(BIN)/python -m proof.losses check
	$(MAKE) nets controls
	$(MAKE) fuzz SEED=1

nets: .venv/.built
	PYSIGMOID_TEST_ROUNDS=10 $(BIN)/python -m pytest tests/test_faults_*.py

controls: .venv/.built
	$(BIN)/python -m tests.defects

fuzz:
	+$(MAKE) --output-sync -j2 fuzz-best fuzz-scalar SEED=$(SEED)

fuzz-best: .venv/.built
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS) --seed $(SEED)

fuzz-scalar: .venv/.built
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS) --seed $(SEED) --isa scalar

peers: .venv-peers/.installed .venv/.built
	.venv-peers/bin/python -m pytest tests/peers

proof: check
	$(BIN)/python -m proof.losses check --long
	$(BIN)/python -m proof emulate

lint: .venv/.built
	$(BIN)/pip install --quiet --no-build-isolation --editable ".[lint]"
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.venv/.installed: pyproject.toml
	@echo "Setting up a virtual environment in .venv (once; a minute or two)"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet "setuptools>=77" "numpy>=2.0"
	$(BIN)/python -m pip install --quiet --no-build-isolation --editable ".[test]"
	@touch $@

# An environment of its own: torch wants an older mpmath than the tests take.
.venv-peers/.installed: pyproject.toml
	@echo "Setting up a virtual environment with torch, numba, numexpr and distributed in .venv-peers (once; some minutes)"
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet torch==2.13.0
	.venv-peers/bin/python -m pip install --quiet "setuptools>=77" "numpy>=2.0" numba numexpr distributed
	.venv-peers/bin/python -m pip install --quiet --no-build-isolation --editable ".[test]"
	@touch $@

.venv/.built: .venv/.installed $(SOURCES)
	@echo "Building the extension"
	$(BIN)/python setup.py --quiet build_ext --inplace
	@touch $@

clean:
	rm -rf .venv .venv-peers build dist pysigmoid/*.so *.egg-info
