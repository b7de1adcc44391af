# make demo        fits logistic regression on real data, compares with the peers, draws the curve (demo.png)
# make test        the tests
# make bench       every function beside its peers
# make check       all of the following, for every change
#   make lint        style, types
#   make functions   every function and loss over whole input spaces, on every instruction set here and, in part, of
#                    aarch64 under emulation; the threads under ThreadSanitizer
#   make selftest    what users run: python -m pysigmoid selftest
#   make suites      the tests on the other instruction sets, and with NumPy's own choice of instructions switched off
#   make processors  import, settings and bits on emulated processors of other generations
#   make fuzz        drawn calls against plain copies and a reference, for SECONDS=60 on two instruction sets; SEED=..
#                    repeats
#   make sanitize    the tests and the proofs' harnesses under AddressSanitizer and UndefinedBehaviorSanitizer
#   make faults      what other programs do to threads at some moment or other, ten times over
#   make controls    defects that were in the code once are put back: the nets must see each; a build without patches
#                    must be wrong exactly where they help
# make docs        the documentation, into docs/_build/html: pages, notebooks, links; an environment of its own, then no
#                  network
# make types       what three type checkers take results and mistakes for, with the oldest and the newest NumPy's
#                  stubs; the stubs against the package
# make expanded    the C that the compiler sees of one function, its macros gone: FUNCTION=sigmoid DTYPE=f32 ISA=avx2,
#                  or any name as FUNCTION, such as exp_in_f64
# make pythons     the tests on the oldest and newest Pythons, a debug build and a free-threaded one, which it finds or
#                  makes; ARGUMENTS="--go-on" where some cannot be had, "--only 3.14 tests/test_ufuncs.py" for a part
# make peers       the tests beside and inside of torch, and beside JAX, numba, numexpr, Cython, Dask's workers, Spark,
#                  XGBoost, LightGBM and CatBoost, which it installs; Spark also needs Java 17 or later, which it does not
# make proof       check, all float32 results against long double again, and every input of the aarch64 kernels under
#                  emulation: hours; may be stopped and goes on from there
PYTHON ?= python3
BIN := .venv/bin
SOURCES := setup.py $(wildcard csrc/* csrc/*/*)
PYTEST := $(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4
export PYTHONPATH :=

SECONDS ?= 60
SEED ?= $(shell date +%s)
FUNCTION ?= sigmoid
DTYPE ?= f32
ISA ?= avx2

SPHINX := OMP_NUM_THREADS=1 .venv-docs/bin/python -m sphinx -W --keep-going -n -q

.PHONY: demo test bench docs check lint types functions selftest suites processors sanitize fuzz fuzz-best fuzz-scalar faults controls expanded pythons peers proof clean

demo: .venv/.built
	$(BIN)/python -m examples.demo

test: .venv/.built
	$(PYTEST) -m "not timed and not control"
	$(BIN)/python -m pytest -m timed

bench: .venv/.built
	$(BIN)/python -m benchmarks

docs: .venv-docs/.installed .venv/.built
	$(SPHINX) -b html docs docs/_build/html
	OMP_NUM_THREADS=1 .venv-docs/bin/python -m docs.generate check

check: lint functions selftest suites processors sanitize faults controls
	$(MAKE) fuzz SEED=1

functions: .venv/.built
	$(BIN)/python -m proof check
	$(BIN)/python -m proof.losses check

selftest: .venv/.built
	$(BIN)/python -m pysigmoid selftest

suites: .venv/.built
	$(BIN)/python -m proof.suites

processors: .venv/.built
	$(BIN)/python -m proof.processors

faults: .venv/.built
	PYSIGMOID_TEST_ROUNDS=10 $(PYTEST) -m "repeated and not timed" tests/test_faults_*.py
	PYSIGMOID_TEST_ROUNDS=10 $(BIN)/python -m pytest -m "repeated and timed" tests/test_faults_*.py

controls: .venv/.built
	$(BIN)/python -m tests.defects
	$(PYTEST) -m control tests/test_controls.py tests/test_few_divisions.py tests/test_loss_call.py

fuzz:
	+$(MAKE) --output-sync -j2 fuzz-best fuzz-scalar SEED=$(SEED)

fuzz-best: .venv/.built
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS) --seed $(SEED)

fuzz-scalar: .venv/.built
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS) --seed $(SEED) --isa scalar

sanitize: .venv/.built
	$(BIN)/python -m proof.sanitizers

expanded: .venv/.built
	@$(BIN)/python -m proof.expanded $(FUNCTION) $(DTYPE) $(ISA)

peers: .venv-peers/.installed .venv/.built
	@command -v java >/dev/null || echo "No Java here: Spark's tests are left out (apt-get install openjdk-17-jre-headless)"
	.venv-peers/bin/python -m pytest tests/peers

pythons: .venv/.built
	$(BIN)/python -m proof.pythons $(ARGUMENTS)

proof: check
	$(BIN)/python -m proof check --again
	$(BIN)/python -m proof.losses check --long
	$(BIN)/python -m proof emulate

lint: .venv/.built
	$(BIN)/pip install --quiet --no-build-isolation --editable ".[lint]"
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

types: .venv/.built .venv-peers/.installed
	$(BIN)/pip install --quiet --no-build-isolation --editable ".[types]"
	$(BIN)/python -m tests.typing

.venv/.installed: pyproject.toml
	@echo "Setting up a virtual environment in .venv (once; a minute or two)"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet "setuptools>=77" "numpy>=2.0"
	$(BIN)/python -m pip install --quiet --no-build-isolation --editable ".[test]"
	@touch $@

# An environment of its own: torch wants an older mpmath than the tests take. xgboost-cpu brings no GPU libraries.
.venv-peers/.installed: pyproject.toml
	@echo "Setting up a virtual environment with torch, numba, XGBoost and other peers in .venv-peers (once; some minutes)"
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet torch==2.13.0
	.venv-peers/bin/python -m pip install --quiet "setuptools>=77" "numpy>=2.0" numba numexpr distributed cython sparse pint jax pyspark
	.venv-peers/bin/python -m pip install --quiet xgboost-cpu lightgbm catboost jupytext nbclient ipykernel
	.venv-peers/bin/python -m pip install --quiet --no-build-isolation --editable ".[test]"
	@touch $@

.venv-docs/.installed: pyproject.toml
	@echo "Setting up a virtual environment with Sphinx, torch and what else the pages show in .venv-docs (once; some minutes)"
	$(PYTHON) -m venv .venv-docs
	.venv-docs/bin/python -m pip install --quiet torch==2.13.0
	.venv-docs/bin/python -m pip install --quiet "setuptools>=77" "numpy>=2.0" xgboost-cpu
	.venv-docs/bin/python -m pip install --quiet --no-build-isolation --editable ".[docs]"
	@touch $@

.venv/.built: .venv/.installed $(SOURCES)
	@echo "Building the extension"
	$(BIN)/python setup.py --quiet build_ext --inplace
	@touch $@

clean:
	rm -rf .venv .venv-peers .venv-docs docs/_build docs/reference docs/tables build dist pysigmoid/*.so *.egg-info
