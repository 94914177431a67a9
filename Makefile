# Every target installs what it needs first; `make help` lists them.
#   DATA=disfa            picks configs/data/disfa.yaml and the folder runs/disfa
#   ARGS="--seed=1"       anything more for the command
#   PROTOCOL=disfa_au     picks configs/protocol/disfa_au.yaml for `make evaluate`
#   LONG=1                longer trainings, better figures (adds configs/run/long.yaml)
#   PYTHON=python3.12     the interpreter that makes the environment
#   LFW= LONDON= WEIGHTS= NORMALIZER= CLASSIFIER=   folders and checkpoints of `make evidence-photographs`
#   VENV=                 (empty) the active interpreter instead of .venv: conda, Docker, a cluster
#   TORCH_INDEX=https://download.pytorch.org/whl/cpu   the index torch is taken from

PYTHON ?= python3
VENV ?= .venv
TORCH_INDEX ?=
EXTRAS ?= dev
DATA ?= synthetic
ARGS ?=
LONG ?=
PROTOCOL ?= synthetic_au
OUT ?= runs/$(DATA)$(if $(LONG),_long)

ifeq ($(strip $(VENV)),)
  PY := $(PYTHON)
  HOME_OF_STAMP := $(shell $(PYTHON) -c 'import sys; print(sys.prefix)')
else
  PY := $(VENV)/bin/python
  HOME_OF_STAMP := $(VENV)
endif

# The stamp lies in the environment and dies with it; its name changes when the checkout moves or
# an option of the installation does, so that make installs again exactly then.
STAMP := $(HOME_OF_STAMP)/.norface-pl-$(shell printf '%s' '$(CURDIR)|$(EXTRAS)|$(TORCH_INDEX)' | cksum | cut -d' ' -f1)

# As `norface run`, so that a target of one stage does what the same phase of the whole run does.
RUN = $(PY) -m norface_pl run --config configs/run/$(1).yaml \
      $(if $(LONG),--config configs/run/long.yaml) --data configs/data/$(DATA).yaml --out $(OUT)

# Options of a command, those whose variables have a value.
given = $(if $(2),--$(1)='$(2)')
PHOTOGRAPHS = $(call given,normalizer,$(NORMALIZER)) $(call given,classifier,$(CLASSIFIER)) \
              $(call given,lfw,$(LFW)) $(call given,london,$(LONDON)) $(call given,weights,$(WEIGHTS))

# One thread and no network: the same numbers everywhere, and nothing waits for a download.
TEST_ENV = OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1 PYTHONWARNINGS=default::DeprecationWarning:norface_pl
# Tests of a file share trainings, so that one process does them all.
SPREAD = -n auto --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help setup test test-slow test-browser test-minimum coverage lint train-normalizer train-au train-intensity train-fer evaluate tensorboard bench bench-run house evidence evidence-normalizer evidence-classifier evidence-photographs clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-20s %s\n", $$1, $$2}' Makefile
	@echo
	@sed -n 's/^#   \([A-Z_]*=\)/  \1/p' Makefile

setup: $(STAMP)  ## make .venv and install once

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "norface-pl needs Python >= 3.11, $(PYTHON) is $$($(PYTHON) --version 2>&1);" \
	         "try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(STAMP): setup.cfg pyproject.toml $(if $(strip $(VENV)),| $(VENV)/bin/python)
	$(if $(TORCH_INDEX),$(PY) -m pip install torch torchvision --index-url $(TORCH_INDEX))
	$(if $(MINIMUM),$(PY) tests/minimum.py > $(VENV)/minimum.txt)
	$(PY) -m pip install -e '.[$(EXTRAS)]' $(if $(MINIMUM),-c $(VENV)/minimum.txt)
	@touch '$@'

test: $(STAMP)  ## run the tests but for the slow ones, a process on each core
	$(TEST_ENV) $(PY) -m pytest $(SPREAD) -m 'not slow and not browser' $(ARGS)

test-slow: $(STAMP)  ## run the slow tests
	$(TEST_ENV) $(PY) -m pytest $(SPREAD) -m slow $(ARGS)

test-browser: $(STAMP)  ## open the pages in Debian's chromium (apt-get install chromium chromium-driver)
	$(TEST_ENV) $(PY) -m pytest -m browser $(ARGS)

coverage: $(STAMP)  ## run all tests and print the share of lines that they reach
	$(TEST_ENV) $(PY) -m pytest $(SPREAD) --cov --cov-report=term:skip-covered $(ARGS)

test-minimum:  ## run the tests with the oldest allowed versions, in .venv-minimum
	$(MAKE) test PYTHON=python3.11 VENV=.venv-minimum MINIMUM=1

lint: $(STAMP)  ## ruff (rules and format) and mypy --strict
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

train-normalizer: $(STAMP)  ## stage 1 alone, as the first phase of train-au runs it
	$(call RUN,au) --stop_after normalizer $(ARGS)

train-au: $(STAMP)  ## both stages, action unit detection, results table
	$(call RUN,au) $(ARGS)

train-intensity: $(STAMP)  ## both stages, action unit intensity (stage 1 is shared with train-au)
	$(call RUN,intensity) $(ARGS)

train-fer: $(STAMP)  ## both stages, emotion classes (stage 1 is shared with train-au)
	$(call RUN,expression) $(ARGS)

evaluate: $(STAMP)  ## all folds and seeds of PROTOCOL, then its tables
	$(PY) -m norface_pl evaluate --config configs/protocol/$(PROTOCOL).yaml $(ARGS)

tensorboard: $(STAMP)  ## open the logs of all runs
	$(PY) -m tensorboard.main --logdir runs $(ARGS)

bench: $(STAMP)  ## time and memory on this machine, as a table
	$(PY) -m benchmarks.bench $(ARGS)
	$(PY) -m benchmarks.prepare
	$(PY) -m benchmarks.turned

bench-run: $(STAMP)  ## time of train-au by part, from nothing; nothing else should run
	$(PY) -m benchmarks.run_times $(ARGS)

house: $(STAMP)  ## count how this checkout is built; ARGS="--before FOLDER" compares with another
	$(PY) -m experiments.house $(ARGS)

evidence: $(STAMP)  ## train with 3 seeds and write the figures of README (an hour or so)
	$(PY) -m experiments.evidence $(ARGS)

evidence-normalizer: $(STAMP)  ## all that docs/results/normalizer.md says, resumable (hours)
	$(PY) -m experiments.evidence_normalizer $(ARGS)

evidence-classifier: $(STAMP)  ## all that docs/results/classifier.md says, resumable (hours)
	$(PY) -m experiments.evidence_classifier $(ARGS)

evidence-photographs: $(STAMP)  ## measure NORMALIZER for docs/results/photographs.md; ARGS="--name NAME" adds a row
	$(PY) -m experiments.evidence_photographs $(PHOTOGRAPHS) $(ARGS)

clean:  ## remove build leftovers and caches; keeps .venv* and runs
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -not -path './.venv*/*' -prune -exec rm -rf {} +
