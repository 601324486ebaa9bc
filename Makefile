# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0

# The ROS 2 wheels exist for these.
PYTHON ?= $(firstword $(foreach version,11 12 13 10,$(shell command -v python3.$(version))))
UBUNTU = .venv-ubuntu-24.04
ARGS ?=

# What libraries would write into the home directory stays in the clone.
export ROS_LOG_DIR ?= $(CURDIR)/log/ros
export MPLCONFIGDIR ?= $(CURDIR)/.venv/matplotlib

help:  ## say what can be made
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 22

sim: .venv  ## train a simulated athlete, live in the terminal
	@.venv/bin/negtrain sim $(ARGS)

machine: .venv  ## the same over a bus, with a simulated CiA 402 drive
	@.venv/bin/negtrain sim --drive cia402 $(ARGS)

faults: .venv  ## break everything in turn at the full load
	@.venv/bin/negtrain faults $(ARGS)

test: export ROS_AUTOMATIC_DISCOVERY_RANGE = LOCALHOST
test: .venv  ## run every test
	@.venv/bin/python -m pytest $(ARGS)

test-ubuntu: export ROS_AUTOMATIC_DISCOVERY_RANGE = LOCALHOST
test-ubuntu: $(UBUNTU)  ## run every test with the versions of Ubuntu 24.04
	@$(UBUNTU)/bin/python -m pytest $(ARGS)

bench: export ROS_AUTOMATIC_DISCOVERY_RANGE = LOCALHOST
bench: .venv  ## measure what the machine must keep up with
	@.venv/bin/python -m bench $(ARGS)

style: .venv  ## check style and types
	@.venv/bin/ruff check
	@.venv/bin/mypy

lock: export UV_CUSTOM_COMPILE_COMMAND = make lock
lock: .venv  ## resolve the lists in environment/ anew
	@.venv/bin/uv pip compile --quiet --no-cache --no-annotate --universal \
		--python-version 3.10 $(ARGS) environment/requirements.in -o environment/requirements.txt
	@.venv/bin/uv pip compile --quiet --no-cache --no-annotate \
		--python-version 3.11 $(ARGS) environment/ubuntu-24.04.in -o environment/ubuntu-24.04.txt

clean:  ## remove all that was made
	rm -rf .venv .venv-* build install log .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

.venv $(UBUNTU):
	@command -v $(or $(PYTHON),python3.11) >/dev/null || { \
		echo 'no $(or $(PYTHON),Python 3.10 to 3.13) here: apt install python3' >&2; exit 1; }
	@$(PYTHON) environment/build.py $(patsubst .venv-%,%,$(filter-out .venv,$@))

.PHONY: help sim machine faults test test-ubuntu bench style lock clean .venv $(UBUNTU)
